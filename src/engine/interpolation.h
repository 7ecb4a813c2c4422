// Values between two samples, for `smoothed` selectors and ranges. Pure but for annotations.
// Source: prometheus/promql/functions.go (interpolate, interpolateHistograms), engine.go (extendFloats).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/operator.h"
#include "model/float_histogram.h"

namespace prome::engine {

enum class SampleKind : std::uint8_t { kCounter, kGauge };

struct FloatPoint {
  std::int64_t time_ms = 0;
  double value = 0;
};

struct HistogramPoint {
  std::int64_t time_ms = 0;
  const model::HistogramPtr& value;
};

/// The value at `time_ms` on the line from `before` to `after`; a counter that fell started from zero.
double interpolate(const FloatPoint& before, const FloatPoint& after, std::int64_t time_ms, SampleKind kind);

/// As interpolate. nullptr where the two cannot be joined: a warning says so, about `expr` and `metric_name`.
model::HistogramPtr interpolate(const HistogramPoint& before, const HistogramPoint& after,
                                std::int64_t time_ms, SampleKind kind, std::string_view metric_name,
                                Evaluation& evaluation, const promql::Expr& expr);

/// What `x[r] anchored` or `x[r] smoothed` shows by itself: the samples of the one window of `windows`, which
/// has one step, with a point at each end. Empty where no sample is in the window.
void extendFloats(std::vector<std::int64_t>& times, std::vector<double>& values, const WindowGrid& windows);

}  // namespace prome::engine
