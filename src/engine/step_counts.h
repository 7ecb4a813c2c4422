// How many values each step of a group has had. Used by one thread.
//
// Most series have a value at every step, so such series are counted as a whole, and something is kept per
// step only once there is one with gaps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/column.h"
#include "engine/density.h"

namespace prome::engine {

class StepCounts {
 public:
  explicit StepCounts(MemoryBudget& budget) : budget_(&budget) {}

  double operator[](std::size_t step) const {
    return sparse_.empty() ? dense_ : dense_ + static_cast<double>(sparse_[step]);
  }

  /// The count of every step, while no series had gaps.
  std::optional<double> uniform() const {
    return sparse_.empty() ? std::optional<double>(dense_) : std::nullopt;
  }

  /// One more at each step of a series; `present(step)` tells those of one that is not dense.
  template <class Present>
  void add(std::size_t steps, Density density, Present present) {
    if (density == Density::kEmpty) return;
    if (density == Density::kDense) {
      dense_ += 1;
      return;
    }
    if (sparse_.empty()) sparse_ = {*budget_, steps};
    for (std::size_t step = 0; step < steps; ++step) sparse_[step] += present(step) ? 1U : 0U;
  }

 private:
  MemoryBudget* budget_;
  double dense_ = 0;
  StepArray<std::uint32_t> sparse_;
};

/// For the floats of a series.
inline auto presentIn(std::span<const double> values) {
  return [values](std::size_t step) { return !isAbsent(values[step]); };
}

}  // namespace prome::engine
