// Selectors walk each series once: steps and samples both ascend, so the newest sample not after a step's
// reference time is found by moving one index on. The stale marker, where it is the newest, is what an absent
// step holds anyway. Where scrapes keep pace with the steps, each step has a sample of its own: such blocks
// of steps are told by their times alone, without a branch for each, and copied.
#include "engine/selector.h"

#include <algorithm>
#include <span>

#include "base/lanes.h"
#include "engine/broadcast.h"
#include "engine/newest_sample.h"

namespace prome::engine {
namespace {

constexpr std::size_t kBlock = 32;  // steps

/// Have the kBlock steps from reference time `ref` on a sample of `times` each, the first the first step's:
/// at its reference time or less than `newer_than` milliseconds before it, and no other since?
bool oneAStep(std::span<const std::int64_t> times, std::int64_t ref, std::int64_t step_ms,
              std::int64_t newer_than) {
  if (times.size() < kBlock) return false;
  LaneMask refs{ref, ref + step_ms};
  LaneMask signs{};
  for (std::size_t i = 0; i < kBlock; i += kLanes) {
    const LaneMask age = refs - load<LaneMask>(times.data() + i);
    signs |= age | (newer_than - 1 - age);
    refs += 2 * step_ms;
  }
  if ((signs[0] | signs[1]) < 0) return false;
  return times.size() == kBlock || times[kBlock] > ref + step_ms * static_cast<std::int64_t>(kBlock - 1);
}

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

  // The common case: floats only. At the head of the loop all samples up to the step before are behind
  // `next`.
  bool fillFloats(const SampleRun& run, Series& series) {
    if (run.floats.empty()) return false;
    series.floats = evaluation().columns().uninitialized(steps());
    double* const out = series.floats.values().data();
    const std::int64_t* const times = run.floats.times.data();
    const double* const values = run.floats.values.data();
    const std::size_t samples = run.floats.size();
    const std::size_t count = steps();
    const std::int64_t step_ms = grid().step_ms;
    const std::int64_t newer_than = std::min(step_ms, oldest_ms_ + 1);
    std::int64_t ref = reference(0);
    std::size_t next = 0;
    while (next < samples && times[next] <= ref - step_ms) ++next;
    for (std::size_t step = 0; step < count;) {
      if (count - step >= kBlock && oneAStep(run.floats.times.subspan(next), ref, step_ms, newer_than)) {
        std::copy_n(values + next, kBlock, out + step);
        next += kBlock;
        step += kBlock;
        ref += step_ms * static_cast<std::int64_t>(kBlock);
        continue;
      }
      for (const std::size_t past = std::min(count, step + kBlock); step < past; ++step, ref += step_ms) {
        while (next < samples && times[next] <= ref) ++next;
        const bool seen = next > 0 && times[next - 1] >= ref - oldest_ms_;
        out[step] = seen ? values[next - 1] : kAbsent;
      }
    }
    return holdsSample(series);
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
                                 const SelectorReach& reach, SelectorValue value, LeafSource& leaves) {
  // 3.x leaves out the sample that is exactly a lookback old.
  const std::int64_t oldest_ms = reach.lookback_ms - (place.evaluation.is3x() ? 1 : 0);
  if (oldest_ms < 0) return makeEmpty(place);
  const std::size_t steps = place.grid.steps();
  SamplesRequest request{.matchers = matchers,
                         .start_ms = place.grid.start_ms - reach.offset_ms - oldest_ms,
                         .end_ms = place.grid.time(steps - 1) - reach.offset_ms,
                         .pos = place.expr.pos,
                         .use = SamplesUse::kLatest};
  Result<std::unique_ptr<SampleStream>> stream = leaves.samples(request);
  if (!stream) return std::unexpected(stream.error());
  return std::make_unique<Selector>(place, *std::move(stream), reach.offset_ms, oldest_ms, value);
}

}  // namespace prome::engine
