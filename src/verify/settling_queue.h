// SettlingQueue: questions that wait until the samples they are about have come everywhere.
//
// Bounded. Thread-safe: whoever pushes never waits for anybody (a list without a lock, and a bell); whoever
// pops may. Its owner ends it with close() and waits for those that pop before it goes.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "verify/question.h"

namespace prome::verify {

/// A client's query that is to be verified.
struct ShadowQuestion {
  Question question = {};
  std::string authorization = {};  // the client's own header; empty for none
};

class SettlingQueue {
 public:
  using Clock = std::chrono::steady_clock;

  /// Begins closed. Aborts where the system gives no event descriptor.
  SettlingQueue();
  ~SettlingQueue();
  SettlingQueue(const SettlingQueue&) = delete;
  SettlingQueue& operator=(const SettlingQueue&) = delete;

  /// Takes questions, `limit` at a time, from now on.
  void open(std::size_t limit);
  /// Takes no more; every pop(), those that wait too, returns null.
  void close();
  /// Throws away what waits; returns how many there were.
  std::size_t clear();

  /// `ready` is when it may be asked. False if it is full or closed.
  bool push(ShadowQuestion question, Clock::time_point ready);
  /// Waits for the first that may be asked; null once it is closed.
  std::unique_ptr<ShadowQuestion> pop();
  /// Nothing is popped before `until`.
  void holdUntil(Clock::time_point until);

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  struct Entry {
    std::unique_ptr<ShadowQuestion> question;
    Clock::time_point ready;
    Entry* next = nullptr;  // in arrived_
  };

  void takeArrived();
  std::unique_ptr<ShadowQuestion> takeFirst();
  void ring() const;
  void awaitRing(Clock::time_point until) const;

  const int bell_;  // eventfd: rung for what is new
  std::atomic<bool> closed_{true};
  std::atomic<std::size_t> limit_{0};
  std::atomic<std::size_t> size_{0};
  std::atomic<Entry*> arrived_{nullptr};  // a stack; only whoever holds the mutex takes it, and all of it
  std::mutex mutex_;                      // of those that pop
  std::vector<std::unique_ptr<Entry>> heap_;
  Clock::time_point hold_until_;
};

}  // namespace prome::verify
