// count, present, first, last, max and min over time, and the times of the last four: one sample is the
// answer. Source: funcFirstOverTime, funcLastOverTime, compareOverTime and others in
// prometheus/promql/functions.go.
#include <array>
#include <cmath>

#include "engine/window_operator.h"

namespace prome::engine {
namespace {

struct CountKernel : WindowKernel {
  void operator()(const Window& window, WindowResult& result, WindowNotes&) const {
    result.set(static_cast<double>(window.size()));
  }
};

struct PresentKernel : WindowKernel {
  void operator()(const Window&, WindowResult& result, WindowNotes&) const { result.set(1.0); }
};

/// The first and the last sample have both kinds' to choose from.
struct FirstKernel : WindowKernel {
  static constexpr MetricName kMetricName = MetricName::kKept;

  static bool isFloat(const Window& window) {
    return window.histograms.empty() ||
           (!window.floats.empty() && window.floats.times.front() < window.histograms.times.front());
  }
  void operator()(const Window& window, WindowResult& result, WindowNotes&) const {
    if (isFloat(window)) {
      result.set(window.floats.values.front());
    } else {
      result.set(window.histograms.values.front());
    }
  }
};

struct LastKernel : WindowKernel {
  static constexpr MetricName kMetricName = MetricName::kKept;

  static bool isFloat(const Window& window) {
    return window.histograms.empty() ||
           (!window.floats.empty() && window.histograms.times.back() < window.floats.times.back());
  }
  void operator()(const Window& window, WindowResult& result, WindowNotes&) const {
    if (isFloat(window)) {
      result.set(window.floats.values.back());
    } else {
      result.set(window.histograms.values.back());
    }
  }
};

struct FirstTimeKernel : WindowKernel {
  void operator()(const Window& window, WindowResult& result, WindowNotes&) const {
    const std::int64_t time =
        FirstKernel::isFloat(window) ? window.floats.times.front() : window.histograms.times.front();
    result.set(static_cast<double>(time) / 1000);
  }
};

// Without a sample of one kind Prometheus compares with the time 0.
struct LastTimeKernel : WindowKernel {
  void operator()(const Window& window, WindowResult& result, WindowNotes&) const {
    const std::int64_t of_floats = window.floats.empty() ? 0 : window.floats.times.back();
    const std::int64_t of_histograms = window.histograms.empty() ? 0 : window.histograms.times.back();
    result.set(static_cast<double>(std::max(of_floats, of_histograms)) / 1000);
  }
};

struct Greater {
  bool operator()(double a, double b) const { return a > b; }
};
struct Less {
  bool operator()(double a, double b) const { return a < b; }
};

/// NaN only where all are NaN. The first of equal samples.
template <class Better>
struct ExtremeKernel : WindowKernel {
  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    if (window.floats.empty()) return;
    if (window.isMixed()) notes.add(Note::kHistogramsIgnored);
    const Better better;
    double extreme = window.floats.values.front();
    for (const double value : window.floats.values) {
      extreme = better(value, extreme) || std::isnan(extreme) ? value : extreme;
    }
    result.set(extreme);
  }
};

/// The time of the last of equal samples.
template <class Better>
struct ExtremeTimeKernel : WindowKernel {
  void operator()(const Window& window, WindowResult& result, WindowNotes& notes) const {
    const FloatRun& floats = window.floats;
    if (floats.empty()) return;
    if (window.isMixed()) notes.add(Note::kHistogramsIgnored);
    const Better better;
    std::size_t at = 0;
    for (std::size_t i = 1; i < floats.size(); ++i) {
      const double extreme = floats.values[at];
      const double value = floats.values[i];
      if (better(value, extreme) || value == extreme || std::isnan(extreme)) at = i;
    }
    result.set(static_cast<double>(floats.times[at]) / 1000);
  }
};

template <class Kernel>
OperatorPtr make(const WindowCall& call) {
  return slideWindows(call, Kernel{});
}

constexpr std::array kFunctions{
    WindowFunction{"count_over_time", make<CountKernel>},
    WindowFunction{"present_over_time", make<PresentKernel>},
    WindowFunction{"first_over_time", make<FirstKernel>},
    WindowFunction{"last_over_time", make<LastKernel>},
    WindowFunction{"max_over_time", make<ExtremeKernel<Greater>>},
    WindowFunction{"min_over_time", make<ExtremeKernel<Less>>},
    WindowFunction{"ts_of_first_over_time", make<FirstTimeKernel>},
    WindowFunction{"ts_of_last_over_time", make<LastTimeKernel>},
    WindowFunction{"ts_of_max_over_time", make<ExtremeTimeKernel<Greater>>},
    WindowFunction{"ts_of_min_over_time", make<ExtremeTimeKernel<Less>>},
};

}  // namespace

std::span<const WindowFunction> pickFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
