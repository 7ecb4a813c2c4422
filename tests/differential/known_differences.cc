#include "tests/differential/known_differences.h"

#include <algorithm>
#include <string>

#include "promql/children.h"
#include "promql/parser.h"

namespace prome::differential {
namespace {

/// Is there a topk, bottomk, limitk or limit_ratio of anything but stored series?
bool choosesAmongComputed(const promql::Expr& expr) {
  using promql::AggregateOp;
  bool found = false;
  promql::forEachChild(expr,
                       [&](const promql::Expr& child) { found = found || choosesAmongComputed(child); });
  const auto* aggregate = promql::as<promql::AggregateExpr>(expr);
  if (found || aggregate == nullptr) return found;
  const bool chooses = aggregate->op == AggregateOp::kTopk || aggregate->op == AggregateOp::kBottomk ||
                       aggregate->op == AggregateOp::kLimitk || aggregate->op == AggregateOp::kLimitRatio;
  const promql::Expr& input = promql::withoutParens(*aggregate->expr);
  return chooses && promql::as<promql::VectorSelector>(input) == nullptr;
}

}  // namespace

std::optional<std::string_view> knownDifference(const TestCase& test_case) {
  const std::string& query = test_case.query;
  const auto has = [&query](std::string_view text) { return query.find(text) != std::string::npos; };
  const auto any_metric = [&](std::string_view text) {
    return std::ranges::any_of(test_case.series, [&](const SeriesText& series) {
      return series.metric.find(text) != std::string::npos;
    });
  };
  const auto any_value = [&](std::string_view text) {
    return std::ranges::any_of(test_case.series, [&](const SeriesText& series) {
      return std::ranges::any_of(
          series.values, [&](const std::string& value) { return value.find(text) != std::string::npos; });
    });
  };
  const bool is_2x = test_case.dialect == model::Dialect::kPrometheus2;
  if (is_2x && has("@") && has(":") &&
      (has("predict_linear") || has("quantile_over_time") || has("holt_winters"))) {
    return "a call that varies, over a window at a fixed time, and a subquery: the windows of Prometheus 2.x "
           "go on moving";
  }
  if (has("@") && has(":") && (has("predict_linear") || has("quantile_over_time") || has("smoothing"))) {
    return "a call that varies, over a subquery at a fixed time: 3.14.0 answers nothing, later ones do";
  }
  if (has("info(") && has(":") && (has("offset") || has("@"))) {
    return "info() of a subquery: Prometheus selects info series by the subquery's offset, not the "
           "selector's";
  }
  if (has("histogram_quantile") && any_value("sum:NaN")) {
    return "quantiles of NaN observations: Prometheus' depend on empty buckets that its chunks add at the "
           "end";
  }
  if (test_case.name_removal == NameRemoval::kDelayed &&
      ((has("on(") && has("__name__")) || (has("fill") && any_metric("__type__")))) {
    return "series that late removal makes equal in an operand: Prometheus finds that at the very end, if at "
           "all";
  }
  if (has(":") && has("@") && (has("offset -") || std::ranges::count(query, '@') > 1)) {
    return "a fixed time in a subquery whose first step is where the query starts: Prometheus then leaves "
           "the "
           "offsets of subqueries around it in";
  }
  if (has("absent") && has("!=\"db\"") && (test_case.times.start_ms < 0 || has("@ -10"))) {
    return "absent(x{a!=\"b\",a=\"c\"}) where storage has nothing at all: it leaves the matchers as written";
  }
  if (has("histogram_quantiles") && any_metric("le=\"1.0\"")) {
    return "histogram_quantiles: Prometheus adds up buckets of equal bounds again for each quantile";
  }
  if (has("histogram_quantiles") && has("\"job\"") && test_case.name_removal == NameRemoval::kDelayed) {
    return "histogram_quantiles that make series equal: Prometheus does not look where names are removed "
           "late";
  }
  if (has("@") && has("scalar(") && (has("quantile") || has("topk") || has("bottomk"))) {
    return "@ start() in the parameter of an aggregation: Prometheus does not resolve it";
  }
  return std::nullopt;
}

std::optional<std::string_view> knownShardedDifference(const TestCase& test_case) {
  const std::string& query = test_case.query;
  const auto has = [&query](std::string_view text) { return query.find(text) != std::string::npos; };
  const bool sums = has("sum") || has("avg") || has("stddev") || has("stdvar");
  const auto parsed = promql::parse(query);
  if (parsed && choosesAmongComputed(parsed->root())) {
    return "which of equals is chosen goes by an order of series that lost labels";
  }
  if (has("count_values") && sums) return "values of rounded sums become labels";
  if ((has("histogram_sum") || has("histogram_avg") || has("histogram_count")) &&
      (has("sum(") || has("avg("))) {
    return "a shard is not told that of a histogram only sum or count is wanted, and does not warn of resets";
  }
  return std::nullopt;
}

std::optional<std::string_view> knownDifference(const TestCase& test_case, const Answer& ours,
                                                const Answer& theirs) {
  const auto same_labels = [](const Answer& answer) {
    return answer.kind == AnswerKind::kError && answer.text.ends_with("same labelset");
  };
  const auto beyond = [&](const AnswerSeries& series) {
    return std::ranges::any_of(series.points,
                               [&](const Point& point) { return point.time_ms > test_case.times.start_ms; });
  };
  const bool is_instant = test_case.times.kind == QueryKind::kInstant;
  if (is_instant && theirs.kind == AnswerKind::kMatrix && test_case.query.find('@') != std::string::npos &&
      std::ranges::any_of(theirs.series, beyond)) {
    return "a fixed time in a subquery without a step in its range: Prometheus answers at the step behind it";
  }
  const bool has_types = std::ranges::any_of(test_case.series, [](const SeriesText& series) {
    return series.metric.find("__type__") != std::string::npos;
  });
  if (test_case.name_removal == NameRemoval::kDelayed && has_types &&
      same_labels(ours) != same_labels(theirs)) {
    return "series that an operation makes equal but for __type__, in an operand: with late removal "
           "Prometheus "
           "looks at the very end, if at all";
  }
  const bool has_histograms = std::ranges::any_of(test_case.series, [](const SeriesText& series) {
    return std::ranges::any_of(series.values,
                               [](const std::string& value) { return value.starts_with("{{"); });
  });
  if (has_histograms && same_labels(ours) != same_labels(theirs)) {
    return "a float and a histogram that become one series: Prometheus keeps both in it";
  }
  return std::nullopt;
}

}  // namespace prome::differential
