// The histograms of one group of sum or avg, added up step by step.
//
// Owned by the group's fold, used by one thread. The argument's annotations (mixed schemas, reconciled
// bounds, colliding counter resets) are given to the context as they are met.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "engine/aggregation_context.h"
#include "model/float_histogram.h"

namespace prome::engine {

enum class HistogramResult : std::uint8_t { kSum, kAverage };

class HistogramFold {
 public:
  HistogramFold(const AggregationContext& context, HistogramResult kind)
      : context_(&context),
        kind_(kind),
        claim_(context.budget()),
        cells_(context.budget(), context.steps()) {}

  /// Was a float of the group met before this histogram at its step? Such a step has no result: the histogram
  /// is only remembered as having been there.
  enum class After : std::uint8_t { kFloat, kNoFloat };

  /// `metric_name`: of the series the histogram is of.
  void add(std::size_t step, const model::HistogramPtr& histogram, std::string_view metric_name, After after);

  bool seen(std::size_t step) const { return cells_[step].seen; }
  /// Exponential and custom buckets met: the step has no result, and what else comes is not looked at.
  bool incompatible(std::size_t step) const { return cells_[step].incompatible; }

  /// The step's result, null where there is none; what was kept for the step is gone.
  model::HistogramPtr finish(std::size_t step);

 private:
  using Owned = std::unique_ptr<model::FloatHistogram>;

  struct Cell {
    model::HistogramPtr first;  // as it came, until there is something to add
    Owned value;                // the sum, or the mean once that is incremental
    Owned lost;                 // its Kahan-Neumaier compensation
    double count = 0;
    bool seen = false;
    bool incompatible = false;
    bool incremental_mean = false;
    bool reset_seen = false;
    bool no_reset_seen = false;
  };

  Result<model::HistogramAddition> addToSum(Cell& cell, const model::FloatHistogram& histogram);
  Result<model::HistogramAddition> addToAverage(Cell& cell, const model::FloatHistogram& histogram);
  Result<model::HistogramAddition> addToMean(Cell& cell, const model::FloatHistogram& histogram);
  Result<model::HistogramAddition> addToPlainMean(Cell& cell, const model::FloatHistogram& histogram);
  void own(Cell& cell);
  void finishAverage(Cell& cell);

  const AggregationContext* context_;
  HistogramResult kind_;
  MemoryClaim claim_;
  StepArray<Cell> cells_;
};

}  // namespace prome::engine
