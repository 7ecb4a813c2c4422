// rate, increase and delta over `anchored` and `smoothed` ranges: from one bound of the window to the other,
// with the values at the bounds taken from the sample before (anchored) or worked out (smoothed).
// Source: extendedRate, extendedHistogramRate in prometheus/promql/functions.go.
#include <algorithm>
#include <optional>

#include "engine/range_rate.h"
#include "engine/window_operator.h"

namespace prome::engine {
namespace {

using model::FloatHistogram;
using model::HistogramPtr;

/// The samples a result is made of, as indices into the window.
struct Extent {
  std::size_t first = 0;  // the last at or before the window's start, or the first of all
  std::size_t last = 0;   // smoothed: the first at or after its end, or the last of all
};

std::optional<Extent> extentOf(std::span<const std::int64_t> times, const Window& window, bool smoothed) {
  const auto before_last = times.first(times.size() - 1);
  const auto inside = std::ranges::upper_bound(before_last, window.start_ms) - before_last.begin();
  Extent extent{.first = static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, inside - 1)),
                .last = before_last.size()};
  if (smoothed) {
    extent.last =
        static_cast<std::size_t>(std::ranges::lower_bound(before_last, window.end_ms) - before_last.begin());
  }
  if (times[extent.last] <= window.start_ms) return std::nullopt;
  if (smoothed && times[extent.first] > window.end_ms) return std::nullopt;
  return extent;
}

/// What a counter had lost at its resets from `left` over `inner` to `right`.
double lostInResets(double left, std::span<const double> inner, double right) {
  double lost = 0;
  double before = left;
  for (const double value : inner) {
    if (value < before) lost += before;
    before = value;
  }
  return right < before ? lost + before : lost;
}

class ExtendedRateKernel : public WindowKernel {
 public:
  ExtendedRateKernel(const RateSpec& spec, const WindowCall& call)
      : spec_(spec),
        range_seconds_(rangeSeconds(call.range)),
        smoothed_(call.range.windows.mode == promql::RangeMode::kSmoothed),
        evaluation_(call.place.evaluation),
        about_(*call.range.expr) {}

