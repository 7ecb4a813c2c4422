// count and group: a histogram counts as a float does.
#include "engine/aggregation_fold.h"
#include "engine/aggregation_kinds.h"
#include "engine/step_counts.h"
#include "engine/step_set.h"

namespace prome::engine {
namespace {

class CountFold {
 public:
  explicit CountFold(const AggregationContext& context) : context_(&context), counts_(context.budget()) {}

  void add(const Series& series) {
    const Density density = series.histograms.empty() ? series.density : Density::kSparse;
    counts_.add(context_->steps(), density, [&series](std::size_t step) { return series.present(step); });
  }
  bool seen(std::size_t step) const { return counts_[step] > 0; }
  void finish(Series& result) {
    result.floats = context_->columns().uninitialized(context_->steps());
    for (std::size_t step = 0; step < context_->steps(); ++step) {
      result.floats[step] = seen(step) ? counts_[step] : kAbsent;
    }
  }

 private:
  const AggregationContext* context_;
  StepCounts counts_;
};

class PresenceFold {
 public:
  explicit PresenceFold(const AggregationContext& context) : context_(&context), seen_(context.steps()) {}

  void add(const Series& series) { seen_ |= StepSet(series, context_->steps()); }
  bool seen(std::size_t step) const { return seen_.has(step); }
  void finish(Series& result) {
    result.floats = context_->columns().uninitialized(context_->steps());
    for (std::size_t step = 0; step < context_->steps(); ++step) {
      result.floats[step] = seen(step) ? 1.0 : kAbsent;
    }
  }

 private:
  const AggregationContext* context_;
  StepSet seen_;
};

}  // namespace

OperatorPtr makeCount(const Place& place, OperatorPtr input) {
  return std::make_unique<FoldingAggregation<CountFold>>(place, std::move(input));
}

OperatorPtr makeGroup(const Place& place, OperatorPtr input) {
  return std::make_unique<FoldingAggregation<PresenceFold>>(place, std::move(input));
}

}  // namespace prome::engine
