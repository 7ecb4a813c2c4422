// count and group: a histogram counts as a float does.
#include "engine/aggregation_fold.h"
#include "engine/aggregation_kinds.h"

namespace prome::engine {
namespace {

template <class Tally>
void addPresence(Tally& tally, const Series& series, std::size_t steps, Density density) {
  if (series.histograms.empty()) {
    tally.add(steps, density, presentIn(series.floats.values()));
  } else {
    tally.add(steps, Density::kSparse, [&series](std::size_t step) { return series.present(step); });
  }
}

class CountFold {
 public:
  explicit CountFold(const AggregationContext& context) : context_(&context) {}

  void add(const Series& series, Density density) {
    addPresence(counts_, series, context_->steps(), density);
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
  explicit PresenceFold(const AggregationContext& context) : context_(&context) {}

  void add(const Series& series, Density density) { addPresence(seen_, series, context_->steps(), density); }
  bool seen(std::size_t step) const { return seen_[step]; }
  void finish(Series& result) {
    result.floats = context_->columns().uninitialized(context_->steps());
    for (std::size_t step = 0; step < context_->steps(); ++step) {
      result.floats[step] = seen(step) ? 1.0 : kAbsent;
    }
  }

 private:
  const AggregationContext* context_;
  StepsSeen seen_;
};

}  // namespace

OperatorPtr makeCount(const Place& place, OperatorPtr input) {
  return std::make_unique<FoldingAggregation<CountFold>>(place, std::move(input));
}

OperatorPtr makeGroup(const Place& place, OperatorPtr input) {
  return std::make_unique<FoldingAggregation<PresenceFold>>(place, std::move(input));
}

}  // namespace prome::engine
