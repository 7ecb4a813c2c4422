// Series are matched by labels; each pair is compared point by point, and shown whole where it differs, in
// the scripts' own notation, so that a right result can be copied into the script.
#include "promqltest/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <utility>

#include "base/number_format.h"
#include "model/quote.h"
#include "model/sample.h"
#include "promql/duration.h"

namespace prome::promqltest {
namespace {

constexpr double kEpsilon = 1e-6;
constexpr std::size_t kMaxShownSeries = 20;

using model::FloatHistogram;

bool bucketsAgree(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) { return nearlyEqual(x, y); });
}

/// Runs of buckets as (index, length), empty runs left out and adjoining ones joined.
std::vector<std::pair<std::int64_t, std::int64_t>> runs(const std::vector<model::Span>& spans) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  std::int64_t index = 0;
  for (const model::Span& span : spans) {
    index += span.offset;
    if (span.length > 0) {
      const bool joins = !out.empty() && out.back().first + out.back().second == index;
      if (joins) {
        out.back().second += span.length;
      } else {
        out.emplace_back(index, span.length);
      }
    }
    index += span.length;
  }
  return out;
}

std::string timeText(std::int64_t time_ms) {
  std::string out;
  promql::appendDuration(out, time_ms * promql::kNanosPerMilli);
  return out;
}

std::string floatText(double value) {
  if (model::isStaleNaN(value)) return "stale";
  std::string out;
  appendGeneral(out, value);
  return out;
}

/// As scripts write it; a histogram's buckets follow with their bounds.
std::string valueText(const Point& point) {
  if (const auto* const value = std::get_if<double>(&point.value)) return floatText(*value);
  const auto& histogram = *std::get<model::HistogramPtr>(point.value);
  return histogram.toTestExpression() + " = " + histogram.toString();
}

std::string pointsText(const std::vector<Point>& points, bool with_times) {
  if (points.empty()) return "nothing";
  std::string out;
  for (const Point& point : points) {
    if (!out.empty()) out += "  ";
    out += valueText(point);
    if (with_times) out += " @ " + timeText(point.time_ms);
  }
  return out;
}

struct WantedPoint {
  Point point;
  CompareHint hint = CompareHint::kIgnored;
};

std::vector<WantedPoint> wantedPoints(const NotedSeries& series, const engine::StepGrid& grid) {
  std::vector<WantedPoint> out;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    const ScriptValue& value = series.values[i];
    Point point{.time_ms = grid.time(i), .value = 0.0};
    if (value.isGap()) continue;
    if (const auto* const number = std::get_if<double>(&value.value)) point.value = *number;
    if (const auto* const histogram = std::get_if<model::HistogramPtr>(&value.value))
      point.value = *histogram;
    out.push_back({std::move(point), value.hint_given ? CompareHint::kCompared : CompareHint::kIgnored});
  }
  return out;
}

bool agree(const WantedPoint& wanted, const Point& got) {
  if (wanted.point.time_ms != got.time_ms || wanted.point.value.index() != got.value.index()) return false;
  if (const auto* const value = std::get_if<double>(&got.value)) {
    return nearlyEqual(std::get<double>(wanted.point.value), *value);
  }
  return nearlyEqual(*std::get<model::HistogramPtr>(wanted.point.value),
                     *std::get<model::HistogramPtr>(got.value), wanted.hint);
}

/// What differs, series by series, up to a bound.
class Differences {
 public:
  void add(const model::Labels& labels, const std::string& wanted, const std::string& got) {
    if (++count_ > kMaxShownSeries) return;
    text_ += "  " + labels.toSeriesString() + "\n    wanted  " + wanted + "\n    got     " + got + "\n";
  }
  std::string text() && {
    if (count_ > kMaxShownSeries) {
      text_ += "  and " + std::to_string(count_ - kMaxShownSeries) + " more series\n";
    }
    return std::move(text_);
  }

 private:
  std::size_t count_ = 0;
  std::string text_;
};

