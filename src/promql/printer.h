// Query tree -> text: one line, Prometheus' pretty form, and JSON as /api/v1/parse_query gives it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "promql/ast.h"
#include "promql/freeze.h"

namespace prome::promql {

/// Prometheus' names: `+`, `sum`, `vector`, `=~`.
std::string_view operatorText(BinaryOp op);
std::string_view operatorText(AggregateOp op);
std::string_view operatorText(UnaryOp op);
std::string_view operatorText(MatchType type);
std::string_view valueTypeName(ValueType type);

/// One line, in the oldest spelling that says it (`[5m]`, `up{...}`; quoted names only where there is no
/// other way). Equals Prometheus' own Expr.String() where the two agree on the spelling; parse(print(e))
/// prints the same.
std::string print(const Expr& expr);

/// As print, with `@ at_ms` on every selector and subquery that has no timestamp of its own (`@ start()` and
/// `@ end()` are none). Within a subquery nothing changes: its own time fixes theirs.
std::string printPinned(const Expr& expr, std::int64_t at_ms);

/// What a text says otherwise than its tree does. Called in the order of the text.
class PrintRules {
 public:
  virtual ~PrintRules() = default;

  /// `expr` begins at the end of `out`, to which something may be added that goes before it.
  virtual void before(const Expr& expr, std::string& out) = 0;
  virtual void after(const Expr& expr, std::string& out) = 0;
  /// The matchers to be printed; they stay valid until the printing is done.
  virtual std::span<const LabelMatcher> matchersOf(const VectorSelector& selector) = 0;
  /// The value of `start()` and the like, to be printed in its place.
  virtual std::optional<double> valueOf(const Call& call) = 0;
  /// The time of `@ start()` and `@ end()`.
  virtual std::optional<std::int64_t> timeOf(const TimeShift& shift) = 0;
  /// A duration that is an expression, in milliseconds.
  virtual std::optional<std::int64_t> lengthOf(const Duration& duration, DurationSign sign) = 0;
  /// The step of a subquery that says none, in milliseconds.
  virtual std::optional<std::int64_t> defaultStep() = 0;
};

/// As print, but for what `rules` say.
std::string print(const Expr& expr, PrintRules& rules);

/// Prometheus' Prettify: the text of /api/v1/format_query.
std::string prettyPrint(const Expr& expr);

/// The AST as /api/v1/parse_query shows it (appended to `out`).
void appendAstJson(std::string& out, const Expr& expr);

}  // namespace prome::promql
