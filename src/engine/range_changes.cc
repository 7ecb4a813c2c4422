// changes, resets, irate, idelta: what lies between samples that follow each other, floats and histograms
// alike. Source: funcChanges, funcResets, pickFirstSampleIndices, instantValue in
// prometheus/promql/functions.go.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <vector>

#include "engine/interpolation.h"
#include "engine/start_times.h"
#include "engine/window_operator.h"

namespace prome::engine {
namespace {

/// A sample of either kind, `histogram` null for a float.
struct Point {
  StartedSample times;
  double value = 0;
  const model::FloatHistogram* histogram = nullptr;
};

Point floatPoint(const FloatRun& run, std::size_t i) {
  return {{run.starts.empty() ? 0 : run.starts[i], run.times[i]}, run.values[i], nullptr};
}
Point histogramPoint(const HistogramRun& run, std::size_t i) {
  return {{run.starts.empty() ? 0 : run.starts[i], run.times[i]}, 0, run.values[i].get()};
}

/// Calls visit(before, current) for all samples but the first, in order of time.
template <class Visit>
void forPairs(const SampleRun& run, Visit visit) {
  const FloatRun& floats = run.floats;
  const HistogramRun& histograms = run.histograms;
  std::optional<Point> before;
  for (std::size_t f = 0, h = 0; f < floats.size() || h < histograms.size();) {
    const bool take_float =
        h == histograms.size() || (f < floats.size() && floats.times[f] <= histograms.times[h]);
    const Point current = take_float ? floatPoint(floats, f++) : histogramPoint(histograms, h++);
    if (before) visit(*before, current);
    before = current;
  }
}

bool isChange(const Point& before, const Point& current) {
  if ((before.histogram == nullptr) != (current.histogram == nullptr)) return true;
  if (current.histogram != nullptr) return !current.histogram->equals(*before.histogram);
  return current.value != before.value && !(std::isnan(current.value) && std::isnan(before.value));
}

bool isReset(const Point& before, const Point& current, StartTimestamps starts) {
  if ((before.histogram == nullptr) != (current.histogram == nullptr)) return true;
  if (starts == StartTimestamps::kUsed && isStartReset(before.times, current.times)) return true;
  if (current.histogram != nullptr) return current.histogram->detectReset(*before.histogram);
  return current.value < before.value;
}

enum class Counted : std::uint8_t { kChanges, kResets };

/// Counts in each window what was found once in the run: both samples of a pair must be in the window.
class PairCountKernel : public WindowKernel {
 public:
  PairCountKernel(const WindowCall& call, Counted counted)
      : counted_(counted),
        starts_(call.place.evaluation.options().start_timestamps),
        anchored_(call.range.windows.mode == promql::RangeMode::kAnchored) {}

  void begin(const SampleRun& run) {
    found_.clear();
    first_ = past_ = 0;
    forPairs(run, [&](const Point& before, const Point& current) {
      const bool counts =
          counted_ == Counted::kChanges ? isChange(before, current) : isReset(before, current, starts_);
      if (counts) found_.push_back({before.times.time_ms, current.times.time_ms});
    });
  }

  void operator()(const Window& window, WindowResult& result, WindowNotes&) {
    std::optional<std::int64_t> begin_ms = firstTime(window);
    if (anchored_) {
      if (lastTime(window) <= window.start_ms) return;
      begin_ms = anchor(window).value_or(*begin_ms);
    }
    while (past_ < found_.size() && found_[past_].current_ms <= window.end_ms) ++past_;
    while (first_ < past_ && found_[first_].before_ms < *begin_ms) ++first_;
    result.set(static_cast<double>(past_ - first_));
  }

 private:
  struct Found {
    std::int64_t before_ms = 0;
    std::int64_t current_ms = 0;
  };

