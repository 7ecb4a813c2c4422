// `x smoothed`: where no sample is exactly at a step, the value on the line between the neighbours.
#include <algorithm>

#include "engine/annotation_text.h"
#include "engine/interpolation.h"
#include "engine/range_source.h"
#include "engine/selector.h"

namespace prome::engine {
namespace {

// The samples of a run in (from, to], as indices.
struct Part {
  std::size_t first = 0;
  std::size_t past = 0;
  bool empty() const { return first == past; }
};

Part partOf(std::span<const std::int64_t> times, std::int64_t from, std::int64_t to) {
  const auto first = std::ranges::upper_bound(times, from) - times.begin();
  const auto past = std::ranges::upper_bound(times, to) - times.begin();
  return {static_cast<std::size_t>(first), static_cast<std::size_t>(std::max(first, past))};
}

class SmoothedSelector : public Operator {
 public:
  SmoothedSelector(const Place& place, std::unique_ptr<RangeSource> source, std::int64_t offset_ms)
      : Operator(place), source_(std::move(source)), offset_ms_(offset_ms) {}

 protected:
  Result<bool> produce(Series& series) override {
    SampleRun run;
    const Result<bool> more = source_->next(run);
    if (!more || !*more) return more;
    series.labels = run.labels;
    const std::int64_t lookback = evaluation().options().lookback_delta.count();
    for (std::size_t step = 0; step < steps(); ++step) {
      evaluation().checkpointAtStep(step);
      const std::int64_t ref = grid().time(step) - offset_ms_;
      const Part floats = partOf(run.floats.times, ref - lookback, ref + lookback);
      const Part histograms = partOf(run.histograms.times, ref - lookback, ref + lookback);
      if (!floats.empty() && !histograms.empty()) {
        evaluation().warn(annotation_text::mixedFloatsHistograms(run.labels.metricName()), expr());
      } else if (!floats.empty()) {
        floatAt(run.floats, floats, ref, step, series);
      } else if (!histograms.empty()) {
        histogramAt(run, histograms, ref, step, series);
      }
    }
    return true;
  }

 private:
  void floatAt(const FloatRun& run, Part part, std::int64_t ref, std::size_t step, Series& series) {
    const std::size_t after = lowerBound(run.times, part, ref);
    const auto at = [&](std::size_t i) { return FloatPoint{run.times[i], run.values[i]}; };
    double value = 0;
    if (after < part.past && run.times[after] == ref) {
      value = run.values[after];
    } else if (after == part.first) {
      return;  // nothing before the step
    } else if (after < part.past) {
      value = interpolate(at(after - 1), at(after), ref, SampleKind::kGauge);
    } else {
      value = run.values[after - 1];
    }
    if (series.floats.empty()) series.floats = evaluation().columns().absent(steps());
    series.floats[step] = value;
  }

  void histogramAt(const SampleRun& run, Part part, std::int64_t ref, std::size_t step, Series& series) {
    const HistogramRun& histograms = run.histograms;
    const std::size_t after = lowerBound(histograms.times, part, ref);
    model::HistogramPtr value;
    if (after < part.past && histograms.times[after] == ref) {
      value = histograms.values[after];
    } else if (after == part.first) {
      return;
    } else if (after < part.past) {
      value = between(run, after, ref);
    } else {
      // The hint tells of two samples, and here is only one.
      auto copy = std::make_shared<model::FloatHistogram>(*histograms.values[after - 1]);
      copy->counter_reset_hint = model::CounterResetHint::kUnknown;
      value = std::move(copy);
    }
    if (value == nullptr) return;
    if (series.histograms.empty()) series.histograms = evaluation().columns().histograms(steps());
    series.histograms[step] = std::move(value);
  }

  model::HistogramPtr between(const SampleRun& run, std::size_t after, std::int64_t ref) {
    const auto at = [&](std::size_t i) {
      return HistogramPoint{run.histograms.times[i], run.histograms.values[i]};
    };
    const model::FloatHistogram& first = *run.histograms.values[after - 1];
    const model::FloatHistogram& second = *run.histograms.values[after];
    const std::string_view name = run.labels.metricName();
    if (first.usesCustomBuckets() != second.usesCustomBuckets()) {
      evaluation().warn(annotation_text::mixedExponentialCustom(name), expr());
      return nullptr;
    }
    const bool gauge = first.counter_reset_hint == model::CounterResetHint::kGauge &&
                       second.counter_reset_hint == model::CounterResetHint::kGauge;
    return interpolate(at(after - 1), at(after), ref, gauge ? SampleKind::kGauge : SampleKind::kCounter, name,
                       evaluation(), expr());
  }

  static std::size_t lowerBound(std::span<const std::int64_t> times, Part part, std::int64_t ref) {
    const auto found = std::ranges::lower_bound(times.subspan(part.first, part.past - part.first), ref);
    return part.first +
           static_cast<std::size_t>(found - (times.begin() + static_cast<std::ptrdiff_t>(part.first)));
  }

  std::unique_ptr<RangeSource> source_;  // without stale markers
  const std::int64_t offset_ms_;
};

}  // namespace

Result<OperatorPtr> makeSmoothedSelector(const Place& place, std::int64_t offset_ms, LeafSource& leaves) {
  const std::int64_t lookback = place.evaluation.options().lookback_delta.count();
  WindowGrid windows;
  windows.grid = place.grid;
  windows.range_ms = 2 * lookback;
  windows.offset_ms = offset_ms - lookback;
  Result<std::unique_ptr<RangeSource>> source =
      makeSelectorRange(place.evaluation, windows, place.expr, leaves);
  if (!source) return std::unexpected(source.error());
  return std::make_unique<SmoothedSelector>(place, *std::move(source), offset_ms);
}

}  // namespace prome::engine
