#include "engine/absent_labels.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace prome::engine {

model::Labels absentLabels(const promql::Expr& argument) {
  const promql::Expr* expr = &promql::withoutParens(argument);
  if (const auto* matrix = promql::as<promql::MatrixSelector>(*expr)) expr = matrix->selector;
  const auto* selector = promql::as<promql::VectorSelector>(*expr);
  if (selector == nullptr) return {};

  model::LabelsBuilder builder;
  std::vector<std::string_view> taken;  // names an `=` has spoken for
  for (const promql::LabelMatcher& matcher : selector->matchers) {
    if (matcher.name == model::kMetricName) continue;
    const bool is_new = std::ranges::find(taken, matcher.name) == taken.end();
    if (matcher.type == promql::MatchType::kEqual && is_new) {
      builder.set(matcher.name, matcher.value);
      taken.push_back(matcher.name);
    } else {
      builder.remove(matcher.name);
    }
  }
  return builder.labels();
}

}  // namespace prome::engine
