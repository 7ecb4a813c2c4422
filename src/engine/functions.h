// Function calls: their operands, and the operator of each.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "engine/leaf_source.h"
#include "engine/operator.h"

namespace prome::engine {

/// An argument: a scalar or instant vector, a range vector, or a string literal's text.
using Operand = std::variant<OperatorPtr, RangeOperand, std::string_view>;

/// The operator of `place.expr`, a Call, over operands of the argument types its signature names (as many as
/// were written; null for info's matchers, which are read from the expression). Not asked for `timestamp` of
/// a bare selector, nor for `start_timestamp` of one where start times are used. Only `info` uses `leaves`.
Result<OperatorPtr> makeFunction(const Place& place, std::vector<Operand> operands, LeafSource& leaves);

}  // namespace prome::engine
