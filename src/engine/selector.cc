// Selectors walk each series once: steps and samples both ascend, so the newest sample not after a step's
// reference time is found by moving one index on. The stale marker, where it is the newest, is what an absent
// step holds anyway.
#include "engine/selector.h"

#include <algorithm>

#include "engine/newest_sample.h"

namespace prome::engine {
namespace {

class Selector : public Operator {
 public:
  Selector(const Place& place, std::unique_ptr<SampleStream> stream, std::int64_t offset_ms,
           std::int64_t oldest_ms, SelectorValue value)
      : Operator(place),
        stream_(std::move(stream)),
        offset_ms_(offset_ms),
        oldest_ms_(oldest_ms),
        value_(value) {}

 protected:
  Result<bool> produce(Series& series) override {
    SampleRun run;
    while (true) {
      const Result<bool> more = stream_->next(run);
      if (!more || !*more) return more;
      const bool found = run.histograms.empty() && value_ == SelectorValue::kSample ? fillFloats(run, series)
                                                                                    : fill(run, series);
      if (found) break;
      series.clear();
    }
    series.labels = run.labels;
    series.drop_name = run.drop_name;
    if (value_ != SelectorValue::kSample) dropName(series, evaluation());
    return true;
  }

 private:
  std::int64_t reference(std::size_t step) const { return grid().time(step) - offset_ms_; }

  // The common case: floats only.
  bool fillFloats(const SampleRun& run, Series& series) {
    if (run.floats.empty()) return false;
    series.floats = evaluation().columns().uninitialized(steps());
    double* const out = series.floats.values().data();
    const std::int64_t* const times = run.floats.times.data();
    const double* const values = run.floats.values.data();
    const std::size_t samples = run.floats.size();
    const std::size_t count = steps();
    std::int64_t ref = reference(0);
    std::size_t next = 0;
    bool found = false;
    for (std::size_t step = 0; step < count; ++step, ref += grid().step_ms) {
      while (next < samples && times[next] <= ref) ++next;
      const bool seen = next > 0 && times[next - 1] >= ref - oldest_ms_;
      const double value = seen ? values[next - 1] : kAbsent;
      found |= !isAbsent(value);
      out[step] = value;
    }
    return found;
  }

  bool fill(const SampleRun& run, Series& series) {
    NewestSample floats(run.floats.times);
    NewestSample histograms(run.histograms.times);
    bool found = false;
    for (std::size_t step = 0; step < steps(); ++step) {
      evaluation().checkpointAtStep(step);
      const std::int64_t ref = reference(step);
      const bool has_float = floats.moveTo(ref) && floats.time() >= ref - oldest_ms_;
      const bool has_histogram = histograms.moveTo(ref) && histograms.time() >= ref - oldest_ms_;
      if (has_histogram && !(has_float && floats.time() > histograms.time())) {
        const model::HistogramPtr& value = run.histograms.values[histograms.index()];
        if (!value->isStale()) found |= put(series, step, value, timeOf(run.histograms, histograms.index()));
      } else if (has_float && !isAbsent(run.floats.values[floats.index()])) {
        const double value = run.floats.values[floats.index()];
        const bool is_time = value_ != SelectorValue::kSample;
        found |= put(series, step, is_time ? timeOf(run.floats, floats.index()) : value);
      }
    }
    return found;
  }

  bool put(Series& series, std::size_t step, const model::HistogramPtr& value, double time) {
    if (value_ != SelectorValue::kSample) return put(series, step, time);
    if (series.histograms.empty()) series.histograms = evaluation().columns().histograms(steps());
    series.histograms[step] = value;
    return true;
  }

  bool put(Series& series, std::size_t step, double value) {
    if (series.floats.empty()) series.floats = evaluation().columns().absent(steps());
    series.floats[step] = value;
    return true;
  }

  /// The time, or start time, of a sample, in seconds.
  template <class Run>
  double timeOf(const Run& run, std::size_t index) const {
    const bool is_start = value_ == SelectorValue::kStartTimestamp;
    const std::int64_t start_ms = run.starts.empty() ? 0 : run.starts[index];
    return static_cast<double>(is_start ? start_ms : run.times[index]) / 1000;
  }

  std::unique_ptr<SampleStream> stream_;
  const std::int64_t offset_ms_;
  const std::int64_t oldest_ms_;  // a sample this much older than the reference still counts
  const SelectorValue value_;
};

}  // namespace

Result<OperatorPtr> makeSelector(const Place& place, std::span<const promql::LabelMatcher> matchers,
                                 std::int64_t offset_ms, SelectorValue value, LeafSource& leaves) {
  const EngineOptions& options = place.evaluation.options();
  // 3.x leaves out the sample that is exactly a lookback old.
  const std::int64_t oldest_ms =
      options.lookback_delta.count() - (options.dialect == Dialect::kPrometheus3 ? 1 : 0);
  const std::size_t steps = place.grid.steps();
  SamplesRequest request{.matchers = matchers,
                         .start_ms = place.grid.start_ms - offset_ms - oldest_ms,
                         .end_ms = place.grid.time(steps - 1) - offset_ms,
                         .pos = place.expr.pos};
  Result<std::unique_ptr<SampleStream>> stream = leaves.samples(request);
  if (!stream) return std::unexpected(stream.error());
  return std::make_unique<Selector>(place, *std::move(stream), offset_ms, oldest_ms, value);
}

}  // namespace prome::engine
