// min and max: the first value stands until a better one comes; anything is better than NaN.
#include <cmath>

#include "base/lanes.h"
#include "engine/aggregation_fold.h"
#include "engine/aggregation_kinds.h"

namespace prome::engine {
namespace {

enum class Extreme : std::uint8_t { kLeast, kGreatest };

// An absent best is a NaN as well, so it gives way like one.
template <Extreme kind>
void takeBetter(double* best, const double* values, std::size_t steps) {
  forLanes(steps, [=]<class V>(std::size_t at, std::type_identity<V>) {
    const V value = load<V>(values + at);
    const V held = load<V>(best + at);
    const auto keeps = kind == Extreme::kGreatest ? value <= held : value >= held;
    store(best + at, select(keeps, held, value));
  });
}

template <Extreme kind>
void takeBetterOfNaNs(std::span<double> best, std::span<const double> values) {
  for (std::size_t step = 0; step < best.size(); ++step) {
    const double value = values[step];
    if (isAbsent(value)) continue;
    const bool better = kind == Extreme::kGreatest ? best[step] < value : best[step] > value;
    if (better || std::isnan(best[step])) best[step] = value;
  }
}

template <Extreme kind>
class ExtremeFold {
 public:
  explicit ExtremeFold(const AggregationContext& context) : context_(&context) {}

  void add(const Series& series) {
    if (holdsHistogram(series)) context_->informIgnoredHistogram(context_->argument());
    if (series.density == Density::kEmpty) return;
    if (best_.empty()) best_ = context_->columns().absent(context_->steps());
    const std::span<const double> values = series.floats.values();
    if (holdsNaN(values)) {
      takeBetterOfNaNs<kind>(best_.values(), values);
      return;
    }
    takeBetter<kind>(best_.values().data(), values.data(), values.size());
  }
  bool seen(std::size_t step) const { return !best_.empty() && !isAbsent(best_[step]); }
  void finish(Series& result) { result.floats = std::move(best_); }

 private:
  const AggregationContext* context_;
  Column best_;
};

}  // namespace

OperatorPtr makeExtreme(const Place& place, OperatorPtr input) {
  if (promql::as<promql::AggregateExpr>(place.expr)->op == promql::AggregateOp::kMin) {
    return std::make_unique<FoldingAggregation<ExtremeFold<Extreme::kLeast>>>(place, std::move(input));
  }
  return std::make_unique<FoldingAggregation<ExtremeFold<Extreme::kGreatest>>>(place, std::move(input));
}

}  // namespace prome::engine
