// AnswerQueue: the bytes of one answer on their way from an event loop to the thread that evaluates.
//
// One side each: the loop puts in what came, the thread takes out all there is. What waits, and what was last
// taken, counts against the evaluation's budget; what waits is bounded for the answer, for the query and for
// the process, but that each answer may have one run in it, so that none waits for another's reader.
// Thread-safe between the two sides.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/memory_budget.h"
#include "http/asio.h"

namespace prome::remote {

/// Bytes that wait to be evaluated; over it a shard is not read on.
inline constexpr std::size_t kMaxQueuedAnswerBytes = 4u << 20;
inline constexpr std::size_t kMaxQueuedQueryBytes = 24u << 20;
inline constexpr std::size_t kMaxQueuedProcessBytes = 256u << 20;

/// Bytes of several queues, inside those of a parent, which must outlive it. Thread-safe.
class QueuedBytes {
 public:
  explicit QueuedBytes(std::size_t limit, QueuedBytes* parent = nullptr) : limit_(limit), parent_(parent) {}
  QueuedBytes(const QueuedBytes&) = delete;
  QueuedBytes& operator=(const QueuedBytes&) = delete;

  void add(std::size_t bytes);
  void remove(std::size_t bytes);
  bool full() const { return total() >= limit_ || (parent_ != nullptr && parent_->full()); }
  std::size_t total() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  const std::size_t limit_;
  QueuedBytes* const parent_;
  std::atomic<std::size_t> bytes_{0};
};

class AnswerQueue {
 public:
  using TimePoint = http::Clock::time_point;

  /// `room` is called, by the taking thread, when what was full has been taken. `budget` must live until
  /// abandon().
  AnswerQueue(std::size_t limit, std::shared_ptr<QueuedBytes> of_query, engine::MemoryBudget& budget,
              std::function<void()> room);
  ~AnswerQueue();
  AnswerQueue(const AnswerQueue&) = delete;
  AnswerQueue& operator=(const AnswerQueue&) = delete;

  // The loop's side.

  enum class Put : std::uint8_t {
    kGoOn,
    kFull,        // no more until full() is false, of which `room` tells
    kOverBudget,  // the bytes were not taken: the evaluation may not hold them
  };
  Put put(std::string_view bytes);
  bool full();
  /// Nothing more comes: the answer is at its end, or failed.
  void end(std::optional<Error> error);

  // The thread's side.

  struct Taken {
    std::vector<std::string> blocks;
    bool ended = false;
    std::optional<Error> error;
  };
  /// All there is, in order. Where that is little and not the end it waits for more, until `until` or wake().
  /// What was taken before must be done with; `used` are its blocks, to be used again.
  Taken take(TimePoint until, std::vector<std::string> used);
  /// Nobody reads any more: gives all back, and drops what still comes.
  void abandon();

  /// Ends a wait, and all that would follow. From any thread.
  void wake();

 private:
  bool worthWaking() const { return ended_ || woken_ || bytes_ >= wake_at_; }
  bool isFull() const { return bytes_ >= limit_ || (bytes_ > 0 && of_query_->full()); }
  std::string& blockFor(std::size_t bytes);

  const std::size_t limit_;
  const std::size_t wake_at_;
  const std::shared_ptr<QueuedBytes> of_query_;
  const std::function<void()> room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  engine::MemoryBudget* budget_;  // null once abandoned
  std::vector<std::string> blocks_;
  std::vector<std::string> spare_;
  std::size_t bytes_ = 0;  // in blocks_
  std::size_t taken_ = 0;  // by the last take()
  bool loop_waits_ = false;
  bool thread_waits_ = false;
  bool woken_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace prome::remote
