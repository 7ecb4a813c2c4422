// What a plan depends on besides the query and the shards. Plain values.
#pragma once

#include <cstdint>
#include <unordered_set>

#include "model/dialect.h"
#include "promql/ast.h"
#include "promql/freeze.h"

namespace prome::plan {

/// kExact: partial sums are not merged, what they are over is pulled instead.
enum class Exactness : std::uint8_t { kRoundingAllowed, kExact };

struct PlanOptions {
  promql::QueryTimes times;  // of the whole query; step_ms 0 for an instant query
  std::int64_t default_subquery_step_ms = 60'000;
  Exactness exactness = Exactness::kRoundingAllowed;
  model::Dialect dialect = model::Dialect::kPrometheus3;
  /// Nodes that must not be left to the shards, whole or in parts: evaluated before, they did not show what
  /// one Prometheus would have answered.
  std::unordered_set<const promql::Expr*> unpushed;
};

}  // namespace prome::plan
