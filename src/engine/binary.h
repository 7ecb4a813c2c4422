// Binary and unary operators on scalars and vectors: arithmetic, comparison, sets.
#pragma once

#include "engine/operator.h"

namespace prome::engine {

/// The operator of `place.expr`, a BinaryExpr; a side is a scalar or a vector as its expression's type says.
Result<OperatorPtr> makeBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs);

/// The operator of `place.expr`, a UnaryExpr.
Result<OperatorPtr> makeUnary(const Place& place, OperatorPtr operand);

}  // namespace prome::engine
