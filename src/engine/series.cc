#include "engine/series.h"

#include <array>
#include <string_view>

namespace prome::engine {

std::size_t countSamples(const Series& series) {
  std::size_t samples = 0;
  for (const double value : series.floats.values()) samples += isAbsent(value) ? 0U : 1U;
  for (const model::HistogramPtr& histogram : series.histograms) {
    if (histogram != nullptr) samples += model::sampleCount(*histogram);
  }
  return samples;
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
