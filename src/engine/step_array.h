// One value a step, in memory that counts against a budget. Used by one thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "engine/memory_budget.h"

namespace prome::engine {

/// Movable owner of `steps` values, made by T(). Empty by default. Must not outlive the budget.
template <class T>
class StepArray {
 public:
  StepArray() = default;
  /// Throws EvaluationStopped when the budget is spent.
  StepArray(MemoryBudget& budget, std::size_t steps) : StepArray() {
    const std::size_t bytes = steps * sizeof(T);
    budget.take(bytes);
    budget_ = &budget;
    bytes_ = bytes;
    values_.resize(steps);  // if this throws, the destructor runs, for the object is made already
  }
  StepArray(StepArray&& other) noexcept { *this = std::move(other); }
  StepArray& operator=(StepArray&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    std::swap(values_, other.values_);
    return *this;
  }
  ~StepArray() { reset(); }

  bool empty() const { return values_.empty(); }
  std::size_t size() const { return values_.size(); }
  T& operator[](std::size_t step) { return values_[step]; }
  const T& operator[](std::size_t step) const { return values_[step]; }
  auto begin() { return values_.begin(); }
  auto end() { return values_.end(); }
  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }

  void reset() {
    values_ = std::vector<T>();
    if (budget_ != nullptr) budget_->give(bytes_);
    budget_ = nullptr;
    bytes_ = 0;
  }

 private:
  MemoryBudget* budget_ = nullptr;
  std::size_t bytes_ = 0;
  std::vector<T> values_;
};

}  // namespace prome::engine
