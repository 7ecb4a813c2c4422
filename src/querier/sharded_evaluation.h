// A query over several shards from its text to its value: planned, asked, merged, evaluated, and where the
// shards' answers left a doubt, planned and evaluated again.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "plan/plan.h"
#include "plan/plan_options.h"
#include "querier/analysis.h"
#include "querier/querier.h"

namespace prome::querier {

/// How often a query is evaluated at most; each time more of it is done at the router.
inline constexpr int kMaxEvaluations = 16;

struct ShardedQuery {
  const promql::Query& query;
  engine::QuerySpec spec;
  plan::PlanOptions plan;  // its times are the spec's
  engine::EvaluationLimits limits;
  Analysis* analysis = nullptr;  // gets what the last evaluation took; null: nothing is measured
};

struct ShardedAnswer {
  engine::Answer answer;
  std::vector<std::string> warnings;  // as one Prometheus shows them
  std::vector<std::string> infos;
  plan::PlanNode plan;  // the last one
  int evaluations = 1;
};

/// Evaluates. May block for as long as shards take; errors are those of the shards, of PromQL and of the
/// limits.
Result<ShardedAnswer> evaluateSharded(const ShardedQuery& asked, const topology::ShardMap& shards,
                                      Querier& querier, const engine::Engine& engine);

}  // namespace prome::querier
