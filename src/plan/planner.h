// The planner: a query, its times and the shards in, a plan out. Pure.
#pragma once

#include "base/error.h"
#include "plan/plan.h"
#include "plan/plan_options.h"
#include "promql/parser.h"
#include "topology/shard_map.h"

namespace prome::plan {

/// The plan of `query`, which must outlive it. Leaves the largest parts it may to the shards. Fails with what
/// Prometheus would say of durations that have no value at these times.
Result<PlanNode> buildPlan(const promql::Query& query, const topology::ShardMap& shards,
                           const PlanOptions& options);

}  // namespace prome::plan
