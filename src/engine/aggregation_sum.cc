// sum: Kahan-Neumaier in 3.x, plain in 2.x.
#include <algorithm>

#include "base/lanes.h"
#include "engine/aggregation_fold.h"
#include "engine/aggregation_kinds.h"
#include "engine/aggregation_mix.h"
#include "engine/compensated_columns.h"

namespace prome::engine {
namespace {

// Prometheus begins with a group's first value, this with 0 + value: the two differ for -0 alone, and there
// the compensation, 0, is added in the end.
class CompensatedFloats {
 public:
  explicit CompensatedFloats(const AggregationContext& context) : context_(&context) {}

  void add(std::span<const double> values, Density density) {
    if (sums_.empty()) sums_ = CompensatedColumns(context_->columns(), context_->steps());
    sums_.add(values, density);
  }
  void finish(Column& result, const StepSet& seen) {
    sums_.finish(seen);
    result = std::move(sums_.sums());
    sums_ = {};
  }

 private:
  const AggregationContext* context_;
  CompensatedColumns sums_;
};

// -0 is what adds nothing to any value.
class PlainFloats {
 public:
  explicit PlainFloats(const AggregationContext& context) : context_(&context) {}

  void add(std::span<const double> values, Density /*density*/) {
    if (sums_.empty()) {
      sums_ = context_->columns().uninitialized(context_->steps());
      std::ranges::fill(sums_.values(), -0.0);
    }
    double* const sums = sums_.values().data();
    forLanes(values.size(), [=]<class V>(std::size_t at, std::type_identity<V>) {
      const V value = load<V>(values.data() + at);
      store<V>(sums + at, load<V>(sums + at) + select(isAbsentLane(value), -V{}, value));
    });
  }
  void finish(Column& result, const StepSet& seen) {
    for (std::size_t step = 0; step < sums_.size(); ++step) {
      if (!seen.has(step)) sums_[step] = kAbsent;
    }
    result = std::move(sums_);
  }

 private:
  const AggregationContext* context_;
  Column sums_;
};

}  // namespace

OperatorPtr makeSum(const Place& place, OperatorPtr input) {
  if (place.evaluation.is3x()) {
    using Fold = MixedFold<CompensatedFloats, HistogramResult::kSum>;
    return std::make_unique<FoldingAggregation<Fold>>(place, std::move(input));
  }
  using Fold = MixedFold<PlainFloats, HistogramResult::kSum>;
  return std::make_unique<FoldingAggregation<Fold>>(place, std::move(input));
}

}  // namespace prome::engine
