#include "engine/series.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace prome::engine {

bool holdsHistogram(const Series& series) {
  return std::ranges::any_of(series.histograms, [](const auto& histogram) { return histogram != nullptr; });
}

bool holdsSample(const Series& series) {
  const auto present = [](double value) { return !isAbsent(value); };
  return std::ranges::any_of(series.floats.values(), present) || holdsHistogram(series);
}

std::size_t countSamples(const HistogramColumn& histograms) {
  std::size_t samples = 0;
  for (const model::HistogramPtr& histogram : histograms) {
    if (histogram != nullptr) samples += model::sampleCount(*histogram);
  }
  return samples;
}

std::size_t countSamples(const Series& series) {
  return countPresent(series.floats.values()) + countSamples(series.histograms);
}

model::Labels withoutMetric(const model::Labels& labels, const Evaluation& evaluation) {
  static constexpr std::array<std::string_view, 3> kMetricLabels{model::kMetricName, "__type__", "__unit__"};
  return evaluation.is3x() ? labels.drop(kMetricLabels) : labels.withoutMetricName();
}

void dropName(Series& series, const Evaluation& evaluation) {
  if (evaluation.delaysNameRemoval()) {
    series.drop_name = true;
  } else {
    series.labels = withoutMetric(series.labels, evaluation);
  }
}

}  // namespace prome::engine
