#include "promqltest/matchers.h"

#include <utility>

namespace prome::promqltest {

using promql::MatchType;

Result<Matchers> Matchers::compile(std::span<const promql::LabelMatcher> matchers, model::Dialect dialect) {
  Matchers out;
  for (const promql::LabelMatcher& given : matchers) {
    Matcher matcher{
        .type = given.type, .name = std::string(given.name), .value = std::string(given.value), .regex = {}};
    if (given.type == MatchType::kRegexp || given.type == MatchType::kNotRegexp) {
      auto regex = model::cachedRegex(given.value, dialect);
      if (!regex) return fail(ErrorKind::kBadData, std::move(regex.error()));
      matcher.regex = std::move(*regex);
    }
    out.matchers_.push_back(std::move(matcher));
  }
  return out;
}

bool Matchers::Matcher::match(std::string_view text) const {
  switch (type) {
    case MatchType::kEqual:
      return text == value;
    case MatchType::kNotEqual:
      return text != value;
    case MatchType::kRegexp:
      return regex->matches(text);
    case MatchType::kNotRegexp:
      return !regex->matches(text);
  }
  return false;
}

bool Matchers::match(const model::Labels& labels) const {
  for (const Matcher& matcher : matchers_) {
    if (!matcher.match(labels.get(matcher.name))) return false;
  }
  return true;
}

std::optional<std::vector<std::string_view>> Matchers::metricNames() const {
  for (const Matcher& matcher : matchers_) {
    if (matcher.name != model::kMetricName) continue;
    if (matcher.type == MatchType::kEqual) return std::vector<std::string_view>{matcher.value};
    if (matcher.type == MatchType::kRegexp && !matcher.regex->literals().empty()) {
      const auto literals = matcher.regex->literals();
      return std::vector<std::string_view>(literals.begin(), literals.end());
    }
  }
  return std::nullopt;
}

}  // namespace prome::promqltest
