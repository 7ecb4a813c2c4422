// rate, increase, delta: the growth between the first and the last sample of a window, extrapolated to the
// window's bounds where samples come near them.
//
// A counter's resets are looked for once a series; of each window only those in it are looked at, in order,
// so that the sum is the one a scan of the window gives. Source: extrapolatedRate in
// prometheus/promql/functions.go (3.14), and as 2.42 has it, which puts the counter's zero before the
// question whether the gap is large.
#include "engine/range_rate.h"

#include <array>
#include <optional>
#include <string_view>

#include "engine/pair_marks.h"
#include "engine/start_times.h"
#include "engine/window_operator.h"

namespace prome::engine {
namespace {

double seconds(std::int64_t ms) {
  return static_cast<double>(ms) / 1000;
}

/// How the samples of a window lie in it, in seconds.
struct Coverage {
  double to_start = 0;
  double to_end = 0;
  double sampled = 0;
  double average = 0;  // between two samples; 0 where there is one

  Coverage(const Window& window, std::span<const std::int64_t> times)
      : to_start(seconds(times.front() - window.start_ms)),
        to_end(seconds(window.end_ms - times.back())),
        sampled(seconds(times.back() - times.front())) {
    if (times.size() > 1) average = sampled / static_cast<double>(times.size() - 1);
  }

  double threshold() const { return average * 1.1; }
  bool isFar(double gap) const { return gap >= threshold(); }
  double near(double gap) const { return isFar(gap) ? average / 2 : gap; }
  double factor() const { return sampled == 0 ? 1.0 : (sampled + to_start + to_end) / sampled; }
};

/// What is known of where a counter began.
struct Beginning {
  std::optional<std::int64_t> start_ms;     // its start timestamp, in the window
  std::optional<double> first_by_increase;  // the first sample's value in proportion to the increase
};

double extrapolation(Coverage coverage, const Beginning& beginning, bool is_3x) {
  const double to_zero =
      beginning.first_by_increase ? coverage.sampled * *beginning.first_by_increase : coverage.to_start;
  if (beginning.start_ms) {
    coverage.to_start = 0;
  } else if (is_3x) {
    coverage.to_start = coverage.near(coverage.to_start);
    if (beginning.first_by_increase && to_zero < coverage.to_start) coverage.to_start = to_zero;
  } else {
    coverage.to_start = coverage.near(to_zero < coverage.to_start ? to_zero : coverage.to_start);
  }
  coverage.to_end = coverage.near(coverage.to_end);
  return coverage.factor();
}

class RateKernel : public WindowKernel {
 public:
  RateKernel(const RateSpec& spec, double range_seconds, const Evaluation& evaluation)
      : spec_(spec),
        range_seconds_(range_seconds),
        is_3x_(evaluation.is3x()),
        uses_starts_(evaluation.options().start_timestamps == StartTimestamps::kUsed) {}

  void begin(const SampleRun& run) {
    if (spec_.kind == SampleKind::kGauge) return;
    run_ = run.floats;
    const auto fell = [&](std::size_t i) { return run_.values[i] < run_.values[i - 1]; };
    const bool float_starts = uses_starts_ && !run.floats.starts.empty();
    float_resets_.find(run.floats.size(),
                       [&](std::size_t i) { return fell(i) || (float_starts && startReset(run.floats, i)); });
    float_overlaps_.find(float_starts ? run.floats.size() : 0,
                         [&](std::size_t i) { return overlap(run.floats, i); });
    const bool histogram_starts = uses_starts_ && !run.histograms.starts.empty();
    histogram_resets_.find(run.histograms.size(), [&](std::size_t i) {
      return (histogram_starts && startReset(run.histograms, i)) ||
             run.histograms.values[i]->detectReset(*run.histograms.values[i - 1]);
    });
    histogram_overlaps_.find(histogram_starts ? run.histograms.size() : 0,
                             [&](std::size_t i) { return overlap(run.histograms, i); });
  }

  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) {
    if (window.isMixed()) {
      notes.add(Note::kMixedFloatsHistograms);
    } else if (window.histograms.empty()) {
      overFloats(window, result, notes);
    } else {
      overHistograms(window, result, notes);
    }
  }

  void end(const SampleRun& run, const Series& series, WindowNotes& notes) {
    notePossibleNonCounter(run, series, spec_, notes);
  }

 private:
  template <class Run>
  static StartedSample started(const Run& run, std::size_t i) {
    return {run.starts[i], run.times[i]};
  }
  template <class Run>
  static bool startReset(const Run& run, std::size_t i) {
    return isStartReset(started(run, i - 1), started(run, i));
  }
  template <class Run>
  static bool overlap(const Run& run, std::size_t i) {
    return startsOverlap(started(run, i - 1), started(run, i));
  }

  /// The start timestamp of the first sample, if the counter began in the window.
  template <class Run>
  std::optional<std::int64_t> startInside(const Window& window, const Run& run) const {
    if (spec_.kind == SampleKind::kGauge || !uses_starts_ || run.starts.empty()) return std::nullopt;
    const std::int64_t start = run.starts.front();
    if (start == 0 || start <= window.start_ms || start >= run.times.front()) return std::nullopt;
    return start;
  }

  double factor(const Window& window, std::span<const std::int64_t> times, const Beginning& beginning) const {
    Coverage coverage(window, times);
    if (beginning.start_ms) coverage.sampled = seconds(times.back() - *beginning.start_ms);
    const double over_range = extrapolation(coverage, beginning, is_3x_);
    return spec_.unit == RateUnit::kPerSecond ? over_range / range_seconds_ : over_range;
  }

