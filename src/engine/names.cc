#include "engine/names.h"

#include <algorithm>

#include "model/labels.h"
#include "promql/functions.h"

namespace prome::engine {
namespace {

bool contains(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool isComparison(promql::BinaryOp op) {
  using promql::BinaryOp;
  return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual;
}

bool isNameLabel(const promql::Expr& expr) {
  const auto* const text = promql::as<promql::StringLiteral>(promql::withoutParens(expr));
  return text != nullptr && text->value == model::kMetricName;
}

struct NamesVisitor {
  const EngineOptions& options;

  bool operator()(const promql::NumberLiteral&) const { return false; }
  bool operator()(const promql::StringLiteral&) const { return false; }
  bool operator()(const promql::DurationExpr&) const { return false; }
  bool operator()(const promql::VectorSelector& selector) const {
    return std::ranges::none_of(selector.matchers, [](const promql::LabelMatcher& matcher) {
      return matcher.name == model::kMetricName && matcher.type == promql::MatchType::kEqual;
    });
  }
  bool operator()(const promql::MatrixSelector& matrix) const { return differ(*matrix.selector); }
  bool operator()(const promql::SubqueryExpr& subquery) const { return differ(*subquery.expr); }
  bool operator()(const promql::ParenExpr& paren) const { return differ(*paren.expr); }
  bool operator()(const promql::UnaryExpr& unary) const {
    return keepsName(unary.op == promql::UnaryOp::kPlus) && differ(*unary.expr);
  }
  bool operator()(const promql::AggregateExpr& aggregate) const {
    const bool selects =
        aggregate.op == promql::AggregateOp::kTopk || aggregate.op == promql::AggregateOp::kBottomk ||
        aggregate.op == promql::AggregateOp::kLimitk || aggregate.op == promql::AggregateOp::kLimitRatio;
    if (selects) return differ(*aggregate.expr);
    if (aggregate.op == promql::AggregateOp::kCountValues && isNameLabel(*aggregate.param)) return true;
    if (aggregate.without) return false;
    return contains(aggregate.grouping, model::kMetricName) && differ(*aggregate.expr);
  }
  bool operator()(const promql::BinaryExpr& binary) const {
    using promql::BinaryOp;
    const bool set =
        binary.op == BinaryOp::kAnd || binary.op == BinaryOp::kOr || binary.op == BinaryOp::kUnless;
    if (binary.op == BinaryOp::kOr) return true;
    if (binary.matching && contains(binary.matching->include, model::kMetricName)) return true;
    const bool comparison = isComparison(binary.op) && !binary.return_bool;
    if (!keepsName(set || comparison || calculatesWithName(binary.op))) return false;
    return differ(*binary.lhs) || (!set && differ(*binary.rhs));
  }
  bool operator()(const promql::Call& call) const {
    const std::string_view name = call.function->name;
    if (name == "label_replace" || name == "label_join" || name == "info") return true;
    if (name == "histogram_quantiles" && isNameLabel(*call.args[1])) return true;
    const bool keeps = name == "last_over_time" || name == "first_over_time" || name.starts_with("sort");
    if (!keepsName(keeps)) return false;
    return std::ranges::any_of(call.args, [&](const promql::Expr* argument) { return differ(*argument); });
  }

 private:
  bool differ(const promql::Expr& expr) const { return namesMayDiffer(expr, options); }
  bool keepsName(bool keeps) const { return keeps || options.name_removal == NameRemoval::kDelayed; }
  // Operators that calculate, but leave the name.
  bool calculatesWithName(promql::BinaryOp op) const {
    using promql::BinaryOp;
    const bool old = options.dialect == Dialect::kPrometheus2;
    return op == BinaryOp::kTrimUpper || op == BinaryOp::kTrimLower || (op == BinaryOp::kAtan2 && old);
  }
};

}  // namespace

bool namesMayDiffer(const promql::Expr& expr, const EngineOptions& options) {
  return std::visit(NamesVisitor{options}, expr.node);
}

}  // namespace prome::engine
