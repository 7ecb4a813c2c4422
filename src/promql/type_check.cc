// One walk over the tree, children before their parent except where Prometheus looks at the parent first (the
// number of a call's arguments). Only the first error counts. Recursion is safe: the parser bounds the depth
// of trees.
#include "promql/type_check.h"

#include <algorithm>
#include <cassert>
#include <string>
#include <utility>
#include <variant>

#include "model/regex.h"
#include "promql/char_class.h"
#include "promql/functions.h"
#include "promql/names.h"
#include "promql/parser_impl.h"
#include "promql/printer.h"
#include "promql/quote.h"

namespace prome::promql {
namespace {

bool isScalarOrVector(ValueType type) {
  return type == ValueType::kScalar || type == ValueType::kVector;
}

bool isComparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual;
}

bool isSetOperator(BinaryOp op) {
  return op == BinaryOp::kAnd || op == BinaryOp::kOr || op == BinaryOp::kUnless;
}

bool matchesEmpty(const LabelMatcher& matcher) {
  switch (matcher.type) {
    case MatchType::kEqual:
      return matcher.value.empty();
    case MatchType::kNotEqual:
      return !matcher.value.empty();
    case MatchType::kRegexp:
    case MatchType::kNotRegexp:
      break;
  }
  const auto regex = model::cachedRegex(matcher.value);
  assert(regex.has_value());  // the parser has compiled it
  return regex && (*regex)->matches("") == (matcher.type == MatchType::kRegexp);
}

/// The checks of a node are kept out of line: inlined into one function, their frames would add up at every
/// level of a deep tree.
class TypeCheck {
 public:
  std::optional<ParseError> takeError() { return std::move(error_); }

  bool check(const Expr& expr) {
    return std::visit([&](const auto& node) { return checkNode(expr, node); }, expr.node);
  }

 private:
  bool fail(PositionRange pos, std::string what) {
    error_ = ParseError{.pos = pos, .what = std::move(what)};
    return false;
  }

  using Place = std::variant<std::string_view, const FunctionSignature*>;

  /// `place` is named in the error: a place, or the function called.
  bool expectType(const Expr& expr, ValueType want, const Place& place) {
    if (!check(expr)) return false;
    return expr.type == want || failType(expr, want, place);
  }

  [[gnu::noinline]] bool failType(const Expr& expr, ValueType want, const Place& place) {
    const auto* const name = std::get_if<std::string_view>(&place);
    const std::string where =
        name != nullptr ? std::string(*name) : "call to function " + quoted(std::get<1>(place)->name);
    return fail(expr.pos, "expected type " + std::string(documentedType(want)) + " in " + where + ", got " +
                              std::string(documentedType(expr.type)));
  }

  [[gnu::noinline]] bool checkNode(const Expr&, const NumberLiteral&) { return true; }
  [[gnu::noinline]] bool checkNode(const Expr&, const StringLiteral&) { return true; }
  [[gnu::noinline]] bool checkNode(const Expr&, const DurationExpr&) { return true; }
  [[gnu::noinline]] bool checkNode(const Expr&, const ParenExpr& node) { return check(*node.expr); }
  [[gnu::noinline]] bool checkNode(const Expr&, const MatrixSelector& node) { return check(*node.selector); }

  [[gnu::noinline]] bool checkNode(const Expr& expr, const UnaryExpr& node) {
    if (!check(*node.expr)) return false;
    if (isScalarOrVector(node.expr->type)) return true;
    return fail(expr.pos,
                "unary expression only allowed on expressions of type scalar or instant vector, got " +
                    quoted(documentedType(node.expr->type)));
  }

  [[gnu::noinline]] bool checkNode(const Expr& expr, const SubqueryExpr& node) {
    if (!check(*node.expr)) return false;
    if (node.expr->type == ValueType::kVector) return true;
    return fail(expr.pos, "subquery is only allowed on instant vector, got " +
                              std::string(valueTypeName(node.expr->type)) + " instead");
  }

  [[gnu::noinline]] bool checkNode(const Expr&, const AggregateExpr& node) {
    if (!expectType(*node.expr, ValueType::kVector, "aggregation expression")) return false;
    if (node.param == nullptr) return true;
    const bool string = node.op == AggregateOp::kCountValues;
    return expectType(*node.param, string ? ValueType::kString : ValueType::kScalar, "aggregation parameter");
  }

  [[gnu::noinline]] bool checkNode(const Expr& expr, const VectorSelector& node) {
    if (!node.name.empty() && !node.quoted_name) {
      for (const LabelMatcher& matcher : node.matchers.first(node.matchers.size() - 1)) {
        if (matcher.name != kMetricNameLabel) continue;
        return fail(expr.pos, "metric name must not be set twice: " + quoted(node.name) + " or " +
                                  quoted(matcher.value));
      }
      return true;
    }
    if (excludesEmpty(node)) return true;
    return fail(expr.pos, "vector selector must contain at least one non-empty matcher");
  }

