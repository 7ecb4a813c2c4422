// The expressions directly below one, in text order.
#pragma once

#include <utility>

#include "promql/ast.h"

namespace prome::promql {

/// Calls `visit(const Expr&)` for each child of `expr`: arguments, operands, the selector of a range. What
/// stands in durations is none.
template <class Visit>
void forEachChild(const Expr& expr, Visit&& visit) {
  if (const auto* matrix = as<MatrixSelector>(expr)) {
    visit(*matrix->selector);
  } else if (const auto* subquery = as<SubqueryExpr>(expr)) {
    visit(*subquery->expr);
  } else if (const auto* unary = as<UnaryExpr>(expr)) {
    visit(*unary->expr);
  } else if (const auto* paren = as<ParenExpr>(expr)) {
    visit(*paren->expr);
  } else if (const auto* binary = as<BinaryExpr>(expr)) {
    visit(*binary->lhs);
    visit(*binary->rhs);
  } else if (const auto* aggregate = as<AggregateExpr>(expr)) {
    if (aggregate->param != nullptr) visit(*aggregate->param);
    visit(*aggregate->expr);
  } else if (const auto* call = as<Call>(expr)) {
    for (const Expr* argument : call->args) visit(*argument);
  }
}

}  // namespace prome::promql