enum class Times : std::uint8_t { kOfTheEval, kOfEachPoint };

class Comparison {
 public:
  Comparison(const EvalCommand& eval, Times times) : eval_(eval), times_(times) {
    for (const NotedSeries& series : eval.series) wanted_[series.labels] = &series;
  }

  std::string compare(const std::vector<PointSeries>& got) {
    std::map<model::Labels, const PointSeries*> seen;
    for (const PointSeries& series : got) {
      if (series.points.empty()) continue;
      if (!seen.emplace(series.labels, &series).second) {
        differences_.add(series.labels, "one series", "two series of these labels");
      } else {
        compareSeries(series);
      }
    }
    for (const auto& [labels, series] : wanted_) {
      const auto points = wantedPoints(*series, eval_.values_grid);
      if (!seen.contains(labels)) differences_.add(labels, text(points), "nothing");
    }
    return std::move(differences_).text();
  }

 private:
  void compareSeries(const PointSeries& got) {
    const auto at = wanted_.find(got.labels);
    if (at == wanted_.end()) {
      differences_.add(got.labels, "nothing", text(got.points));
      return;
    }
    auto points = wantedPoints(*at->second, eval_.values_grid);
    if (times_ == Times::kOfTheEval) {
      // An instant's value is compared whatever time it was evaluated at.
      for (WantedPoint& point : points) point.point.time_ms = got.points.front().time_ms;
    }
    if (!std::ranges::equal(points, got.points, agree)) {
      differences_.add(got.labels, text(points), text(got.points));
    }
  }

  std::string text(const std::vector<Point>& points) const {
    return pointsText(points, times_ == Times::kOfEachPoint);
  }
  std::string text(const std::vector<WantedPoint>& wanted) const {
    std::vector<Point> points;
    for (const WantedPoint& point : wanted) points.push_back(point.point);
    return text(points);
  }

  const EvalCommand& eval_;
  const Times times_;
  std::map<model::Labels, const NotedSeries*> wanted_;
  Differences differences_;
};

std::string orderDifference(const EvalCommand& eval, const PointVector& got) {
  std::string wanted_order;
  std::string got_order;
  for (const NotedSeries& series : eval.series)
    wanted_order += "    " + series.labels.toSeriesString() + "\n";
  for (const PointSeries& series : got) got_order += "    " + series.labels.toSeriesString() + "\n";
  if (wanted_order == got_order) return {};
  return "  the order differs\n  wanted\n" + wanted_order + "  got\n" + got_order;
}

std::string typeDifference(std::string_view wanted, std::string_view got) {
  return "  wanted  " + std::string(wanted) + "\n  got     " + std::string(got) + "\n";
}

std::string wantedType(const EvalCommand& eval) {
  if (eval.text) return "the string " + model::quoted(*eval.text);
  if (eval.scalar) return "the scalar " + floatText(*eval.scalar);
  if (eval.range_vector || eval.spec.kind == engine::QueryKind::kRange) return "a matrix";
  return "an instant vector";
}

std::string scalarDifference(const EvalCommand& eval, double got) {
  if (eval.scalar && !eval.text && nearlyEqual(*eval.scalar, got)) return {};
  return typeDifference(wantedType(eval), "the scalar " + floatText(got));
}

std::string vectorDifference(const EvalCommand& eval, const PointVector& got) {
  if (eval.scalar || eval.text || eval.range_vector) {
    return typeDifference(wantedType(eval), "an instant vector of " + std::to_string(got.size()) + " series");
  }
  std::string out = Comparison(eval, Times::kOfTheEval).compare(got);
  if (out.empty() && eval.ordered) return orderDifference(eval, got);
  return out;
}

