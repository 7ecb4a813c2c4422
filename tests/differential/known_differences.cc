#include "tests/differential/known_differences.h"

#include <algorithm>
#include <string>

namespace prome::differential {

std::optional<std::string_view> knownDifference(const TestCase& test_case) {
  const std::string& query = test_case.query;
  const auto has = [&query](std::string_view text) { return query.find(text) != std::string::npos; };
  const auto any_series = [&](std::string_view text) {
    return std::ranges::any_of(test_case.series, [&](const SeriesText& series) {
      return series.metric.find(text) != std::string::npos ||
             std::ranges::any_of(series.values,
                                 [&](const std::string& value) { return value.starts_with(text); });
    });
  };
  if (any_series("__type__")) {
    return "series that become equal because __type__ goes with the name are not told apart";
  }
  const bool is_2x = test_case.dialect == model::Dialect::kPrometheus2;
  if (is_2x && has("@") && (has("predict_linear") || has("quantile_over_time") || has("holt_winters"))) {
    return "a call that varies, over a window at a fixed time: the windows of Prometheus 2.x go on moving";
  }
  if (has("timestamp(") && has("@") && has("offset")) {
    return "timestamp(x offset o @ t): Prometheus forgets the offset";
  }
  if (has("@") && has(":") && (has("predict_linear") || has("quantile_over_time") || has("smoothing"))) {
    return "a call that varies, over a subquery at a fixed time: Prometheus answers nothing";
  }
  if (has("histogram_quantiles")) {
    return "histogram_quantiles: Prometheus mends the buckets once, for the first quantile, and adds up "
           "equal "
           "bounds again for each";
  }
  if (has("@") && has("scalar(") && (has("quantile") || has("topk") || has("bottomk"))) {
    return "@ start() in the parameter of an aggregation: Prometheus does not resolve it";
  }
  if (has("info(") && has(":") && (has("offset") || has("@"))) {
    return "info() of a subquery: Prometheus selects info series by the subquery's offset, not the "
           "selector's";
  }
  if (has("sort") && (has(":") || has("@") || has("vector("))) {
    return "sort() at a fixed time: Prometheus evaluates one step and does not warn";
  }
  return std::nullopt;
}

std::optional<std::string_view> knownDifference(const TestCase& test_case, const Answer& ours,
                                                const Answer& theirs) {
  const auto same_labels = [](const Answer& answer) {
    return answer.kind == AnswerKind::kError && answer.text.ends_with("same labelset");
  };
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
