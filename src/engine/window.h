// What a function over a range vector sees of one series at one step, and where its answer goes.
// Used by one thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "engine/operator.h"

namespace prome::engine {

/// The samples of one window, parts of the series' run. `anchored` and `smoothed` windows hold samples from
/// beyond their bounds too.
struct Window {
  FloatRun floats;
  HistogramRun histograms;
  std::size_t first_float = 0;  // where `floats` begins in the run
  std::size_t first_histogram = 0;
  std::int64_t start_ms = 0;  // the bounds as written
  std::int64_t end_ms = 0;
  std::int64_t time_ms = 0;  // of the step
  std::size_t step = 0;

  std::size_t size() const { return floats.size() + histograms.size(); }
  bool isMixed() const { return !floats.empty() && !histograms.empty(); }
};

/// How far windows reach beyond their bounds, in milliseconds: a sample at `start_ms - before` is not in, the
/// next one is; one at `end_ms + after` still is.
struct WindowReach {
  std::int64_t before_ms = 0;
  std::int64_t after_ms = 0;
};

WindowReach reachOf(const WindowGrid& windows, const Evaluation& evaluation);

/// Moves over a run, from window to window. The run must outlive it.
class WindowSlider {
 public:
  WindowSlider(const SampleRun& run, const WindowReach& reach) : run_(run), reach_(reach) {}

  /// Puts into `window`, whose bounds are not before those of the window before, its samples.
  void move(Window& window) {
    const std::int64_t after = window.start_ms - reach_.before_ms;
    const std::int64_t upto = window.end_ms + reach_.after_ms;
    floats_.move(run_.floats.times, after, upto);
    window.first_float = floats_.first;
    window.floats = run_.floats.sub(floats_.first, floats_.past - floats_.first);
    if (!run_.histograms.empty()) moveHistograms(window, after, upto);
    most_held_ = std::max(most_held_, window.floats.size() + histogram_samples_);
  }

  /// Samples of the largest window so far, a histogram counting as sampleCount() says.
  std::size_t mostHeld() const { return most_held_; }

 private:
  struct Bounds {
    std::size_t first = 0;
    std::size_t past = 0;

    void move(std::span<const std::int64_t> times, std::int64_t after_ms, std::int64_t upto_ms) {
      while (past < times.size() && times[past] <= upto_ms) ++past;
      while (first < past && times[first] <= after_ms) ++first;
    }
  };

  void moveHistograms(Window& window, std::int64_t after_ms, std::int64_t upto_ms);

  const SampleRun& run_;
  const WindowReach reach_;
  Bounds floats_;
  Bounds histograms_;
  std::size_t histogram_samples_ = 0;
  std::size_t most_held_ = 0;
};

/// Where a function puts its value at a step; columns are made when first needed.
class WindowResult {
 public:
  WindowResult(Series& series, Evaluation& evaluation, std::size_t steps)
      : series_(series), evaluation_(evaluation), steps_(steps) {}

  void moveTo(std::size_t step) { step_ = step; }
  void set(double value) {
    if (series_.floats.empty()) series_.floats = evaluation_.columns().absent(steps_);
    series_.floats[step_] = value;
  }
  void set(model::HistogramPtr value) {
    if (series_.histograms.empty()) series_.histograms = evaluation_.columns().histograms(steps_);
    series_.histograms[step_] = std::move(value);
  }

 private:
  Series& series_;
  Evaluation& evaluation_;
  const std::size_t steps_;
  std::size_t step_ = 0;
};

}  // namespace prome::engine
