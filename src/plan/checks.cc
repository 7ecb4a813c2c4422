#include "plan/checks.h"

#include <algorithm>

#include "plan/one_name.h"
#include "plan/piece_text.h"
#include "promql/children.h"

namespace prome::plan {
namespace {

using promql::AggregateExpr;
using promql::BinaryExpr;
using promql::BinaryOp;
using promql::Expr;
using promql::MatchCardinality;

bool isSetOperation(BinaryOp op) {
  return op == BinaryOp::kAnd || op == BinaryOp::kOr || op == BinaryOp::kUnless;
}

const Expr& oneSide(const BinaryExpr& binary) {
  const bool left = binary.matching->cardinality == MatchCardinality::kOneToMany;
  return left ? *binary.lhs : *binary.rhs;
}

bool fills(const promql::VectorMatching& matching) {
  return matching.fill_left || matching.fill_right;
}

using Asked = Check::Asked;

/// Whom to ask about operations in `child` of `parent`, given whom about those in `parent`.
Asked askedBelow(const Expr& parent, const Expr& child, Asked asked) {
  const auto* binary = promql::as<BinaryExpr>(parent);
  if (binary == nullptr || !binary->matching) return asked;
  const bool needed = binary->op == BinaryOp::kUnless ? &child == binary->lhs : binary->op != BinaryOp::kOr;
  return needed && !fills(*binary->matching) ? asked : Asked::kEveryShard;
}

/// May duplicates on the "one" side of `expr`, if it is an operation, go unnoticed at a shard?
bool needsCheck(const Expr& expr) {
  const auto* binary = promql::as<BinaryExpr>(expr);
  if (binary == nullptr || !binary->matching || isSetOperation(binary->op)) return false;
  const promql::VectorMatching& matching = *binary->matching;
  if (fills(matching)) return false;  // then an empty side stops nobody
  return matching.on || !matching.labels.empty() || !hasOneName(oneSide(*binary));
}

class Checks {
 public:
  explicit Checks(Facts& facts) : facts_(facts) {}

  Result<std::vector<Check>> of(const Expr& expr, Asked asked) {
    visit(expr, asked);
    if (error_) return std::unexpected(*error_);
    return std::move(checks_);
  }

 private:
  void visit(const Expr& expr, Asked asked) {
    promql::forEachChild(expr, [&](const Expr& child) { visit(child, askedBelow(expr, child, asked)); });
    if (error_ || !needsCheck(expr)) return;
    const auto& binary = *promql::as<BinaryExpr>(expr);
    add(expr, asked, *binary.matching, oneSide(binary));
  }

  void add(const Expr& operation, Asked asked, const promql::VectorMatching& matching, const Expr& one) {
    Expr count = one;  // at its place
    count.type = promql::ValueType::kVector;
    AggregateExpr by_key;
    by_key.op = promql::AggregateOp::kCount;
    by_key.expr = &one;
    by_key.grouping = matching.labels;
    by_key.without = !matching.on;
    count.node = by_key;
    Expr limit;
    limit.type = promql::ValueType::kScalar;
    limit.node = promql::NumberLiteral{.value = 1};
    BinaryExpr above;
    above.op = BinaryOp::kGreater;
    above.lhs = &count;
    above.rhs = &limit;
    Expr several = one;
    several.type = promql::ValueType::kVector;
    several.node = above;
    auto fetch = fetchOf(several, one, facts_);
    if (!fetch) {
      error_ = fetch.error();
      return;
    }
    checks_.push_back({&operation, asked, *std::move(fetch)});
  }

  Facts& facts_;
  std::vector<Check> checks_;
  std::optional<Error> error_;
};

}  // namespace

bool mayHideErrors(const Expr& expr) {
  bool any = needsCheck(expr);
  promql::forEachChild(expr, [&](const Expr& child) { any = any || mayHideErrors(child); });
  return any;
}

Result<std::vector<Check>> checksOf(const Expr& expr, Facts& facts) {
  return Checks(facts).of(expr, Asked::kWhereNothingIsShown);
}

Result<std::vector<Check>> checksOfAbsent(const Expr& expr, Facts& facts) {
  return Checks(facts).of(expr, Asked::kEveryShard);
}

}  // namespace prome::plan
