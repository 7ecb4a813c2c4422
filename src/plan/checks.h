// What a shard must be asked beside a question whose answer may hide an error: one Prometheus stops before it
// looks for duplicates where a side of an operation is empty, so that a shard with an empty side hides an
// error that the union raises. An answer with values shows that no side was empty, unless values can come
// past the operation: around it by `or` and `unless`, out of nothing by `fill` and absent().
#pragma once

#include <vector>

#include "base/error.h"
#include "plan/facts.h"
#include "plan/plan.h"

namespace prome::plan {

/// Is there such an operation at or below `expr`?
bool mayHideErrors(const promql::Expr& expr);

/// A check for every arithmetic or comparison between vectors at or below `expr`, which goes to several
/// shards whole, unless series of its "one" side cannot have equal match keys.
Result<std::vector<Check>> checksOf(const promql::Expr& expr, Facts& facts);
/// The same where the shards are asked for absent(`expr`).
Result<std::vector<Check>> checksOfAbsent(const promql::Expr& expr, Facts& facts);

}  // namespace prome::plan
