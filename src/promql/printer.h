// Query tree -> text: one line, Prometheus' pretty form, and JSON as /api/v1/parse_query gives it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "promql/ast.h"

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

/// Prometheus' Prettify: the text of /api/v1/format_query.
std::string prettyPrint(const Expr& expr);

/// The AST as /api/v1/parse_query shows it (appended to `out`).
void appendAstJson(std::string& out, const Expr& expr);

}  // namespace prome::promql
