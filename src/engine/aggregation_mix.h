// Floats and histograms of one group, for the aggregations that add either up: sum and avg.
//
// A step at which a group has both has no result, and in 3.x a warning. Floats are what a FloatFold keeps:
//   explicit FloatFold(const AggregationContext&);
//   void add(std::span<const double>, Density);    // not empty
//   void finish(Column& result, const StepSet& seen); // absent where nothing was seen
// Used by one thread.
#pragma once

#include <memory>
#include <span>

#include "engine/aggregation_context.h"
#include "engine/aggregation_histograms.h"
#include "engine/step_set.h"

namespace prome::engine {

template <class FloatFold, HistogramResult kind>
class MixedFold {
 public:
  explicit MixedFold(const AggregationContext& context)
      : context_(&context), floats_(context), floats_seen_(context.steps()) {}

  void add(const Series& series) {
    const std::span<const double> values = series.floats.values();
    if (series.density != Density::kEmpty) {
      floats_.add(values, series.density);
      if (histograms_ == nullptr) {
        floats_seen_.insertPresent(values, series.density);
      } else {
        floats_seen_.insertWhere(
            [&](std::size_t step) { return !isAbsent(values[step]) && !histograms_->incompatible(step); });
      }
    }
    if (!series.histograms.empty()) addHistograms(series);
  }

  bool seen(std::size_t step) const {
    return floats_seen_.has(step) || (histograms_ != nullptr && histograms_->seen(step));
  }

  void finish(Series& result) {
    if (!floats_seen_.none()) floats_.finish(result.floats, floats_seen_);
    if (histograms_ == nullptr) return;
    result.histograms = context_->columns().histograms(context_->steps());
    for (std::size_t step = 0; step < context_->steps(); ++step) {
      if (!histograms_->seen(step)) continue;
      if (floats_seen_.has(step)) {
        result.floats[step] = kAbsent;
        context_->warn(annotation_text::mixedFloatsHistogramsInAggregation(), context_->argument());
      } else {
        result.histograms[step] = histograms_->finish(step);
      }
    }
    histograms_ = nullptr;
  }

 private:
  using After = HistogramFold::After;

  void addHistograms(const Series& series) {
    if (histograms_ == nullptr) histograms_ = std::make_unique<HistogramFold>(*context_, kind);
    const std::string_view metric_name = series.labels.metricName();
    for (std::size_t step = 0; step < series.histograms.size(); ++step) {
      const model::HistogramPtr& histogram = series.histograms[step];
      if (histogram == nullptr) continue;
      histograms_->add(step, histogram, metric_name,
                       floats_seen_.has(step) ? After::kFloat : After::kNoFloat);
      if (step % kStepsPerCheckpoint == 0) context_->evaluation().checkpoint();
    }
  }

  static constexpr std::size_t kStepsPerCheckpoint = 64;

  const AggregationContext* context_;
  FloatFold floats_;
  StepSet floats_seen_;
  std::unique_ptr<HistogramFold> histograms_;  // null until there is one
};

}  // namespace prome::engine
