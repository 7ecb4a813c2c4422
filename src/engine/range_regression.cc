// deriv, predict_linear and double_exponential_smoothing (in 2.x holt_winters).
// Source: linearRegression, funcDoubleExponentialSmoothing and others in prometheus/promql/functions.go.
#include <array>
#include <cmath>
#include <cstdio>
#include <string>

#include "engine/window_operator.h"
#include "engine/window_sum.h"

namespace prome::engine {
namespace {

struct Line {
  double slope = 0;      // per second
  double intercept = 0;  // at the time asked for
};

/// Least squares over `samples`, of at least two; times count from `intercept_ms`.
template <class Sum>
Line regression(const FloatRun& samples, std::int64_t intercept_ms) {
  const double first = samples.values.front();
  bool constant = true;
  double count = 0;
  Sum x_total;
  Sum y_total;
  Sum xy_total;
  Sum xx_total;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double y = samples.values[i];
    if (i > 0 && y != first) constant = false;
    ++count;
    const double x = static_cast<double>(samples.times[i] - intercept_ms) / 1e3;
    x_total.add(x);
    y_total.add(y);
    xy_total.add(x * y);
    xx_total.add(x * x);
  }
  if (constant) {
    if (isInfinite(first)) return {model::kNormalNaN, model::kNormalNaN};
    return {0, first};
  }
  const double x_sum = x_total.value();
  const double y_sum = y_total.value();
  const double covariance = xy_total.value() - x_sum * y_sum / count;
  const double variance = xx_total.value() - x_sum * x_sum / count;
  const double slope = covariance / variance;
  return {slope, y_sum / count - slope * x_sum / count};
}

/// Notes histograms beside floats, and tells whether there are floats enough for a line.
bool hasLine(const Window& window, WindowNotes& notes) {
  if (window.isMixed()) notes.add(Note::kHistogramsIgnored);
  return window.floats.size() > 1;
}

template <class Sum>
struct DerivativeKernel : WindowKernel {
  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (!hasLine(window, notes)) return;
    result.set(regression<Sum>(window.floats, window.floats.times.front()).slope);
  }
};

template <class Sum>
class PredictionKernel : public WindowKernel {
 public:
  explicit PredictionKernel(ScalarArgument ahead) : ahead_(std::move(ahead)) {}

  Result<void> load() { return ahead_.load(); }

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (!hasLine(window, notes)) return;
    const Line line = regression<Sum>(window.floats, window.time_ms);
    result.set(line.slope * ahead_[window.step] + line.intercept);
  }

 private:
  ScalarArgument ahead_;  // seconds
};

/// As Go's %f.
std::string sixDecimals(double value) {
  if (std::isnan(value)) return "NaN";
  if (isInfinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const int size = std::snprintf(nullptr, 0, "%f", value);
  std::string text(static_cast<std::size_t>(size) + 1, '\0');
  std::snprintf(text.data(), text.size(), "%f", value);
  text.pop_back();
  return text;
}

class SmoothingKernel : public WindowKernel {
 public:
  SmoothingKernel(ScalarArgument smoothing, ScalarArgument trend)
      : smoothing_(std::move(smoothing)), trend_(std::move(trend)) {}

  Result<void> load() {
    if (Result<void> loaded = smoothing_.load(); !loaded) return loaded;
    return trend_.load();
  }

  Result<void> check(std::size_t step) const {
    if (Result<void> fit = checkFactor("smoothing", "sf", smoothing_[step]); !fit) return fit;
    return checkFactor("trend", "tf", trend_[step]);
  }

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (!hasLine(window, notes)) return;
    const double smoothing = smoothing_[window.step];
    const double trend_factor = trend_[window.step];
    const std::span<const double> values = window.floats.values;
    double before = 0;
    double smoothed = values[0];
    double trend = values[1] - values[0];
    for (std::size_t i = 1; i < values.size(); ++i) {
      const double raw = smoothing * values[i];
      if (i > 1) trend = trend_factor * (smoothed - before) + (1 - trend_factor) * trend;
      const double carried = (1 - smoothing) * (smoothed + trend);
      before = smoothed;
      smoothed = raw + carried;
    }
    result.set(smoothed);
  }

 private:
  static Result<void> checkFactor(std::string_view what, std::string_view symbol, double value) {
    if (!(value <= 0 || value >= 1)) return {};
    std::string text = "invalid ";
    text.append(what).append(" factor. Expected: 0 < ").append(symbol).append(" < 1, got: ");
    return fail(ErrorKind::kExecution, text + sixDecimals(value));
  }

  ScalarArgument smoothing_;
  ScalarArgument trend_;
};

OperatorPtr makeDerivative(const WindowCall& call) {
  if (call.is3x()) return slideWindows(call, DerivativeKernel<CompensatedSum>{});
  return slideWindows(call, DerivativeKernel<UnguardedSum>{});
}
OperatorPtr makePrediction(const WindowCall& call) {
  if (call.is3x()) return slideWindows(call, PredictionKernel<CompensatedSum>(call.take(0)));
  return slideWindows(call, PredictionKernel<UnguardedSum>(call.take(0)));
}
OperatorPtr makeSmoothing(const WindowCall& call) {
  return slideWindows(call, SmoothingKernel(call.take(0), call.take(1)));
}

constexpr std::array kFunctions{
    WindowFunction{"deriv", makeDerivative},
    WindowFunction{"predict_linear", makePrediction},
    WindowFunction{"double_exponential_smoothing", makeSmoothing},
    WindowFunction{"holt_winters", makeSmoothing},
};

}  // namespace

std::span<const WindowFunction> regressionFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
