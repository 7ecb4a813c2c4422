#include "promqltest/observation.h"

#include <algorithm>
#include <utility>

namespace prome::promqltest {
namespace {

PointSeries pointsOf(const engine::Series& series, const engine::StepGrid& grid) {
  PointSeries out{.labels = series.labels, .points = {}};
  for (std::size_t step = 0; step < grid.steps(); ++step) {
    if (series.hasFloat(step)) out.points.push_back({grid.time(step), series.floats[step]});
    if (series.hasHistogram(step)) out.points.push_back({grid.time(step), series.histograms[step]});
  }
  return out;
}

PointSeries pointsOf(const engine::RawSeries& series) {
  PointSeries out{.labels = series.labels, .points = {}};
  for (std::size_t i = 0; i < series.floats.size(); ++i) {
    out.points.push_back({series.float_times[i], series.floats[i]});
  }
  for (std::size_t i = 0; i < series.histograms.size(); ++i) {
    out.points.push_back({series.histogram_times[i], series.histograms[i]});
  }
  std::ranges::stable_sort(out.points, {}, &Point::time_ms);
  return out;
}

}  // namespace

Observation observe(const engine::Value& value, engine::QueryKind kind) {
  if (const auto* const scalar = std::get_if<engine::ScalarValue>(&value)) return scalar->value;
  if (const auto* const text = std::get_if<engine::StringValue>(&value)) return text->text;
  std::vector<PointSeries> series;
  if (const auto* const raw = std::get_if<engine::RawMatrix>(&value)) {
    for (const engine::RawSeries& given : raw->series) series.push_back(pointsOf(given));
    return PointMatrix{std::move(series)};
  }
  const auto& grid_value = std::get<engine::GridValue>(value);
  for (const engine::Series& given : grid_value.series) series.push_back(pointsOf(given, grid_value.grid));
  if (kind == engine::QueryKind::kRange) return PointMatrix{std::move(series)};
  return series;
}

PointVector at(const PointMatrix& matrix, std::int64_t time_ms) {
  PointVector out;
  for (const PointSeries& series : matrix.series) {
    const auto point = std::ranges::find(series.points, time_ms, &Point::time_ms);
    if (point != series.points.end()) out.push_back({.labels = series.labels, .points = {*point}});
  }
  return out;
}

}  // namespace prome::promqltest
