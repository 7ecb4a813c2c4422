// What an evaluation gave, in one form for all kinds of results: series of points. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/engine.h"
#include "model/float_histogram.h"
#include "model/labels.h"

namespace prome::promqltest {

struct Point {
  std::int64_t time_ms = 0;
  std::variant<double, model::HistogramPtr> value;
};

struct PointSeries {
  model::Labels labels;
  std::vector<Point> points;  // by time
};

using PointVector = std::vector<PointSeries>;  // of an instant vector: one point a series, in its order

struct PointMatrix {
  std::vector<PointSeries> series;
};

/// A scalar, a string, an instant vector, a matrix.
using Observation = std::variant<double, std::string, PointVector, PointMatrix>;

Observation observe(const engine::Value& value, engine::QueryKind kind);

/// The points of `matrix` at `time_ms`, as the instant vector they are.
PointVector at(const PointMatrix& matrix, std::int64_t time_ms);

}  // namespace prome::promqltest
