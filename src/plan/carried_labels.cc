// Pass: which routing labels does every series of a node carry, with the value of the shard its samples came
// from? A selector's all; aggregation keeps those it groups by, matching those the result is made of. What is
// said here is of the union's series, whether shards store the label or not (that is label_flow's matter).
#include <string_view>

#include "plan/facts.h"
#include "promql/children.h"
#include "promql/functions.h"

namespace prome::plan {
namespace {

using promql::AggregateExpr;
using promql::AggregateOp;
using promql::BinaryExpr;
using promql::BinaryOp;
using promql::Call;
using promql::Expr;
using promql::MatchCardinality;

class Carried {
 public:
  explicit Carried(Facts& facts) : facts_(facts) {}

  RoutingMask visit(const Expr& expr) {
    promql::forEachChild(expr, [&](const Expr& child) { visit(child); });
    const RoutingMask mask = of(expr);
    facts_[expr].carried = mask;
    return mask;
  }

 private:
  RoutingMask of(const Expr& expr) {
    if (promql::as<promql::VectorSelector>(expr) != nullptr) return kAllLabels;
    if (const auto* aggregate = promql::as<AggregateExpr>(expr)) return ofAggregate(*aggregate);
    if (const auto* binary = promql::as<BinaryExpr>(expr)) return ofBinary(*binary);
    if (const auto* call = promql::as<Call>(expr)) return ofCall(*call);
    RoutingMask mask = 0;  // one child, or none
    promql::forEachChild(expr, [&](const Expr& child) { mask = carried(child); });
    return mask;
  }

  RoutingMask ofAggregate(const AggregateExpr& node) {
    const RoutingMask mask = carried(*node.expr);
    switch (node.op) {
      case AggregateOp::kTopk:
      case AggregateOp::kBottomk:
      case AggregateOp::kLimitk:
      case AggregateOp::kLimitRatio:
        return mask;
      default:
        break;
    }
    const RoutingMask grouped = facts_.labels.among(node.grouping);
    RoutingMask kept = node.without ? mask & ~grouped : mask & grouped;
    if (node.op == AggregateOp::kCountValues) kept &= ~labelNamed(*node.param);
    return kept;
  }

  RoutingMask ofBinary(const BinaryExpr& node) {
    const RoutingMask left = carried(*node.lhs);
    const RoutingMask right = carried(*node.rhs);
    if (!node.matching) return isVector(*node.lhs) ? left : right;
    const promql::VectorMatching& matching = *node.matching;
    const RoutingMask listed = facts_.labels.among(matching.labels);
    const RoutingMask key = matching.on ? listed : ~listed;
    if (matching.fill_left || matching.fill_right) return left & right & key;
    const RoutingMask included = facts_.labels.among(matching.include);
    switch (matching.cardinality) {
      case MatchCardinality::kManyToMany:
        return node.op == BinaryOp::kOr ? left & right : left;
      case MatchCardinality::kOneToOne:
        return left & key;
      case MatchCardinality::kManyToOne:
        return (left & ~included) | (right & included);
      case MatchCardinality::kOneToMany:
        return (right & ~included) | (left & included);
    }
    return 0;
  }

  RoutingMask ofCall(const Call& node) {
    static constexpr std::string_view kNone[] = {"absent", "absent_over_time", "scalar", "vector"};
    static constexpr std::string_view kWriting[] = {"label_replace", "label_join", "histogram_quantiles"};
    for (const std::string_view name : kNone) {
      if (node.function->name == name) return 0;
    }
    for (const Expr* argument : node.args) {
      if (!isVector(*argument)) continue;
      RoutingMask mask = carried(*argument);
      for (const std::string_view name : kWriting) {
        if (node.function->name == name) mask &= ~labelNamed(*node.args[1]);
      }
      if (node.function->name.starts_with("histogram_")) mask &= ~facts_.labels.bit("le");
      return mask;
    }
    return 0;
  }

  RoutingMask labelNamed(const Expr& text) const {
    const auto* literal = promql::as<promql::StringLiteral>(promql::withoutParens(text));
    return literal == nullptr ? kAllLabels : facts_.labels.bit(literal->value);
  }

  RoutingMask carried(const Expr& expr) { return facts_[expr].carried; }

  Facts& facts_;
};

}  // namespace

void followCarriedLabels(const Expr& root, Facts& facts) {
  Carried(facts).visit(root);
}

}  // namespace prome::plan