  void overFloats(const Window& window, WindowResult& result, WindowNotes& notes) {
    const FloatRun& floats = window.floats;
    double increase = floats.values.back() - floats.values.front();
    if (spec_.kind == SampleKind::kCounter) {
      for (const std::size_t i : float_resets_.within(window.first_float, floats.size())) {
        increase += run_.values[i - 1];
      }
      if (!float_overlaps_.within(window.first_float, floats.size()).empty()) {
        notes.add(Note::kStartTimeOverlap);
      }
    }
    Beginning beginning{.start_ms = startInside(window, floats), .first_by_increase = {}};
    if (beginning.start_ms) {
      increase += floats.values.front();
    } else if (floats.size() == 1) {
      return;
    } else if (spec_.kind == SampleKind::kCounter && increase > 0 && floats.values.front() >= 0) {
      beginning.first_by_increase = floats.values.front() / increase;
    }
    result.set(increase * factor(window, floats.times, beginning));
  }

  void overHistograms(const Window& window, WindowResult& result, WindowNotes& notes) {
    const HistogramRun& histograms = window.histograms;
    NoteSet noted;
    std::shared_ptr<model::FloatHistogram> increase;
    if (histograms.size() > 1) {
      increase = histogramIncrease(histograms, spec_.kind, resetsOf(window), noted);
      if (increase != nullptr &&
          !histogram_overlaps_.within(window.first_histogram, histograms.size()).empty()) {
        noted.add(Note::kStartTimeOverlap);
      }
      notes.add(noted);
      if (increase == nullptr) return;
    }
    const model::FloatHistogram& first = *histograms.values.front();
    Beginning beginning{.start_ms = startInside(window, histograms), .first_by_increase = {}};
    if (beginning.start_ms) {
      if (!addFirst(increase, first, notes)) return;
    } else if (increase == nullptr) {
      return;
    } else if (is_3x_ && spec_.kind == SampleKind::kCounter && increase->count > 0 && first.count >= 0) {
      beginning.first_by_increase = first.count / increase->count;
    }
    increase->multiply(factor(window, histograms.times, beginning));
    result.set(std::move(increase));
  }

  HistogramResets resetsOf(const Window& window) {
    if (spec_.kind == SampleKind::kGauge) return {};
    const HistogramRun& run = window.histograms;
    return {.resets = histogram_resets_.within(window.first_histogram, run.size()),
            .first = window.first_histogram,
            .first_by_start = uses_starts_ && !run.starts.empty() && startReset(run, 1)};
  }

  static bool addFirst(std::shared_ptr<model::FloatHistogram>& increase, const model::FloatHistogram& first,
                       WindowNotes& notes) {
    if (increase == nullptr) {
      increase = std::make_shared<model::FloatHistogram>(first);
      return true;
    }
    const Result<model::HistogramAddition> added = increase->add(first);
    if (!added) {
      notes.add(Note::kMixedSchemas);
      return false;
    }
    if (added->bounds_reconciled) notes.add(Note::kReconciledInAddition);
    return true;
  }

  const RateSpec spec_;
  const double range_seconds_;
  const bool is_3x_;
  const bool uses_starts_;
  FloatRun run_;
  PairMarks float_resets_;
  PairMarks float_overlaps_;
  PairMarks histogram_resets_;
  PairMarks histogram_overlaps_;
};

OperatorPtr makeAnyRate(const WindowCall& call, const RateSpec& spec) {
  if (call.range.windows.mode != promql::RangeMode::kPlain) return makeExtendedRate(call, spec);
  return slideWindows(call, RateKernel(spec, rangeSeconds(call.range), call.place.evaluation));
}

OperatorPtr makeRate(const WindowCall& call) {
  return makeAnyRate(call, {SampleKind::kCounter, RateUnit::kPerSecond});
}
OperatorPtr makeIncrease(const WindowCall& call) {
  return makeAnyRate(call, {SampleKind::kCounter, RateUnit::kPerRange});
}
OperatorPtr makeDelta(const WindowCall& call) {
  return makeAnyRate(call, {SampleKind::kGauge, RateUnit::kPerRange});
}

constexpr std::array kFunctions{
    WindowFunction{"rate", makeRate},
    WindowFunction{"increase", makeIncrease},
    WindowFunction{"delta", makeDelta},
};

}  // namespace

// Nanoseconds are told only by a literal; a range worked out from an expression is whole milliseconds.
double rangeSeconds(const RangeOperand& range) {
  constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
  std::int64_t nanos = range.windows.range_ms * 1'000'000;
  const promql::Duration* written = nullptr;
  if (const auto* matrix = promql::as<promql::MatrixSelector>(*range.expr)) written = &matrix->range;
  if (const auto* subquery = promql::as<promql::SubqueryExpr>(*range.expr)) written = &subquery->range;
  if (written != nullptr && written->expr == nullptr) nanos = written->nanos;
  return static_cast<double>(nanos / kNanosPerSecond) +
         static_cast<double>(nanos % kNanosPerSecond) / static_cast<double>(kNanosPerSecond);
}

void notePossibleNonCounter(const SampleRun& run, const Series& series, const RateSpec& spec,
                            WindowNotes& notes) {
  if (spec.kind == SampleKind::kGauge || series.floats.empty()) return;
  const std::string_view name = run.labels.metricName();
  const bool counter = name.ends_with("_total") || name.ends_with("_sum") || name.ends_with("_count") ||
                       name.ends_with("_bucket");
  if (!name.empty() && !counter) notes.add(Note::kPossibleNonCounter);
}

std::span<const WindowFunction> rateFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
