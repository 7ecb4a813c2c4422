// Aggregations: sum, avg, count, ... over the groups of a vector, at every step.
#pragma once

#include "engine/operator.h"

namespace prome::engine {

/// The operator of `place.expr`, an AggregateExpr. `param` is the scalar parameter's operator, null for those
/// without and for count_values (whose label is a string literal in the expression).
Result<OperatorPtr> makeAggregation(const Place& place, OperatorPtr input, OperatorPtr param);

}  // namespace prome::engine
