// How much memory evaluations may hold: a budget per query inside one per process.
#pragma once

#include <atomic>
#include <cstddef>
#include <exception>

#include "base/error.h"

namespace prome::engine {

/// Thrown where an evaluation must end at once, whatever it is in the middle of: its budget is spent, its
/// deadline over, its client gone. Caught in one place, Engine::evaluate, and by nothing else. PromQL's own
/// errors travel as Results.
class EvaluationStopped : public std::exception {
 public:
  explicit EvaluationStopped(Error error) : error_(std::move(error)) {}
  const Error& error() const { return error_; }
  const char* what() const noexcept override { return error_.message.c_str(); }

 private:
  Error error_;
};

/// Thread-safe. A child also takes from its parent, which must outlive it.
class MemoryBudget {
 public:
  MemoryBudget(std::size_t limit_bytes, MemoryBudget* parent = nullptr)
      : limit_(limit_bytes), parent_(parent) {}
  MemoryBudget(const MemoryBudget&) = delete;
  MemoryBudget& operator=(const MemoryBudget&) = delete;

  /// Throws EvaluationStopped (kExecution) and takes nothing where the budget, or its parent's, would not do.
  void take(std::size_t bytes);
  void give(std::size_t bytes);
  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  bool tryTake(std::size_t bytes);

  const std::size_t limit_;
  std::atomic<std::size_t> used_{0};
  MemoryBudget* const parent_;
};

/// Bytes held by one owner, given back at its end; grows and shrinks as told.
class MemoryClaim {
 public:
  explicit MemoryClaim(MemoryBudget& budget) : budget_(&budget) {}
  MemoryClaim(MemoryClaim&& other) noexcept : budget_(other.budget_), bytes_(other.bytes_) {
    other.bytes_ = 0;
  }
  MemoryClaim& operator=(MemoryClaim&&) = delete;
  ~MemoryClaim() { budget_->give(bytes_); }

  void add(std::size_t bytes) {
    budget_->take(bytes);
    bytes_ += bytes;
  }

 private:
  MemoryBudget* budget_;
  std::size_t bytes_ = 0;
};

}  // namespace prome::engine
