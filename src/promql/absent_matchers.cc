#include "promql/absent_matchers.h"

#include <algorithm>

#include "model/regex.h"

namespace prome::promql {
namespace {

/// Does a matcher that excludes accept series without the label, so that storage looks at it last?
bool takesAway(const LabelMatcher& matcher, model::Dialect dialect) {
  if (matcher.type == MatchType::kNotEqual) return !matcher.value.empty();
  if (matcher.type != MatchType::kNotRegexp) return false;
  const auto regex = model::Regex::compile(matcher.value, dialect);
  return regex && !regex->matches("");
}

}  // namespace

std::vector<const LabelMatcher*> matchersOfAbsent(const Expr& argument, model::Dialect dialect) {
  const Expr* expr = &withoutParens(argument);
  if (const auto* matrix = as<MatrixSelector>(*expr)) expr = matrix->selector;
  const auto* selector = as<VectorSelector>(*expr);
  if (selector == nullptr) return {};
  std::vector<const LabelMatcher*> kept;
  for (const LabelMatcher& matcher : selector->matchers) {
    if (matcher.type != MatchType::kEqual || matcher.name == "__name__") continue;
    const auto forbids = [&](const LabelMatcher& other) {
      if (&other == &matcher || other.name != matcher.name) return false;
      if (other.type == MatchType::kEqual || &other > &matcher) return true;
      return dialect == model::Dialect::kPrometheus3 && takesAway(other, dialect);
    };
    if (std::ranges::none_of(selector->matchers, forbids)) kept.push_back(&matcher);
  }
  return kept;
}

}  // namespace prome::promql
