#include "plan/checks.h"

#include <algorithm>

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

/// Do all series of `expr` have one name, or none? Then no two have equal labels but for the name.
bool hasOneName(const Expr& expr) {
  if (const auto* selector = promql::as<promql::VectorSelector>(expr)) return !selector->name.empty();
  if (promql::as<AggregateExpr>(expr) != nullptr) return true;
  bool all = true;
  int vectors = 0;
  promql::forEachChild(expr, [&](const Expr& child) {
    if (!isVector(child)) return;
    ++vectors;
    all = all && hasOneName(child);
  });
  return all && vectors == 1;
}

const Expr& oneSide(const BinaryExpr& binary) {
  const bool left = binary.matching->cardinality == MatchCardinality::kOneToMany;
  return left ? *binary.lhs : *binary.rhs;
}

/// May duplicates on the "one" side of `expr`, if it is an operation, go unnoticed at a shard?
bool needsCheck(const Expr& expr) {
  const auto* binary = promql::as<BinaryExpr>(expr);
  if (binary == nullptr || !binary->matching || isSetOperation(binary->op)) return false;
  const promql::VectorMatching& matching = *binary->matching;
  return matching.on || !matching.labels.empty() || !hasOneName(oneSide(*binary));
}

class Checks {
 public:
  explicit Checks(Facts& facts) : facts_(facts) {}

  Result<std::vector<Check>> of(const Expr& expr) {
    visit(expr);
    if (error_) return std::unexpected(*error_);
    return std::move(checks_);
  }

 private:
  void visit(const Expr& expr) {
    promql::forEachChild(expr, [&](const Expr& child) { visit(child); });
    if (error_ || !needsCheck(expr)) return;
    const auto& binary = *promql::as<BinaryExpr>(expr);
    add(expr, *binary.matching, oneSide(binary));
  }

  void add(const Expr& operation, const promql::VectorMatching& matching, const Expr& one) {
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
    checks_.push_back({&operation, *std::move(fetch)});
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
  return Checks(facts).of(expr);
}

}  // namespace prome::plan
