// A plan as /api/v1/explain and the `explain` command tell it.
#pragma once

#include <string>
#include <string_view>

#include "model/dialect.h"
#include "plan/plan.h"
#include "topology/shard_map.h"

namespace prome::api {

/// What is told beside the plan.
struct ExplainOptions {
  std::string_view query;  // as given
  model::Dialect dialect = model::Dialect::kPrometheus3;
};

/// JSON: {"query", "dialect", "grade", "plan": {"expr", "where", "rule", "reason", "merge", "grade", "asked":
/// [{"query", "shards": [{"name", "labels"}]}], "checks", "inputs"}}.
std::string explainData(const plan::PlanNode& plan, const topology::ShardMap& shards,
                        const ExplainOptions& options);

}  // namespace prome::api
