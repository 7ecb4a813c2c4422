// A column of Kahan-Neumaier sums, one a step. Used by one thread.
#pragma once

#include <cstddef>
#include <span>

#include "base/compensated_sum.h"
#include "engine/column.h"
#include "engine/step_set.h"

namespace prome::engine {

class CompensatedColumns {
 public:
  CompensatedColumns() = default;
  /// All sums zero.
  CompensatedColumns(ColumnPool& columns, std::size_t steps);

  bool empty() const { return sums_.empty(); }

  /// Adds `values` to the sums of as many steps from `first` on; an absent one adds nothing.
  void add(std::span<const double> values, Density density, std::size_t first = 0);
  /// Would that make any of the sums infinite?
  bool wouldOverflow(std::span<const double> values, std::size_t first) const;

  CompensatedSum at(std::size_t step) const { return {sums_[step], lost_[step]}; }
  void set(std::size_t step, const CompensatedSum& sum) {
    sums_[step] = sum.sum;
    lost_[step] = sum.lost;
  }

  /// Makes each sum its final value, absent where nothing was seen.
  void finish(const StepSet& seen);
  Column& sums() { return sums_; }

 private:
  Column sums_;
  Column lost_;
};

}  // namespace prome::engine
