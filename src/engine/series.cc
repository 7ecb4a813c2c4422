#include "engine/series.h"

namespace prome::engine {

std::size_t countSamples(const Series& series) {
  std::size_t samples = 0;
  for (const double value : series.floats.values()) samples += isAbsent(value) ? 0U : 1U;
  for (const model::HistogramPtr& histogram : series.histograms) {
    if (histogram != nullptr) samples += model::sampleCount(*histogram);
  }
  return samples;
}

void dropName(Series& series, const Evaluation& evaluation) {
  if (evaluation.delaysNameRemoval()) {
    series.drop_name = true;
  } else {
    series.labels = series.labels.withoutMetricName();
  }
}

}  // namespace prome::engine
