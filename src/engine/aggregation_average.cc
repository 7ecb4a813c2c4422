// avg. 3.x divides a Kahan-Neumaier sum by the count; where the sum would overflow it goes on with a mean
// that each value moves by its share, compensated likewise. 2.x always moves the mean, plainly.
#include <algorithm>
#include <cmath>

#include "engine/aggregation_fold.h"
#include "engine/aggregation_kinds.h"
#include "engine/aggregation_mix.h"
#include "engine/compensated_columns.h"
#include "engine/step_counts.h"

namespace prome::engine {
namespace {

class CompensatedMeans {
 public:
  explicit CompensatedMeans(const AggregationContext& context)
      : context_(&context), counts_(context.budget()) {}

  void add(std::span<const double> values, Density density) {
    if (sums_.empty()) sums_ = CompensatedColumns(context_->columns(), context_->steps());
    counts_.add(values.size(), density, presentIn(values));
    for (std::size_t first = 0; first < values.size(); first += kStepsTogether) {
      const std::size_t count = std::min(kStepsTogether, values.size() - first);
      const std::span<const double> some = values.subspan(first, count);
      if (incremental_.empty() && !sums_.wouldOverflow(some, first)) {
        sums_.add(some, density, first);
        continue;
      }
      for (std::size_t step = first; step < first + count; ++step) {
        if (!isAbsent(values[step])) addAt(step, values[step]);
      }
    }
  }

  void finish(Column& result, const StepSet& seen) {
    for (std::size_t step = 0; step < context_->steps(); ++step) {
      if (!seen.has(step)) {
        sums_.sums()[step] = kAbsent;
        continue;
      }
      const CompensatedSum sum = sums_.at(step);
      const double count = counts_[step];
      sums_.sums()[step] = isIncremental(step) ? sum.value() : sum.sum / count + sum.lost / count;
    }
    result = std::move(sums_.sums());
    sums_ = {};
  }

 private:
  bool isIncremental(std::size_t step) const { return !incremental_.empty() && incremental_[step] != 0; }

  void addAt(std::size_t step, double value) {
    const double count = counts_[step];
    if (count == 1) {
      sums_.set(step, {value, 0});
      return;
    }
    CompensatedSum mean = sums_.at(step);
    if (!isIncremental(step)) {
      CompensatedSum sum = mean;
      sum.add(value);
      if (!isInfinite(sum.sum)) {
        sums_.set(step, sum);
        return;
      }
      if (incremental_.empty()) incremental_ = {context_->budget(), context_->steps()};
      incremental_[step] = 1;
      mean.sum /= count - 1;
      mean.lost /= count - 1;
    }
    const double kept = (count - 1) / count;
    mean.sum *= kept;
    mean.lost *= kept;
    mean.add(value / count);
    sums_.set(step, mean);
  }

  static constexpr std::size_t kStepsTogether = 64;  // looked at for an overflow before they are added

  const AggregationContext* context_;
  StepCounts counts_;
  CompensatedColumns sums_;              // of a step that is incremental: its mean
  StepArray<std::uint8_t> incremental_;  // empty while no sum would have overflowed
};

// mean += value/n - mean/n, but an infinite mean stays as it is unless the other infinity or a NaN comes.
double movedMean(double mean, double value, double count) {
  if (std::isinf(mean)) {
    if (std::isinf(value) && (mean > 0) == (value > 0)) return mean;
    if (std::isfinite(value)) return mean;
  }
  return mean + (value / count - mean / count);
}

class PlainMeans {
 public:
  explicit PlainMeans(const AggregationContext& context) : context_(&context), counts_(context.budget()) {}

  void add(std::span<const double> values, Density density) {
    if (means_.empty()) means_ = context_->columns().uninitialized(context_->steps());
    counts_.add(values.size(), density, presentIn(values));
    for (std::size_t step = 0; step < values.size(); ++step) {
      if (isAbsent(values[step])) continue;
      const double count = counts_[step];
      means_[step] = count == 1 ? values[step] : movedMean(means_[step], values[step], count);
    }
  }

  void finish(Column& result, const StepSet& seen) {
    for (std::size_t step = 0; step < means_.size(); ++step) {
      if (!seen.has(step)) means_[step] = kAbsent;
    }
    result = std::move(means_);
  }

 private:
  const AggregationContext* context_;
  StepCounts counts_;
  Column means_;
};

}  // namespace

OperatorPtr makeAverage(const Place& place, OperatorPtr input) {
  if (place.evaluation.is3x()) {
    using Fold = MixedFold<CompensatedMeans, HistogramResult::kAverage>;
    return std::make_unique<FoldingAggregation<Fold>>(place, std::move(input));
  }
  using Fold = MixedFold<PlainMeans, HistogramResult::kAverage>;
  return std::make_unique<FoldingAggregation<Fold>>(place, std::move(input));
}

}  // namespace prome::engine
