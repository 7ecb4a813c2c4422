// What the passes of the planner learn of each node of a query. A table they hand on; plain data.
#pragma once

#include <unordered_map>

#include "plan/plan_options.h"
#include "plan/routing_labels.h"
#include "plan/rule.h"
#include "promql/ast.h"
#include "topology/shard_map.h"

namespace prome::plan {

struct NodeFacts {
  ShardIds shards;           // pass shard_reach: those that some selector at or below the node touches
  RoutingMask carried = 0;   // pass carried_labels: every series of the node has them with its shard's values
  bool local = false;        // pass locality: what the shards answer, side by side, is the node's value
  Rule rule = Rule::kWhole;  // why, or why not
};

/// A query on its way through the passes. What it refers to must outlive it.
struct Facts {
  Facts(const topology::ShardMap& shard_map, const PlanOptions& plan_options)
      : shards(shard_map), options(plan_options), labels(shard_map) {}

  NodeFacts& operator[](const promql::Expr& expr) { return nodes[&expr]; }

  const topology::ShardMap& shards;
  const PlanOptions& options;
  RoutingLabels labels;
  std::unordered_map<const promql::Expr*, NodeFacts> nodes;
};

/// Is `expr` a call of the function `name`?
bool isCallOf(const promql::Expr& expr, std::string_view name);

/// True for values that have labels: instant and range vectors.
inline bool isVector(const promql::Expr& expr) {
  return expr.type == promql::ValueType::kVector || expr.type == promql::ValueType::kMatrix;
}

// The passes, in their order. Each reads what those before it wrote and what it wrote of children.

/// Which shards does each node touch?
void findReach(const promql::Expr& root, Facts& facts);
/// Which routing labels do all series of each node carry?
void followCarriedLabels(const promql::Expr& root, Facts& facts);
/// Which nodes may go whole to the shards they touch, and by which rule?
void judgeLocality(const promql::Expr& root, Facts& facts);

}  // namespace prome::plan
