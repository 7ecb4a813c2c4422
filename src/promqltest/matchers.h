// Label matchers of a selector, ready to be asked. Immutable once made; may be asked by any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/labels.h"
#include "model/regex.h"
#include "promql/ast.h"

namespace prome::promqltest {

class Matchers {
 public:
  /// kBadData where a pattern does not compile.
  static Result<Matchers> compile(std::span<const promql::LabelMatcher> matchers, model::Dialect dialect);

  /// Do all of them match? A label that is missing is the empty text.
  bool match(const model::Labels& labels) const;

  /// The only metric names that can match, where the matchers tell (in no order, unique); they hold as long
  /// as this.
  std::optional<std::vector<std::string_view>> metricNames() const;

 private:
  struct Matcher {
    promql::MatchType type = promql::MatchType::kEqual;
    std::string name;
    std::string value;
    model::RegexPtr regex;  // of kRegexp and kNotRegexp

    bool match(std::string_view text) const;
  };

  std::vector<Matcher> matchers_;
};

}  // namespace prome::promqltest
