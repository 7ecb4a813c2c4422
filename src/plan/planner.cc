// From the facts of each node to the tree of what is done where, from the root down: a node that may go to
// the shards whole does, with all below it; an aggregation that may not is taken apart if there is a way;
// what remains is evaluated at the router, and the same is asked of its inputs.
#include "plan/planner.h"

#include "plan/checks.h"
#include "plan/decomposition.h"
#include "plan/facts.h"
#include "plan/piece_text.h"
#include "promql/children.h"
#include "promql/functions.h"

namespace prome::plan {
namespace {

using promql::Expr;

class Planner {
 public:
  explicit Planner(Facts& facts) : facts_(facts) {}

  Result<PlanNode> plan(const Expr& parenthesized) {
    const Expr& expr = promql::withoutParens(parenthesized);
    const NodeFacts& node = facts_[expr];
    if (node.shards->empty()) return router(expr, Rule::kNoShard, {});
    const bool is_range = expr.type == promql::ValueType::kMatrix;
    if (is_range && !facts_.labels.tellApart(node.shards, node.carried)) return range(expr);
    if (node.local) return whole(expr, node);
    if (const auto* aggregate = promql::as<promql::AggregateExpr>(expr)) return across(expr, *aggregate);
    if (isCallOf(expr, "absent") || isCallOf(expr, "absent_over_time")) {
      const auto& call = *promql::as<promql::Call>(expr);
      if (node.rule != Rule::kEvaluatedAgain && facts_[*call.args[0]].local) return absent(expr);
    }
    if (promql::as<promql::VectorSelector>(expr) != nullptr) return samples(expr, node.rule);
    return fromInputs(expr, node.rule);
  }

 private:
  static PlanNode router(const Expr& expr, Rule rule, std::vector<PlanNode> inputs) {
    PlanNode node;
    node.expr = &expr;
    node.rule = rule;
    node.inputs = std::move(inputs);
    return node;
  }

  static PlanNode atShards(const Expr& expr, Rule rule, Merge merge, std::vector<Fetch> fetches) {
    PlanNode node;
    node.kind = PlanNode::Kind::kShards;
    node.expr = &expr;
    node.rule = rule;
    node.merge = merge;
    node.fetches = std::move(fetches);
    return node;
  }

  Result<PlanNode> whole(const Expr& expr, const NodeFacts& facts) {
    auto fetch = fetchOf(expr, expr, facts_);
    if (!fetch) return std::unexpected(fetch.error());
    const bool apart = facts_.labels.tellApart(facts.shards, facts.carried);
    std::vector<Fetch> fetches;
    fetches.push_back(*std::move(fetch));
    PlanNode node =
        atShards(expr, facts.rule, apart ? Merge::kConcatenate : Merge::kUnite, std::move(fetches));
    if (facts.shards->size() > 1) {
      auto checks = checksOf(expr, facts_);
      if (!checks) return std::unexpected(checks.error());
      node.checks = *std::move(checks);
    }
    return node;
  }

  Result<PlanNode> across(const Expr& expr, const promql::AggregateExpr& aggregate) {
    const auto way = decompose(expr, facts_);
    if (!way) {
      const NodeFacts& node = facts_[expr];
      const bool told = node.rule != Rule::kAcrossShards && node.rule != Rule::kNotToldApart;
      return fromInputs(expr, told ? node.rule : way.error());
    }
    auto fetches = partialFetches(expr, way->merge, facts_);
    if (!fetches) return std::unexpected(fetches.error());
    auto checks = checksOf(*aggregate.expr, facts_);
    if (!checks) return std::unexpected(checks.error());
    if (way->merge != Merge::kTop) {
      PlanNode node = atShards(expr, Rule::kDecomposed, way->merge, *std::move(fetches));
      node.grade = way->grade;
      node.checks = *std::move(checks);
      return node;
    }
    const Expr& input = promql::withoutParens(*aggregate.expr);
    std::vector<PlanNode> inputs;
    inputs.push_back(atShards(input, Rule::kCandidates, Merge::kTop, *std::move(fetches)));
    inputs.back().checks = *std::move(checks);
    return router(expr, Rule::kCandidates, std::move(inputs));
  }

  Result<PlanNode> absent(const Expr& expr) {
    auto fetch = fetchOf(expr, expr, facts_);
    if (!fetch) return std::unexpected(fetch.error());
    std::vector<Fetch> fetches;
    fetches.push_back(*std::move(fetch));
    PlanNode node = atShards(expr, Rule::kAbsentEverywhere, Merge::kAbsent, std::move(fetches));
    auto checks = checksOfAbsent(*promql::as<promql::Call>(expr)->args[0], facts_);
    if (!checks) return std::unexpected(checks.error());
    node.checks = *std::move(checks);
    return node;
  }

  PlanNode samples(const Expr& selector, Rule rule) {
    PlanNode node;
    node.kind = PlanNode::Kind::kSamples;
    node.expr = &selector;
    node.rule = rule;
    node.fetches.push_back(fetchOfSamples(promql::as<promql::VectorSelector>(selector)->matchers, selector,
                                          *facts_[selector].shards, facts_.shards));
    return node;
  }

  /// A range vector that is the query itself, of shards whose series may be one.
  Result<PlanNode> range(const Expr& expr) {
    std::vector<PlanNode> inputs;
    if (auto error = addInputs(expr, inputs)) return std::unexpected(*error);
    return router(expr, Rule::kNotToldApart, std::move(inputs));
  }

  Result<PlanNode> fromInputs(const Expr& expr, Rule rule) {
    std::vector<PlanNode> inputs;
    std::optional<Error> error;
    // Of a bare selector timestamp() tells the samples' own times.
    const bool of_samples = isCallOf(expr, "timestamp") || isCallOf(expr, "start_timestamp");
    promql::forEachChild(expr, [&](const Expr& parenthesized) {
      const Expr& child = promql::withoutParens(parenthesized);
      if (error) return;
      if (of_samples && promql::as<promql::VectorSelector>(child) != nullptr) {
        inputs.push_back(samples(child, Rule::kRawSamples));
      } else {
        error = addInputs(child, inputs);
      }
    });
    if (error) return std::unexpected(*error);
    return router(expr, rule, std::move(inputs));
  }

  /// The inputs that `child` of a node at the router makes: itself, or, of a range, what it is over.
  std::optional<Error> addInputs(const Expr& child, std::vector<PlanNode>& inputs) {
    if (facts_[child].shards->empty()) return std::nullopt;
    if (const auto* matrix = promql::as<promql::MatrixSelector>(child)) {
      inputs.push_back(samples(*matrix->selector, Rule::kRawSamples));
      return std::nullopt;
    }
    const auto* subquery = promql::as<promql::SubqueryExpr>(child);
    auto planned = plan(subquery == nullptr ? child : *subquery->expr);
    if (!planned) return planned.error();
    inputs.push_back(*std::move(planned));
    return std::nullopt;
  }

  Facts& facts_;
};

}  // namespace

Result<PlanNode> buildPlan(const promql::Query& query, const topology::ShardMap& shards,
                           const PlanOptions& options) {
  Facts facts(shards, options);
  findReach(query.root(), facts);
  followCarriedLabels(query.root(), facts);
  judgeLocality(query.root(), facts);
  return Planner(facts).plan(query.root());
}

}  // namespace prome::plan
