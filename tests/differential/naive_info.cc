#include <algorithm>
#include <map>
#include <set>

#include "model/regex.h"
#include "tests/differential/naive_evaluation.h"

namespace prome::differential {
namespace {

using promql::as;
using promql::Expr;
using promql::LabelMatcher;

constexpr std::string_view kIdentifying[] = {"instance", "job"};

/// The first selector in the text of `expr`, whose offset and time info series are selected by. Prometheus
/// has put the values of a subquery in its place by then, which are shifted as the subquery is.
const Expr* firstSelector(const Expr& expr) {
  if (as<promql::VectorSelector>(expr) != nullptr || as<promql::SubqueryExpr>(expr) != nullptr) return &expr;
  const Expr* found = nullptr;
  const auto look = [&found](const Expr* child) {
    if (found == nullptr && child != nullptr) found = firstSelector(*child);
  };
  if (const auto* const paren = as<promql::ParenExpr>(expr)) look(paren->expr);
  if (const auto* const unary = as<promql::UnaryExpr>(expr)) look(unary->expr);
  if (const auto* const matrix = as<promql::MatrixSelector>(expr)) look(matrix->selector);
  if (const auto* const binary = as<promql::BinaryExpr>(expr)) look(binary->lhs), look(binary->rhs);
  if (const auto* const aggregate = as<promql::AggregateExpr>(expr)) {
    look(aggregate->expr), look(aggregate->param);
  }
  if (const auto* const call = as<promql::Call>(expr)) std::ranges::for_each(call->args, look);
  return found;
}

/// Matchers of the metric name an info series has: `.+_info` where only exclusions are told.
std::vector<LabelMatcher> nameMatchers(const std::vector<LabelMatcher>& matchers) {
  std::vector<LabelMatcher> names;
  bool positive = false;
  for (const LabelMatcher& matcher : matchers) {
    if (matcher.name != model::kMetricName) continue;
    names.push_back(matcher);
    positive =
        positive || matcher.type == promql::MatchType::kEqual || matcher.type == promql::MatchType::kRegexp;
  }
  if (names.empty()) return {{promql::MatchType::kEqual, model::kMetricName, "target_info", {}}};
  if (!positive) names.push_back({promql::MatchType::kRegexp, model::kMetricName, ".+_info", {}});
  return names;
}

}  // namespace

Rows Evaluation::info(const promql::Call& call, const Grid& grid) {
  const Expr& argument = promql::withoutParens(*call.args[0]);
  const Rows base = operand(argument, grid);
  std::vector<LabelMatcher> matchers;
  if (call.args.size() > 1) {
    const auto given = as<promql::VectorSelector>(promql::withoutParens(*call.args[1]))->matchers;
    matchers.assign(given.begin(), given.end());
  }
  const std::vector<LabelMatcher> names = nameMatchers(matchers);
  std::vector<LabelMatcher> data_matchers;
  std::ranges::copy_if(matchers, std::back_inserter(data_matchers),
                       [](const LabelMatcher& matcher) { return matcher.name != model::kMetricName; });
  const auto isInfo = [&](const model::Labels& labels) {
    return matches(model::Labels{{model::kMetricName, labels.metricName()}}, names);
  };

  // Info series: those with an instance and a job that occur.
  std::map<std::string_view, std::set<std::string>> wanted;
  for (const Vector& row : base) {
    for (const Sample& sample : row) {
      if (isInfo(sample.labels)) continue;
      for (const std::string_view label : kIdentifying) {
        if (sample.labels.has(label)) wanted[label].insert(std::string(sample.labels.get(label)));
      }
    }
  }
  std::int64_t from = grid.start;
  std::int64_t to = grid.end;
  std::int64_t offset = 0;
  if (const Expr* const selector = firstSelector(argument)) {
    const auto* const subquery = as<promql::SubqueryExpr>(*selector);
    const promql::TimeShift& shift =
        subquery != nullptr ? subquery->shift : as<promql::VectorSelector>(*selector)->shift;
    if (const auto fixed_time = atOf(*selector, shift)) from = to = *fixed_time;
    offset = offsetOf(shift);
  }
  from -= lookback_ms_ - 1 + offset;
  to -= offset;
  std::vector<StoredSeries> infos;
  for (const StoredSeries& series : data_) {
    if (wanted.empty() || !isInfo(series.labels) || !matches(series.labels, data_matchers)) continue;
    const bool occurs = std::ranges::all_of(wanted, [&](const auto& values) {
      return values.second.contains(std::string(series.labels.get(values.first)));
    });
    if (!occurs) continue;
    StoredSeries& seen = infos.emplace_back(StoredSeries{series.labels, {}});
    std::ranges::copy_if(series.samples, std::back_inserter(seen.samples), [&](const StoredSample& sample) {
      return sample.time_ms >= from && sample.time_ms <= to;
    });
  }
  for (const StoredSeries& series : infos) {
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const StoredSample* const sample = latest(series, grid.time(i));
      if (sample != nullptr && sample->histogram) {
        failWith("this should be an info metric, with float samples: " + series.labels.toString());
      }
    }
  }

  Rows result(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) {
    if (base[i].empty()) continue;
    // By metric name and identity: the newest info sample.
    std::map<std::pair<std::string, model::Labels>, std::pair<const StoredSeries*, std::int64_t>> newest;
    for (const StoredSeries& series : infos) {
      const StoredSample* const sample = latest(series, grid.time(i));
      if (sample == nullptr) continue;
      const std::pair key(std::string(series.labels.metricName()), series.labels.keep(kIdentifying));
      const auto [at, added] = newest.emplace(key, std::pair(&series, sample->time_ms));
      if (added || at->second.second > sample->time_ms) continue;
      if (at->second.second == sample->time_ms) {
        failWith("found duplicate series for info metric: existing " + at->second.first->labels.toString() +
                 " @ " + std::to_string(sample->time_ms) + ", new " + series.labels.toString() + " @ " +
                 std::to_string(sample->time_ms));
      }
      at->second = {&series, sample->time_ms};
    }
    for (const Sample& sample : base[i]) {
      if (isInfo(sample.labels)) {
        result[i].push_back({sample.labels, sample.value, sample.histogram, 0, false});
        continue;
      }
      model::LabelsBuilder added;
      bool found = false;
      for (const auto& [key, newest_info] : newest) {
        if (key.second != sample.labels.keep(kIdentifying)) continue;
        found = true;
        for (const model::Label label : newest_info.first->labels) {
          if (label.name == model::kMetricName) continue;
          const bool asked =
              data_matchers.empty() || std::ranges::any_of(data_matchers, [&](const LabelMatcher& matcher) {
                return matcher.name == label.name;
              });
          if (!asked) continue;
          if (!added.get(label.name).empty() && added.get(label.name) != label.value) {
            failWith("conflicting label: " + std::string(label.name));
          }
          if (!sample.labels.has(label.name)) added.set(label.name, label.value);
        }
      }
      if (!found && !matches({}, data_matchers)) continue;
      model::LabelsBuilder labels(sample.labels);
      for (const model::Label label : added.labels()) labels.set(label.name, label.value);
      result[i].push_back({labels.labels(), sample.value, sample.histogram, 0, false});
    }
  }
  return perStep(std::move(result), {grid.start, grid.end + (grid.oneStep() ? 1 : 0), grid.step, 0});
}

}  // namespace prome::differential
