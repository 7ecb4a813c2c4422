// The operators behind makeBinary() and makeUnary(), one for each shape of operands.
#pragma once

#include <cstdint>

#include "engine/operator.h"

namespace prome::engine {

enum class Side : std::uint8_t { kLeft, kRight };

/// Two scalars.
OperatorPtr makeScalarBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs);
/// A vector and, on `scalar_side`, a scalar.
OperatorPtr makeVectorScalarBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs, Side scalar_side);
/// Two vectors: arithmetic, comparisons, trims.
OperatorPtr makeVectorBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs);
/// Two vectors: `and`, `or`, `unless`.
OperatorPtr makeSetBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs);

/// The error of an operation whose right side, looked at first here, failed with `rhs_error`: Prometheus
/// evaluates the left side first, so the left side's error where it has one too.
Error errorOfBoth(Operator& lhs, Error rhs_error);

}  // namespace prome::engine
