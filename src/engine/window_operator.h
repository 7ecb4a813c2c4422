// The operator of a function over range vectors: slides the window of each step over a series' samples.
//
// A kernel says what becomes of one window. Windows only move forwards, so a kernel may look over a series
// once, in begin(), and keep moving indices of its own. Used by one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "engine/operator.h"
#include "engine/scalar_argument.h"
#include "engine/window.h"
#include "engine/window_call.h"
#include "engine/window_notes.h"

namespace prome::engine {

enum class MetricName : std::uint8_t { kDropped, kKept };

/// What a kernel does unless it has its own. Each has also
///   void operator()(const Window&, WindowResult&, WindowNotes&), for windows with at least one sample.
struct WindowKernel {
  static constexpr MetricName kMetricName = MetricName::kDropped;

  /// Evaluates scalar arguments; asked before each series.
  Result<void> load() { return {}; }
  void begin(const SampleRun& run) { static_cast<void>(run); }
  /// Are the scalar arguments of `step` fit? Asked where there is a window to compute.
  Result<void> check(std::size_t step) const {
    static_cast<void>(step);
    return {};
  }
  /// After the last window of a series.
  void end(const SampleRun& run, const Series& series, WindowNotes& notes) {
    static_cast<void>(run), static_cast<void>(series), static_cast<void>(notes);
  }
};

template <class Kernel>
class WindowOperator final : public Operator {
 public:
  WindowOperator(const WindowCall& call, Kernel kernel)
      : Operator(call.place),
        source_(std::move(call.range.source)),
        windows_(call.range.windows),
        reach_(reachOf(windows_, evaluation())),
        notes_(evaluation(), call.call()),
        kernel_(std::move(kernel)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (const Result<void> loaded = kernel_.load(); !loaded) return afterInput(loaded.error());
    SampleRun run;
    const Result<bool> more = source_->next(run);
    if (!more) return more;
    if (!*more) {
      notes_.say();
      return false;
    }
    series.labels = run.labels;
    series.drop_name = run.drop_name;
    if constexpr (Kernel::kMetricName == MetricName::kDropped) dropName(series, evaluation());
    kernel_.begin(run);
    if (const Result<void> done = slide(run, series); !done) return afterInput(done.error());
    kernel_.end(run, series, notes_);
    notes_.endSeries(run.labels.metricName());
    return true;
  }

 private:
  /// `error` of the other arguments. Prometheus evaluates a subquery before them, wherever it stands: where
  /// both fail, the subquery's counts.
  Result<bool> afterInput(const Error& error) {
    SampleRun run;
    while (true) {
      const Result<bool> more = source_->next(run);
      if (!more) return more;
      if (!*more) return std::unexpected(error);
    }
  }

  Result<void> slide(const SampleRun& run, Series& series) {
    WindowResult result(series, evaluation(), steps());
    WindowSlider slider(run, reach_);
    std::size_t work = 0;
    Window window;
    for (std::size_t step = 0; step < steps(); ++step) {
      window.step = step;
      window.time_ms = windows_.grid.time(step);
      window.end_ms = windows_.reference(step);
      window.start_ms = window.end_ms - windows_.range_ms;
      slider.move(window);
      if (work += window.size() + 1; work >= kSamplesPerCheckpoint) {
        evaluation().checkpointAfter(work / kSamplesPerCheckpoint);
        work = 0;
      }
      if (window.size() == 0) continue;
      if (const Result<void> fit = kernel_.check(step); !fit) return fit;
      result.moveTo(step);
      kernel_(std::as_const(window), result, notes_);
    }
    evaluation().ledger().hold(ledger(), slider.mostHeld());
    return {};
  }

  static constexpr std::size_t kSamplesPerCheckpoint = 4096;

  const std::unique_ptr<RangeSource> source_;
  const WindowGrid windows_;
  const WindowReach reach_;
  WindowNotes notes_;
  Kernel kernel_;
};

template <class Kernel>
OperatorPtr slideWindows(const WindowCall& call, Kernel kernel) {
  return std::make_unique<WindowOperator<Kernel>>(call, std::move(kernel));
}

}  // namespace prome::engine
