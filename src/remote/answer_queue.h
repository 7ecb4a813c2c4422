// AnswerQueue: the bytes of one answer on their way from an event loop to the thread that evaluates.
//
// One side each: the loop puts in what came, the thread takes out all there is. Bounded by whoever puts in:
// he asks mayPut() and, where not, waits for `room`. Thread-safe between the two sides.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace prome::remote {

/// Bytes of one answer that wait to be evaluated.
inline constexpr std::size_t kMaxQueuedAnswerBytes = 8u << 20;
/// The same of all answers to a query, but that each may have kMinQueuedAnswerBytes.
inline constexpr std::size_t kMaxQueuedQueryBytes = 32u << 20;
inline constexpr std::size_t kMinQueuedAnswerBytes = 128u << 10;

/// Bytes that all queues of a query hold. Thread-safe.
class QueuedBytes {
 public:
  void add(std::size_t bytes) { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void remove(std::size_t bytes) { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t total() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::size_t> bytes_{0};
};

class AnswerQueue {
 public:
  /// `room` is called, by the taking thread, when what was full has been taken.
  AnswerQueue(std::shared_ptr<QueuedBytes> of_query, std::function<void()> room)
      : of_query_(std::move(of_query)), room_(std::move(room)) {}
  ~AnswerQueue() { of_query_->remove(bytes_); }
  AnswerQueue(const AnswerQueue&) = delete;
  AnswerQueue& operator=(const AnswerQueue&) = delete;

  // The loop's side.

  /// False: it is full; `room` will be called.
  bool mayPut();
  void put(std::string_view bytes);
  /// Nothing more comes: the answer is at its end, or failed.
  void end(std::optional<Error> error);

  // The thread's side.

  struct Taken {
    std::vector<std::string> blocks;
    bool ended = false;
    std::optional<Error> error;
  };
  /// All there is, in order; where there is nothing, waits until `limit` at most, or until wake().
  Taken take(std::chrono::steady_clock::time_point limit);

  /// Ends a wait. From any thread.
  void wake();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> blocks_;
  std::size_t bytes_ = 0;
  bool full_ = false;  // the loop waits for room
  bool ended_ = false;
  bool woken_ = false;
  std::optional<Error> error_;
  const std::shared_ptr<QueuedBytes> of_query_;
  const std::function<void()> room_;
};

}  // namespace prome::remote
