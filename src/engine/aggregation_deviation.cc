// stddev and stdvar by Welford's method, as Prometheus computes them: count, mean and the sum of squared
// differences from it.
#include <cmath>

#include "base/lanes.h"
#include "engine/aggregation_fold.h"
#include "engine/aggregation_kinds.h"
#include "engine/step_counts.h"

namespace prome::engine {
namespace {

// From a mean and a sum of zero the first value gives itself and zero, a NaN or an infinity gives NaN (in 2.x
// zero as well).
template <class V>
void addTo(V& mean, V& squares, V value, double count) {
  const V delta = value - mean;
  mean += delta / count;
  squares += delta * (value - mean);
}

void addDense(double* means, double* squares, std::span<const double> values, double count) {
  forLanes(values.size(), [=]<class V>(std::size_t at, std::type_identity<V>) {
    V mean = load<V>(means + at);
    V sum = load<V>(squares + at);
    addTo(mean, sum, load<V>(values.data() + at), count);
    store(means + at, mean);
    store(squares + at, sum);
  });
}

class DeviationFold {
 public:
  explicit DeviationFold(const AggregationContext& context)
      : context_(&context), starts_at_zero_(!context.evaluation().is3x()), counts_(context.budget()) {}

  void add(const Series& series) {
    if (holdsHistogram(series)) context_->informIgnoredHistogram(context_->argument());
    if (series.density == Density::kEmpty) return;
    if (mean_.empty()) begin();
    const std::span<const double> values = series.floats.values();
    counts_.add(values.size(), series.density, presentIn(values));
    if (const auto uniform = counts_.uniform(); uniform && !starts_at_zero_) {
      addDense(mean_.values().data(), squares_.values().data(), values, *uniform);
      return;
    }
    for (std::size_t step = 0; step < values.size(); ++step) {
      if (isAbsent(values[step])) continue;
      addTo(mean_[step], squares_[step], values[step], counts_[step]);
      if (starts_at_zero_ && counts_[step] == 1) squares_[step] = 0;
    }
  }
  bool seen(std::size_t step) const { return counts_[step] > 0; }

  void finish(Series& result) {
    if (mean_.empty()) return;
    mean_.reset();
    const bool deviation = context_->op() == promql::AggregateOp::kStddev;
    for (std::size_t step = 0; step < squares_.size(); ++step) {
      const double variance = squares_[step] / counts_[step];
      const double value = deviation ? std::sqrt(variance) : variance;
      squares_[step] = seen(step) ? value : kAbsent;
    }
    result.floats = std::move(squares_);
  }

 private:
  void begin() {
    mean_ = context_->columns().uninitialized(context_->steps());
    squares_ = context_->columns().uninitialized(context_->steps());
    std::ranges::fill(mean_.values(), 0.0);
    std::ranges::fill(squares_.values(), 0.0);
  }

  const AggregationContext* context_;
  bool starts_at_zero_;  // whatever the first value is
  StepCounts counts_;
  Column mean_;
  Column squares_;
};

}  // namespace

OperatorPtr makeDeviation(const Place& place, OperatorPtr input) {
  return std::make_unique<FoldingAggregation<DeviationFold>>(place, std::move(input));
}

}  // namespace prome::engine
