// At which steps there are values: of a column, and of all columns folded into a group so far.
//
// Most series have a value at every step, so groups count such series as a whole and keep something per step
// only once there is one with gaps. Used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/column.h"

namespace prome::engine {

enum class Density : std::uint8_t { kEmpty, kSparse, kDense };

/// Does `values` hold a value at no step, at some, at all?
Density densityOf(std::span<const double> values);
/// Is any of `values` a NaN (an absent one is)?
bool holdsNaN(std::span<const double> values);

/// The steps at which anything was seen.
class StepsSeen {
 public:
  bool operator[](std::size_t step) const { return all_ || (!some_.empty() && some_[step] != 0); }
  bool all() const { return all_; }
  bool none() const { return !all_ && some_.empty(); }

  /// `present(step)` tells the steps of a series that is not dense.
  template <class Present>
  void add(std::size_t steps, Density density, Present present) {
    if (all_ || density == Density::kEmpty) return;
    if (density == Density::kDense) {
      all_ = true;
      some_ = {};
      return;
    }
    some_.resize(steps);
    for (std::size_t step = 0; step < steps; ++step) some_[step] |= present(step) ? 1U : 0U;
  }

 private:
  bool all_ = false;
  std::vector<std::uint8_t> some_;  // empty: nothing seen yet, or all
};

/// How many values each step has had.
class StepCounts {
 public:
  double operator[](std::size_t step) const {
    return sparse_.empty() ? dense_ : dense_ + static_cast<double>(sparse_[step]);
  }

  /// The count of every step, while no series had gaps.
  std::optional<double> uniform() const {
    return sparse_.empty() ? std::optional<double>(dense_) : std::nullopt;
  }

  template <class Present>
  void add(std::size_t steps, Density density, Present present) {
    if (density == Density::kEmpty) return;
    if (density == Density::kDense) {
      dense_ += 1;
      return;
    }
    sparse_.resize(steps);
    for (std::size_t step = 0; step < steps; ++step) sparse_[step] += present(step) ? 1U : 0U;
  }

 private:
  double dense_ = 0;
  std::vector<std::uint32_t> sparse_;
};

/// For the floats of a series.
inline auto presentIn(std::span<const double> values) {
  return [values](std::size_t step) { return !isAbsent(values[step]); };
}

}  // namespace prome::engine
