// A plan as /api/v1/explain and the `explain` command tell it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/dialect.h"
#include "plan/plan.h"
#include "querier/analysis.h"
#include "topology/shard_map.h"

namespace prome::api {

enum class ExplainFormat : std::uint8_t { kData, kText };

/// What an evaluation of the plan took.
struct ExplainAnalysis {
  const querier::Analysis& measures;
  std::chrono::nanoseconds elapsed{0};  // all evaluations
  int evaluations = 1;                  // measured is the last, whose plan is told
};

/// What is told beside the plan.
struct ExplainOptions {
  std::string_view query;  // as given
  model::Dialect dialect = model::Dialect::kPrometheus3;
  const ExplainAnalysis* analysis = nullptr;
};

/// JSON: {"query", "dialect", "grade", "plan": {"expr", "where", "rule", "reason", "merge", "grade", "asked":
/// [{"query", "shards": [{"name", "labels"}]}], "checks", "inputs"}}. With an analysis the whole has
/// "analysis": {"evaluations", "seconds"}, nodes {"series", "samples", "seconds"} and shards {"questions",
/// "bytes", "series", "samples", "seconds"}, where anything came.
std::string explainData(const plan::PlanNode& plan, const topology::ShardMap& shards,
                        const ExplainOptions& options);

/// The same for people: planText below the grade.
std::string explainText(const plan::PlanNode& plan, const topology::ShardMap& shards,
                        const ExplainAnalysis* analysis = nullptr);

}  // namespace prome::api
