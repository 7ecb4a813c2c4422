#include "plan/decomposition.h"

#include <cmath>

#include "plan/piece_text.h"

namespace prome::plan {
namespace {

using promql::AggregateExpr;
using promql::AggregateOp;
using promql::Expr;

/// Of topk and bottomk; beyond it, the candidates may be as many as the input.
constexpr double kMaxCandidates = 100'000;

/// A parameter that is a number as written.
std::optional<double> literal(const Expr& param) {
  const Expr& expr = promql::withoutParens(param);
  if (const auto* number = promql::as<promql::NumberLiteral>(expr)) return number->value;
  return std::nullopt;
}

std::expected<Decomposition, Rule> wayOf(const AggregateExpr& node, Facts& facts) {
  switch (node.op) {
    case AggregateOp::kSum:
      return Decomposition{Merge::kSum, Grade::kRounding};
    case AggregateOp::kAvg:
      return Decomposition{Merge::kAverage, Grade::kRounding};
    case AggregateOp::kStddev:
      return Decomposition{Merge::kStddev, Grade::kRounding};
    case AggregateOp::kStdvar:
      return Decomposition{Merge::kStdvar, Grade::kRounding};
    case AggregateOp::kCount:
      return Decomposition{Merge::kCount, Grade::kExact};
    case AggregateOp::kMin:
      return Decomposition{Merge::kMin, Grade::kExact};
    case AggregateOp::kMax:
      return Decomposition{Merge::kMax, Grade::kExact};
    case AggregateOp::kGroup:
      return Decomposition{Merge::kGroup, Grade::kExact};
    case AggregateOp::kCountValues: {
      const auto* label = promql::as<promql::StringLiteral>(promql::withoutParens(*node.param));
      if (label == nullptr || facts.labels.bit(label->value) != 0)
        return std::unexpected(Rule::kRoutingLabel);
      return Decomposition{Merge::kCountValues, Grade::kExact};
    }
    case AggregateOp::kTopk:
    case AggregateOp::kBottomk: {
      const auto k = literal(*node.param);
      if (!k || !(*k >= 1) || *k > kMaxCandidates) return std::unexpected(Rule::kAcrossShards);
      return Decomposition{Merge::kTop, Grade::kExact};
    }
    case AggregateOp::kQuantile:
    case AggregateOp::kLimitk:
    case AggregateOp::kLimitRatio:
      break;
  }
  return std::unexpected(Rule::kAcrossShards);
}

/// Whether it is the same if a series that two shards hold counts twice.
bool countsOnce(Merge merge) {
  return merge == Merge::kMin || merge == Merge::kMax || merge == Merge::kGroup;
}

/// `node` with another operator and parameter, at the same place.
Expr standIn(const Expr& aggregate, AggregateOp op, const Expr* param) {
  AggregateExpr node = *promql::as<AggregateExpr>(aggregate);
  node.op = op;
  node.param = param;
  Expr expr = aggregate;
  expr.node = node;
  return expr;
}

}  // namespace

std::expected<Decomposition, Rule> decompose(const Expr& aggregate, Facts& facts) {
  const auto& node = *promql::as<AggregateExpr>(aggregate);
  if (facts.options.unpushed.contains(&aggregate)) return std::unexpected(Rule::kEvaluatedAgain);
  const NodeFacts& input = facts[*node.expr];
  if (!input.local) return std::unexpected(Rule::kInputAcross);
  if (node.param != nullptr && !facts[*node.param].shards->empty())
    return std::unexpected(Rule::kOtherShards);
  const auto way = wayOf(node, facts);
  if (!way) return way;
  if (way->grade == Grade::kRounding && facts.options.exactness == Exactness::kExact) {
    return std::unexpected(Rule::kExactAsked);
  }
  if (!countsOnce(way->merge) && !facts.labels.tellApart(input.shards, input.carried)) {
    return std::unexpected(Rule::kNotToldApart);
  }
  return way;
}

Result<std::vector<Fetch>> partialFetches(const Expr& aggregate, Merge merge, Facts& facts) {
  const auto& node = *promql::as<AggregateExpr>(aggregate);
  std::vector<AggregateOp> ops = {node.op};
  if (merge == Merge::kAverage) ops = {AggregateOp::kSum, AggregateOp::kCount};
  if (merge == Merge::kStddev || merge == Merge::kStdvar) {
    ops = {AggregateOp::kCount, AggregateOp::kAvg, AggregateOp::kStdvar};
  }
  Expr one_more = node.param == nullptr ? Expr{} : promql::withoutParens(*node.param);
  if (merge == Merge::kTop) {
    // One more than asked for tells whether the last place is shared.
    one_more.node = promql::NumberLiteral{.value = std::floor(*literal(*node.param)) + 1};
  }
  std::vector<Fetch> fetches;
  for (const AggregateOp op : ops) {
    const Expr part = standIn(aggregate, op, merge == Merge::kTop ? &one_more : node.param);
    auto fetch = fetchOf(part, aggregate, facts);
    if (!fetch) return std::unexpected(fetch.error());
    fetches.push_back(*std::move(fetch));
  }
  return fetches;
}

}  // namespace prome::plan
