#include "plan/one_name.h"

#include <algorithm>

#include "model/labels.h"
#include "plan/facts.h"
#include "promql/children.h"

namespace prome::plan {
namespace {

using promql::AggregateExpr;
using promql::AggregateOp;
using promql::Expr;

/// May `text`, which is a label to be set, be that of names?
bool mayBeName(const Expr& text) {
  const auto* literal = promql::as<promql::StringLiteral>(promql::withoutParens(text));
  return literal == nullptr || literal->value == model::kMetricName;
}

bool dropsNames(const AggregateExpr& aggregate) {
  switch (aggregate.op) {
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk:
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
      return false;
    default:
      return aggregate.without ||
             std::ranges::find(aggregate.grouping, model::kMetricName) == aggregate.grouping.end();
  }
}

}  // namespace

bool hasOneName(const Expr& expr) {
  if (const auto* selector = promql::as<promql::VectorSelector>(expr)) return !selector->name.empty();
  if (const auto* aggregate = promql::as<AggregateExpr>(expr)) {
    if (aggregate->op == AggregateOp::kCountValues && mayBeName(*aggregate->param)) return false;
    if (dropsNames(*aggregate)) return true;
    return hasOneName(*aggregate->expr);
  }
  const auto* call = promql::as<promql::Call>(expr);
  const bool sets_label = isCallOf(expr, "label_replace") || isCallOf(expr, "label_join") ||
                          isCallOf(expr, "histogram_quantiles");
  if (sets_label && mayBeName(*call->args[1])) return false;
  bool all = true;
  int vectors = 0;
  promql::forEachChild(expr, [&](const Expr& child) {
    if (!isVector(child)) return;
    ++vectors;
    all = all && hasOneName(child);
  });
  return all && vectors == 1;
}

}  // namespace prome::plan