  void begin(const SampleRun& run) { metric_name_ = run.labels.metricName(); }

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) {
    if (window.isMixed()) {
      notes.add(Note::kMixedFloatsHistograms);
    } else if (window.histograms.empty()) {
      overFloats(window, result);
    } else if (HistogramPtr value = overHistograms(window, notes); value != nullptr) {
      result.set(std::move(value));
    }
  }

  void end(const SampleRun& run, const Series& series, WindowNotes& notes) {
    notePossibleNonCounter(run, series, spec_, notes);
  }

 private:
  void overFloats(const Window& window, WindowResult& result) const {
    const FloatRun& run = window.floats;
    const std::optional<Extent> extent = extentOf(run.times, window, smoothed_);
    if (!extent) return;
    auto [first, last] = *extent;
    const auto at = [&](std::size_t i) { return FloatPoint{run.times[i], run.values[i]}; };
    const double left = smoothed_ && run.times[first] < window.start_ms
                            ? interpolate(at(first), at(first + 1), window.start_ms, spec_.kind)
                            : run.values[first];
    const double right = smoothed_ && last > 0 && run.times[last] > window.end_ms
                             ? interpolate(at(last - 1), at(last), window.end_ms, spec_.kind)
                             : run.values[last];
    double increase = right - left;
    if (spec_.kind == SampleKind::kCounter) {
      if (run.times[first] <= window.start_ms) ++first;
      const std::size_t past = run.times[last] >= window.end_ms ? last : last + 1;
      increase += lostInResets(left, run.values.subspan(first, past - first), right);
    }
    result.set(spec_.unit == RateUnit::kPerSecond ? increase / range_seconds_ : increase);
  }

  HistogramPtr overHistograms(const Window& window, WindowNotes& notes) {
    const HistogramRun& run = window.histograms;
    const std::optional<Extent> extent = extentOf(run.times, window, smoothed_);
    if (!extent || !isUniform(run, *extent, notes)) return nullptr;
    const HistogramPtr left = leftOf(window, *extent);
    const HistogramPtr right = left == nullptr ? nullptr : rightOf(window, *extent);
    if (right == nullptr) return nullptr;
    const auto gauge = [](const FloatHistogram& histogram) {
      return histogram.counter_reset_hint == model::CounterResetHint::kGauge;
    };
    if (spec_.kind == SampleKind::kGauge && (!gauge(*left) || !gauge(*right))) notes.add(Note::kNotGauge);
    auto increase = std::make_shared<FloatHistogram>(*right);
    if (!noted(increase->subtract(*left), Note::kReconciledInSubtraction, notes)) return nullptr;
    if (spec_.kind == SampleKind::kCounter) {
      std::optional<FloatHistogram> lost;
      if (!addResets(window, *extent, left, right, lost, notes)) return nullptr;
      if (lost && !noted(increase->add(*lost), Note::kReconciledInAddition, notes)) return nullptr;
    }
    if (spec_.unit == RateUnit::kPerSecond) increase->divide(range_seconds_);
    increase->counter_reset_hint = model::CounterResetHint::kGauge;
    increase->compact(0);
    return increase;
  }

  /// Are all samples exponential, or all of custom buckets?
  bool isUniform(const HistogramRun& run, const Extent& extent, WindowNotes& notes) const {
    const bool custom = run.values[extent.first]->usesCustomBuckets();
    for (std::size_t i = extent.first; i <= extent.last; ++i) {
      if (run.values[i]->usesCustomBuckets() != custom) {
        notes.add(Note::kMixedSchemas);
        return false;
      }
      if (spec_.kind == SampleKind::kCounter &&
          run.values[i]->counter_reset_hint == model::CounterResetHint::kGauge) {
        notes.add(Note::kNotCounter);
      }
    }
    return true;
  }

  HistogramPtr leftOf(const Window& window, const Extent& extent) {
    const HistogramRun& run = window.histograms;
    if (!smoothed_ || run.times[extent.first] >= window.start_ms) return run.values[extent.first];
    return between(run, extent.first, window.start_ms);
  }

  HistogramPtr rightOf(const Window& window, const Extent& extent) {
    const HistogramRun& run = window.histograms;
    if (!smoothed_ || extent.last == 0 || run.times[extent.last] <= window.end_ms) {
      return run.values[extent.last];
    }
    return between(run, extent.last - 1, window.end_ms);
  }

  HistogramPtr between(const HistogramRun& run, std::size_t before, std::int64_t time_ms) {
    const auto at = [&](std::size_t i) { return HistogramPoint{run.times[i], run.values[i]}; };
    return interpolate(at(before), at(before + 1), time_ms, spec_.kind, metric_name_, evaluation_, about_);
  }

  /// Adds up in `lost` what the counter had at its resets from `left` to `right`.
  bool addResets(const Window& window, const Extent& extent, const HistogramPtr& left,
                 const HistogramPtr& right, std::optional<FloatHistogram>& lost, WindowNotes& notes) const {
    const HistogramRun& run = window.histograms;
    const FloatHistogram* before = left.get();
    std::size_t next = extent.first + 1;
    // A reset `left` was worked out across is already in it.
    if (smoothed_ && run.times[extent.first] < window.start_ms &&
        run.values[next]->detectReset(*run.values[extent.first])) {
      before = run.values[next++].get();
    }
    // Both bounds may lie between the same two samples, or be the same sample.
    if (next > extent.last) return true;
    const auto add = [&](const FloatHistogram& histogram) {
      if (lost) return noted(lost->add(histogram), Note::kReconciledInAddition, notes);
      lost = histogram;
      return true;
    };
    for (; next < extent.last; ++next) {
      const FloatHistogram& current = *run.values[next];
      if (current.detectReset(*before) && !add(*before)) return false;
      before = &current;
    }
    return !right->detectReset(*before) || add(*before);
  }

  static bool noted(const Result<model::HistogramAddition>& done, Note reconciled, WindowNotes& notes) {
    if (!done) {
      notes.add(Note::kMixedSchemas);
      return false;
    }
    if (done->bounds_reconciled) notes.add(reconciled);
    return true;
  }

  const RateSpec spec_;
  const double range_seconds_;
  const bool smoothed_;
  Evaluation& evaluation_;
  const promql::Expr& about_;
  std::string_view metric_name_;  // of the run's labels, which the series keeps until its end
};

}  // namespace

OperatorPtr makeExtendedRate(const WindowCall& call, const RateSpec& spec) {
  return slideWindows(call, ExtendedRateKernel(spec, call));
}

}  // namespace prome::engine
