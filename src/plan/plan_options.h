// What a plan depends on besides the query and the shards. Plain values.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <unordered_set>

#include "model/dialect.h"
#include "promql/ast.h"
#include "promql/freeze.h"
#include "topology/shard_map.h"

namespace prome::plan {

/// kExact: partial sums are not merged, what they are over is pulled instead.
enum class Exactness : std::uint8_t { kRoundingAllowed, kExact };

struct PlanOptions {
  promql::QueryTimes times;  // of the whole query; step_ms 0 for an instant query
  std::int64_t default_subquery_step_ms = 60'000;
  std::int64_t now_ms = 0;             // which shards' bounds in time are counted from
  std::int64_t lookback_ms = 300'000;  // the longest of a shard or the router
  Exactness exactness = Exactness::kRoundingAllowed;
  model::Dialect dialect = model::Dialect::kPrometheus3;
  /// Shards that are not there: a selector touches them as little as if the topology did not have them.
  std::set<topology::ShardId> missing;
  /// Nodes that must not be left to the shards, whole or in parts: evaluated before, they did not show what
  /// one Prometheus would have answered.
  std::unordered_set<const promql::Expr*> unpushed;
};

/// The shards that a selector of `matchers` touches, ascending.
std::vector<topology::ShardId> shardsTouched(std::span<const promql::LabelMatcher> matchers,
                                             const topology::ShardMap& shards, const PlanOptions& options);

}  // namespace prome::plan
