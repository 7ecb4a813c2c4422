#include "engine/window.h"

namespace prome::engine {

WindowReach reachOf(const WindowGrid& windows, const Evaluation& evaluation) {
  const std::int64_t lookback = evaluation.options().lookback_delta.count();
  switch (windows.mode) {
    case promql::RangeMode::kPlain:
      return {.before_ms = evaluation.is3x() ? 0 : 1, .after_ms = 0};
    case promql::RangeMode::kAnchored:
      return {.before_ms = lookback, .after_ms = 0};
    case promql::RangeMode::kSmoothed:
      return {.before_ms = lookback, .after_ms = lookback};
  }
  return {};
}

void WindowSlider::moveHistograms(Window& window, std::int64_t after_ms, std::int64_t upto_ms) {
  const Bounds before = histograms_;
  histograms_.move(run_.histograms.times, after_ms, upto_ms);
  for (std::size_t i = before.past; i < histograms_.past; ++i) {
    histogram_samples_ += model::sampleCount(*run_.histograms.values[i]);
  }
  for (std::size_t i = before.first; i < histograms_.first; ++i) {
    histogram_samples_ -= model::sampleCount(*run_.histograms.values[i]);
  }
  window.first_histogram = histograms_.first;
  window.histograms = run_.histograms.sub(histograms_.first, histograms_.past - histograms_.first);
}

}  // namespace prome::engine
