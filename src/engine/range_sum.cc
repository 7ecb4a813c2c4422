// sum_over_time and avg_over_time. Source: funcSumOverTime, funcAvgOverTime in
// prometheus/promql/functions.go.
#include <array>
#include <cmath>

#include "engine/range_histogram_sum.h"
#include "engine/window_operator.h"
#include "engine/window_sum.h"

namespace prome::engine {
namespace {

struct SumKernel : WindowKernel {
  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (window.isMixed()) return notes.add(Note::kMixedFloatsHistograms);
    if (window.floats.empty()) return setHistogram(histogramSum(window.histograms, notes), result);
    CompensatedSum total;
    for (const double value : window.floats.values) total.add(value);
    result.set(isInfinite(total.sum) ? total.sum : total.value());
  }

  static void setHistogram(model::HistogramPtr value, WindowResult& result) {
    if (value != nullptr) result.set(std::move(value));
  }
};

/// The sum by the count; once the sum overflows, the mean so far with each value's share added.
double mean3x(std::span<const double> values) {
  CompensatedSum total{.sum = values.front(), .lost = 0};
  std::size_t at = 1;
  for (; at < values.size(); ++at) {
    CompensatedSum next = total;
    next.add(values[at]);
    if (isInfinite(next.sum)) break;
    total = next;
  }
  auto count = static_cast<double>(at);
  if (at == values.size()) return total.sum / count + total.lost / count;
  CompensatedSum mean{.sum = total.sum / count, .lost = total.lost / count};
  for (; at < values.size(); ++at) {
    count = static_cast<double>(at + 1);
    const double share = (count - 1) / count;
    mean = {.sum = share * mean.sum, .lost = share * mean.lost};
    mean.add(values[at] / count);
  }
  return mean.value();
}

/// The mean so far, moved by each value; an infinite one is moved only by what makes it NaN.
double mean2x(std::span<const double> values) {
  UnguardedSum mean;
  double count = 0;
  for (const double value : values) {
    ++count;
    if (isInfinite(mean.sum)) {
      if (isInfinite(value) && (mean.sum > 0) == (value > 0)) continue;
      if (std::isfinite(value)) continue;
    }
    mean.add(value / count - mean.sum / count);
  }
  return isInfinite(mean.sum) ? mean.sum : mean.value();
}

class AverageKernel : public WindowKernel {
 public:
  explicit AverageKernel(bool is_3x) : is_3x_(is_3x) {}

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (window.isMixed()) return notes.add(Note::kMixedFloatsHistograms);
    if (window.floats.empty()) {
      return SumKernel::setHistogram(histogramAverage(window.histograms, notes), result);
    }
    result.set(is_3x_ ? mean3x(window.floats.values) : mean2x(window.floats.values));
  }

 private:
  const bool is_3x_;
};

OperatorPtr makeSum(const WindowCall& call) {
  return slideWindows(call, SumKernel{});
}
OperatorPtr makeAverage(const WindowCall& call) {
  return slideWindows(call, AverageKernel(call.is3x()));
}

constexpr std::array kFunctions{
    WindowFunction{"sum_over_time", makeSum},
    WindowFunction{"avg_over_time", makeAverage},
};

}  // namespace

std::span<const WindowFunction> sumFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
