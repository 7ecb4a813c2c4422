// stddev, stdvar, quantile and mad over time. Source: varianceOverTime, funcQuantileOverTime, funcMadOverTime
// in prometheus/promql/functions.go.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "engine/quantile.h"
#include "engine/window_operator.h"
#include "engine/window_sum.h"

namespace prome::engine {
namespace {

enum class Spread : std::uint8_t { kVariance, kDeviation };

/// Welford's algorithm, compensated.
template <class Sum>
class SpreadKernel : public WindowKernel {
 public:
  explicit SpreadKernel(Spread spread) : spread_(spread) {}

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (window.floats.empty()) return;
    if (window.isMixed()) notes.add(Note::kHistogramsIgnored);
    double count = 0;
    Sum mean;
    Sum squares;
    for (const double value : window.floats.values) {
      ++count;
      const double delta = value - mean.value();
      mean.add(delta / count);
      squares.add(delta * (value - mean.value()));
    }
    const double variance = squares.value() / count;
    result.set(spread_ == Spread::kDeviation ? std::sqrt(variance) : variance);
  }

 private:
  const Spread spread_;
};

class QuantileKernel : public WindowKernel {
 public:
  explicit QuantileKernel(ScalarArgument q) : q_(std::move(q)) {}

  Result<void> load() { return q_.load(); }

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) {
    if (window.floats.empty()) return;
    const double q = q_[window.step];
    if (!(q >= 0 && q <= 1)) notes.invalidQuantile(q);
    if (window.isMixed()) notes.add(Note::kHistogramsIgnored);
    values_.assign(window.floats.values.begin(), window.floats.values.end());
    result.set(quantileOf(q, values_));
  }

 private:
  ScalarArgument q_;
  std::vector<double> values_;
};

/// The median of the distances from the median.
class MedianDeviationKernel : public WindowKernel {
 public:
  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) {
    if (window.floats.empty()) return;
    if (window.isMixed()) notes.add(Note::kHistogramsIgnored);
    values_.assign(window.floats.values.begin(), window.floats.values.end());
    if (std::ranges::any_of(values_, [](double value) { return std::isnan(value); })) {
      return result.set(model::kNormalNaN);
    }
    const double median = quantileOf(0.5, values_);
    for (double& value : values_) value = std::abs(value - median);
    result.set(quantileOf(0.5, values_));
  }

 private:
  std::vector<double> values_;
};

template <Spread kSpread>
OperatorPtr makeSpread(const WindowCall& call) {
  if (call.is3x()) return slideWindows(call, SpreadKernel<CompensatedSum>(kSpread));
  return slideWindows(call, SpreadKernel<UnguardedSum>(kSpread));
}
OperatorPtr makeQuantile(const WindowCall& call) {
  return slideWindows(call, QuantileKernel(call.take(0)));
}
OperatorPtr makeMedianDeviation(const WindowCall& call) {
  return slideWindows(call, MedianDeviationKernel{});
}

constexpr std::array kFunctions{
    WindowFunction{"stddev_over_time", makeSpread<Spread::kDeviation>},
    WindowFunction{"stdvar_over_time", makeSpread<Spread::kVariance>},
    WindowFunction{"quantile_over_time", makeQuantile},
    WindowFunction{"mad_over_time", makeMedianDeviation},
};

}  // namespace

std::span<const WindowFunction> distributionFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
