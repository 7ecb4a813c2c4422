// stddev, stdvar, quantile and mad over time. Source: varianceOverTime, funcQuantileOverTime, funcMadOverTime
// in prometheus/promql/functions.go and quantile in quantile.go.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

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

bool nanFirst(double a, double b) {
  if (std::isnan(a)) return !std::isnan(b);
  return a < b;
}

/// Go sorts up to twelve values by insertion, which keeps zeros of both signs in order; beyond, their order
/// is nobody's promise.
constexpr std::size_t kInsertionSorted = 12;

/// The `q`-quantile of `values`, which are left in another order.
double quantile(double q, std::span<double> values) {
  if (std::isnan(q)) return model::kNormalNaN;
  if (q < 0) return -std::numeric_limits<double>::infinity();
  if (q > 1) return std::numeric_limits<double>::infinity();
  const auto count = static_cast<double>(values.size());
  const double rank = q * (count - 1);
  const double lower_rank = std::floor(rank);
  const auto lower = static_cast<std::size_t>(std::max(0.0, lower_rank));
  const std::size_t upper = std::min(values.size() - 1, lower + 1);
  if (values.size() <= kInsertionSorted) {
    for (std::size_t i = 1; i < values.size(); ++i) {
      std::rotate(std::upper_bound(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(i), values[i],
                                   nanFirst),
                  values.begin() + static_cast<std::ptrdiff_t>(i),
                  values.begin() + static_cast<std::ptrdiff_t>(i + 1));
    }
  } else {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(lower);
    std::nth_element(values.begin(), at, values.end(), nanFirst);
    if (upper > lower) std::iter_swap(at + 1, std::min_element(at + 1, values.end(), nanFirst));
  }
  const double weight = rank - lower_rank;
  return values[lower] * (1 - weight) + values[upper] * weight;
}

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
    result.set(quantile(q, values_));
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
    const double median = quantile(0.5, values_);
    for (double& value : values_) value = std::abs(value - median);
    result.set(quantile(0.5, values_));
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
