// A call that is told to be wrong only when it is evaluated.
#pragma once

#include <vector>

#include "engine/functions.h"
#include "engine/operator.h"

namespace prome::engine {

/// The execution error where a range vector is `anchored` or `smoothed` and `call_expr`'s function cannot
/// have it so; else success. Source: evaluator.eval of a Call in prometheus/promql/engine.go.
Result<void> checkRangeMode(const promql::Call& call_expr);

/// Evaluates the scalars among `operands`, whose errors come first, then fails with `error`.
OperatorPtr makeMisusedCall(const Place& place, std::vector<Operand> operands, Error error);

}  // namespace prome::engine
