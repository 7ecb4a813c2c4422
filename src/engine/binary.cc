#include "engine/binary.h"

#include <utility>

#include "engine/binary_operators.h"

namespace prome::engine {

Result<OperatorPtr> makeBinary(const Place& place, OperatorPtr lhs, OperatorPtr rhs) {
  using promql::BinaryOp;
  const auto& binary = *promql::as<promql::BinaryExpr>(place.expr);
  const bool scalar_left = binary.lhs->type == promql::ValueType::kScalar;
  const bool scalar_right = binary.rhs->type == promql::ValueType::kScalar;
  if (scalar_left && scalar_right) return makeScalarBinary(place, std::move(lhs), std::move(rhs));
  if (scalar_left || scalar_right) {
    const Side side = scalar_left ? Side::kLeft : Side::kRight;
    return makeVectorScalarBinary(place, std::move(lhs), std::move(rhs), side);
  }
  switch (binary.op) {
    case BinaryOp::kAnd:
    case BinaryOp::kOr:
    case BinaryOp::kUnless:
      return makeSetBinary(place, std::move(lhs), std::move(rhs));
    default:
      return makeVectorBinary(place, std::move(lhs), std::move(rhs));
  }
}

Error errorOfBoth(Operator& lhs, Error rhs_error) {
  while (true) {
    Series series;
    const Result<bool> more = lhs.next(series);
    if (!more) return more.error();
    if (!*more) return rhs_error;
  }
}

}  // namespace prome::engine