std::string matrixDifference(const EvalCommand& eval, const PointMatrix& got) {
  const bool wants_matrix = eval.range_vector || eval.spec.kind == engine::QueryKind::kRange;
  if (!wants_matrix || eval.scalar || eval.text || eval.ordered) {
    return typeDifference(eval.ordered ? "series in an order" : wantedType(eval),
                          "a matrix of " + std::to_string(got.series.size()) + " series");
  }
  for (const NotedSeries& series : eval.series) {
    if (series.values.size() > eval.values_grid.steps()) {
      return "  the script has " + std::to_string(series.values.size()) + " values for " +
             std::to_string(eval.values_grid.steps()) + " steps of " + series.labels.toSeriesString() + "\n";
    }
  }
  for (std::size_t i = 1; i < got.series.size(); ++i) {
    if (got.series[i].labels < got.series[i - 1].labels) {
      return "  the matrix is not sorted: " + got.series[i].labels.toSeriesString() + " comes behind " +
             got.series[i - 1].labels.toSeriesString() + "\n";
    }
  }
  return Comparison(eval, Times::kOfEachPoint).compare(got.series);
}

}  // namespace

bool nearlyEqual(double a, double b) {
  if (model::isStaleNaN(a) || model::isStaleNaN(b)) return model::isStaleNaN(a) && model::isStaleNaN(b);
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == b) return true;
  const double sum = std::abs(a) + std::abs(b);
  const double apart = std::abs(a - b);
  constexpr double kSmallest = std::numeric_limits<double>::min();
  if (a == 0 || b == 0 || sum < kSmallest) return apart < kEpsilon * kSmallest;
  return apart / std::min(sum, std::numeric_limits<double>::max()) < kEpsilon;
}

bool nearlyEqual(const FloatHistogram& wanted, const FloatHistogram& got, CompareHint hint) {
  FloatHistogram a = wanted;
  FloatHistogram b = got;
  a.compact(0);
  b.compact(0);
  return a.schema == b.schema && nearlyEqual(a.count, b.count) && nearlyEqual(a.sum, b.sum) &&
         a.zero_threshold == b.zero_threshold && nearlyEqual(a.zero_count, b.zero_count) &&
         (!a.usesCustomBuckets() || a.custom_values == b.custom_values) &&
         runs(a.positive_spans) == runs(b.positive_spans) &&
         runs(a.negative_spans) == runs(b.negative_spans) &&
         bucketsAgree(a.positive_buckets, b.positive_buckets) &&
         bucketsAgree(a.negative_buckets, b.negative_buckets) &&
         (hint == CompareHint::kIgnored || a.counter_reset_hint == b.counter_reset_hint);
}

std::string difference(const EvalCommand& eval, const Observation& got) {
  if (const auto* const scalar = std::get_if<double>(&got)) return scalarDifference(eval, *scalar);
  if (const auto* const text = std::get_if<std::string>(&got)) {
    if (eval.text == *text) return {};
    return typeDifference(wantedType(eval), "the string " + model::quoted(*text));
  }
  if (const auto* const vector = std::get_if<PointVector>(&got)) return vectorDifference(eval, *vector);
  return matrixDifference(eval, std::get<PointMatrix>(got));
}

std::string difference(const AnnotationExpectation& wanted, std::string_view severity,
                       const std::vector<std::string>& got) {
  std::string out;
  const auto say = [&](std::string_view what, std::string_view text) {
    out.append("  ").append(what).append(" ").append(severity).append(": ").append(text).append("\n");
  };
  if (wanted.none) {
    for (const std::string& text : got) say("no", text);
    return out;
  }
  if (wanted.texts.empty()) return out;
  for (const TextExpectation& text : wanted.texts) {
    if (std::ranges::none_of(got, [&](const std::string& each) { return text.accepts(each); })) {
      say("missing", text.describe());
    }
  }
  for (const std::string& each : got) {
    if (std::ranges::none_of(wanted.texts, [&](const auto& text) { return text.accepts(each); })) {
      say("unexpected", each);
    } else if (!out.empty()) {
      say("got", each);
    }
  }
  return out;
}

}  // namespace prome::promqltest
