// Query tree -> text: one line, Prometheus' pretty form, and JSON as /api/v1/parse_query gives it.
#pragma once

#include <string>

#include "promql/ast.h"

namespace prome::promql {

/// One line, in the oldest spelling that says it (`[5m]`, `up{...}`; quoted names only where there is no other way).
/// Equals Prometheus' own Expr.String() where the two agree on the spelling; parse(print(e)) prints the same.
std::string print(const Expr& expr);

/// Prometheus' Prettify: the text of /api/v1/format_query.
std::string prettyPrint(const Expr& expr);

/// The AST as /api/v1/parse_query shows it (appended to `out`).
void appendAstJson(std::string& out, const Expr& expr);

}  // namespace prome::promql