  [[gnu::noinline]] bool checkNode(const Expr& expr, const BinaryExpr& node);
  bool checkMatching(const Expr& expr, const BinaryExpr& node, const VectorMatching& matching);
  [[gnu::noinline]] bool checkNode(const Expr& expr, const Call& node);
  bool checkArgumentCount(const Expr& expr, const Call& node);
  bool checkInfoLabels(const Expr& call, const Expr& labels);

  std::optional<ParseError> error_;
};

bool TypeCheck::checkNode(const Expr& expr, const BinaryExpr& node) {
  const ValueType lhs = node.lhs->type;
  const ValueType rhs = node.rhs->type;
  if (!check(*node.lhs) || !check(*node.rhs)) return false;
  if (node.return_bool && !isComparison(node.op)) {
    return fail(node.op_pos, "bool modifier can only be used on comparison operators");
  }
  if (isComparison(node.op) && !node.return_bool && lhs == ValueType::kScalar && rhs == ValueType::kScalar) {
    return fail(node.op_pos, "comparisons between scalars must use BOOL modifier");
  }
  if (node.matching && node.matching->on) {
    for (const std::string_view label : node.matching->labels) {
      if (std::ranges::find(node.matching->include, label) == node.matching->include.end()) continue;
      return fail(node.op_pos, "label " + quoted(label) + " must not occur in ON and GROUP clause at once");
    }
  }
  for (const Expr* const side : {node.lhs, node.rhs}) {
    if (isScalarOrVector(side->type)) continue;
    return fail(side->pos, "binary expression must contain only scalar and instant vector types");
  }
  if (node.matching && !checkMatching(expr, node, *node.matching)) return false;
  if ((lhs == ValueType::kScalar || rhs == ValueType::kScalar) && isSetOperator(node.op)) {
    return fail(expr.pos,
                "set operator " + quoted(operatorText(node.op)) + " not allowed in binary scalar expression");
  }
  return true;
}

bool TypeCheck::checkMatching(const Expr& expr, const BinaryExpr& node, const VectorMatching& matching) {
  const bool fills = matching.fill_left || matching.fill_right;
  if (node.lhs->type != ValueType::kVector || node.rhs->type != ValueType::kVector) {
    if (!matching.labels.empty())
      return fail(expr.pos, "vector matching only allowed between instant vectors");
    if (fills) return fail(expr.pos, "filling in missing series only allowed between instant vectors");
    std::get<BinaryExpr>(underConstruction(expr).node).matching.reset();
    return true;
  }
  if (!isSetOperator(node.op)) return true;
  if (matching.cardinality != MatchCardinality::kManyToMany) {
    return fail(expr.pos, "no grouping allowed for " + quoted(operatorText(node.op)) + " operation");
  }
  if (fills) return fail(expr.pos, "filling in missing series not allowed for set operators");
  return true;
}

bool TypeCheck::checkArgumentCount(const Expr& expr, const Call& node) {
  const FunctionSignature& function = *node.function;
  const int given = static_cast<int>(node.args.size());
  const int declared = function.arg_count;
  const auto complain = [&](std::string_view amount, int wanted) {
    return fail(expr.pos, "expected " + std::string(amount) + std::to_string(wanted) +
                              " argument(s) in call to " + quoted(function.name) + ", got " +
                              std::to_string(given));
  };
  if (function.variadic == 0) return given == declared || complain("", declared);
  if (given < declared - 1) return complain("at least ", declared - 1);
  const int most = declared - 1 + function.variadic;
  if (function.variadic > 0 && given > most) return complain("at most ", most);
  return true;
}

/// The second argument of info() is a selector without a name, and may match everything.
bool TypeCheck::checkInfoLabels(const Expr& call, const Expr& labels) {
  if (labels.type != ValueType::kVector) {
    return fail(call.pos, "expected type instant vector in call to function \"info\", got " +
                              std::string(documentedType(labels.type)));
  }
  const auto* const selector = as<VectorSelector>(labels);
  if (selector == nullptr) return fail(labels.pos, "expected label selectors only");
  if (!selector->name.empty() && !selector->quoted_name) {
    return fail(labels.pos, "expected label selectors only, got vector selector instead");
  }
  return true;
}

bool TypeCheck::checkNode(const Expr& expr, const Call& node) {
  if (!checkArgumentCount(expr, node)) return false;
  const FunctionSignature& function = *node.function;
  const bool info = function.name == "info";
  if (info && node.args.size() > 1 && !checkInfoLabels(expr, *node.args[1])) return false;
  for (std::size_t i = 0; i < node.args.size(); ++i) {
    if (info && i == 1) continue;
    const std::size_t declared = std::min<std::size_t>(i, function.arg_count - 1U);
    if (!expectType(*node.args[i], function.arg_types[declared], &function)) return false;
  }
  return true;
}

}  // namespace

bool excludesEmpty(const VectorSelector& selector) {
  return std::ranges::any_of(selector.matchers, [](const LabelMatcher& m) { return !matchesEmpty(m); });
}

std::optional<ParseError> checkTypes(Expr& root) {
  TypeCheck check;
  check.check(root);
  return check.takeError();
}

}  // namespace prome::promql
