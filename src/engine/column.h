// One series' values over a grid, contiguous, and the pool their memory comes from.
//
// A step without a value holds Prometheus' stale marker, made quiet: no sample of an evaluation can carry it
// (a stale sample is an absent one) and arithmetic on other values never yields it. So presence costs no
// second array, and a dense loop tests it with an integer compare. A kernel must still look before it
// computes: the marker survives an addition, but not a comparison.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/lanes.h"
#include "engine/column_block.h"
#include "engine/memory_budget.h"
#include "engine/step_array.h"
#include "model/float_histogram.h"
#include "model/sample.h"

namespace prome::engine {

inline constexpr double kAbsent = std::bit_cast<double>(model::kQuietStaleNaNBits);
inline bool isAbsent(double value) {
  return model::isStaleNaN(value);
}

inline bool isAbsentLane(double value) {
  return isAbsent(value);
}
inline LaneMask isAbsentLane(Lanes values) {
  return (std::bit_cast<LaneMask>(values) | static_cast<std::int64_t>(model::kQuietBit)) ==
         static_cast<std::int64_t>(model::kQuietStaleNaNBits);
}

/// Movable owner of one run of doubles; its memory counts against the budget it was taken from and goes back
/// to the pool. Empty by default. Must not outlive its pool.
class Column {
 public:
  Column() = default;
  Column(Column&& other) noexcept { *this = std::move(other); }
  Column& operator=(Column&& other) noexcept {
    std::swap(pool_, other.pool_);
    std::swap(values_, other.values_);
    return *this;
  }
  ~Column() { reset(); }

  bool empty() const { return values_.empty(); }
  std::size_t size() const { return values_.size(); }
  double& operator[](std::size_t step) { return values_[step]; }
  double operator[](std::size_t step) const { return values_[step]; }
  std::span<double> values() { return values_; }
  std::span<const double> values() const { return values_; }
  void reset();

 private:
  friend class ColumnPool;
  Column(class ColumnPool* pool, std::span<double> values) : pool_(pool), values_(values) {}

  class ColumnPool* pool_ = nullptr;
  std::span<double> values_;
};

/// One series' histograms over a grid: null where there is none; empty where there are none at all. Only the
/// pointers count against the budget: the histograms, which series share, are counted as samples.
using HistogramColumn = StepArray<model::HistogramPtr>;

/// Columns of few distinct lengths, given back and taken again; their memory stays until the pool ends. One
/// per evaluation, not thread-safe.
class ColumnPool {
 public:
  explicit ColumnPool(MemoryBudget& budget) : budget_(budget), claim_(budget) {}
  ColumnPool(const ColumnPool&) = delete;
  ColumnPool& operator=(const ColumnPool&) = delete;

  /// A column of `steps` values, all absent. Throws EvaluationStopped when the budget is spent.
  Column absent(std::size_t steps);
  /// As absent, but the values are whatever was there: for a caller that writes each.
  Column uninitialized(std::size_t steps);
  /// A column of `steps` null pointers, of the same budget.
  HistogramColumn histograms(std::size_t steps) { return {budget_, steps}; }

 private:
  friend class Column;
  void give(std::span<double> values);

  struct Kept {
    std::size_t steps = 0;
    std::size_t made = 0;          // columns of so many steps there are,
    std::vector<double*> columns;  // and those that nobody has
  };

  Kept& keptOf(std::size_t steps);
  double* carve(std::size_t steps);

  MemoryBudget& budget_;
  MemoryClaim claim_;  // of all columns there ever were at a time, by length
  std::vector<Kept> kept_;
  std::vector<ColumnBlock> blocks_;
  std::size_t carved_ = 0;  // doubles of the last block
};

}  // namespace prome::engine