  template <class Choose>
  static std::optional<std::int64_t> ofBoth(std::optional<std::int64_t> a, std::optional<std::int64_t> b,
                                            Choose choose) {
    if (!a || !b) return a ? a : b;
    return choose(*a, *b);
  }
  static std::optional<std::int64_t> firstTime(const Window& window) {
    const auto of = [](std::span<const std::int64_t> times) {
      return times.empty() ? std::nullopt : std::optional(times.front());
    };
    return ofBoth(of(window.floats.times), of(window.histograms.times),
                  [](std::int64_t a, std::int64_t b) { return std::min(a, b); });
  }
  static std::int64_t lastTime(const Window& window) {
    const auto of = [](std::span<const std::int64_t> times) {
      return times.empty() ? std::nullopt : std::optional(times.back());
    };
    return *ofBoth(of(window.floats.times), of(window.histograms.times),
                   [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
  }
  /// The last sample at or before the window's start.
  static std::optional<std::int64_t> anchor(const Window& window) {
    const auto of = [&](std::span<const std::int64_t> times) {
      const auto inside = std::ranges::upper_bound(times, window.start_ms);
      return inside == times.begin() ? std::nullopt : std::optional(*(inside - 1));
    };
    return ofBoth(of(window.floats.times), of(window.histograms.times),
                  [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
  }

  const Counted counted_;
  const StartTimestamps starts_;
  const bool anchored_;
  std::vector<Found> found_;
  std::size_t first_ = 0;
  std::size_t past_ = 0;
};

/// The difference of a window's last two samples.
class LastTwoKernel : public WindowKernel {
 public:
  LastTwoKernel(const WindowCall& call, SampleKind kind)
      : kind_(kind), starts_(call.place.evaluation.options().start_timestamps) {}

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (window.size() < 2) return;
    std::size_t floats = window.floats.size();
    std::size_t histograms = window.histograms.size();
    const Point last = takeLast(window, floats, histograms);
    const Point before = takeLast(window, floats, histograms);
    const std::int64_t interval_ms = last.times.time_ms - before.times.time_ms;
    if (interval_ms == 0) return;
    const double interval = static_cast<double>(interval_ms) / 1000;
    if ((last.histogram == nullptr) != (before.histogram == nullptr)) {
      notes.add(Note::kMixedFloatsHistograms);
    } else if (last.histogram != nullptr) {
      difference(last, before, interval, result, notes);
    } else {
      const bool reset = isCounter() && (last.value < before.value || startReset(before, last));
      const double value = reset ? last.value : last.value - before.value;
      result.set(isCounter() ? value / interval : value);
    }
  }

 private:
  bool isCounter() const { return kind_ == SampleKind::kCounter; }
  bool startReset(const Point& before, const Point& last) const {
    return isCounter() && starts_ == StartTimestamps::kUsed && isStartReset(before.times, last.times);
  }

  /// The latest of the first `floats` and `histograms` samples, which then are less by one.
  static Point takeLast(const Window& window, std::size_t& floats, std::size_t& histograms) {
    const bool take_float = histograms == 0 || (floats > 0 && window.floats.times[floats - 1] >=
                                                                  window.histograms.times[histograms - 1]);
    return take_float ? floatPoint(window.floats, --floats) : histogramPoint(window.histograms, --histograms);
  }

  void difference(const Point& last, const Point& before, double interval, WindowResult& result,
                  WindowNotes& notes) const {
    const auto gauge = [](const Point& point) {
      return point.histogram->counter_reset_hint == model::CounterResetHint::kGauge;
    };
    if (isCounter() && (gauge(last) || gauge(before))) notes.add(Note::kNotCounter);
    if (!isCounter() && (!gauge(last) || !gauge(before))) notes.add(Note::kNotGauge);
    auto value = std::make_shared<model::FloatHistogram>(*last.histogram);
    if (!isCounter() || (!startReset(before, last) && !last.histogram->detectReset(*before.histogram))) {
      const Result<model::HistogramAddition> subtracted = value->subtract(*before.histogram);
      if (!subtracted) return notes.add(Note::kMixedSchemas);
      if (subtracted->bounds_reconciled) notes.add(Note::kReconciledInSubtraction);
    }
    value->counter_reset_hint = model::CounterResetHint::kGauge;
    value->compact(0);
    if (isCounter()) value->divide(interval);
    result.set(std::move(value));
  }

  const SampleKind kind_;
  const StartTimestamps starts_;
};

constexpr std::array kFunctions{
    WindowFunction{
        "changes",
        [](const WindowCall& call) { return slideWindows(call, PairCountKernel(call, Counted::kChanges)); }},
    WindowFunction{
        "resets",
        [](const WindowCall& call) { return slideWindows(call, PairCountKernel(call, Counted::kResets)); }},
    WindowFunction{
        "irate",
        [](const WindowCall& call) { return slideWindows(call, LastTwoKernel(call, SampleKind::kCounter)); }},
    WindowFunction{
        "idelta",
        [](const WindowCall& call) { return slideWindows(call, LastTwoKernel(call, SampleKind::kGauge)); }},
};

}  // namespace

std::span<const WindowFunction> changeFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
