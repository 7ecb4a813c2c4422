// Aggregations over several shards as partial aggregates that each shard computes of its own series.
#pragma once

#include <optional>

#include "base/error.h"
#include "plan/facts.h"
#include "plan/plan.h"

namespace prome::plan {

/// How an aggregation over a local input may be answered: `merge` of these aggregations by each shard.
struct Decomposition {
  Merge merge = Merge::kSum;
  Grade grade = Grade::kExact;
};

/// The way to decompose `aggregate`, whose facts say that it is not local but its input is; or the rule that
/// forbids it.
std::expected<Decomposition, Rule> decompose(const promql::Expr& aggregate, Facts& facts);

/// The questions for it, in the order that Merge tells.
Result<std::vector<Fetch>> partialFetches(const promql::Expr& aggregate, Merge merge, Facts& facts);

}  // namespace prome::plan
