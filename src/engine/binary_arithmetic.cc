// The operator is chosen once per operation, so that a step's loop is a load, a test, an operation and a
// store. Cheap operations are computed for absent operands too and the result is not used: that has no
// branches.
#include "engine/binary_arithmetic.h"

#include <cassert>
#include <cmath>
#include <cstddef>
#include <functional>
#include <utility>

#include "base/go_math.h"
#include "base/lanes.h"
#include "engine/column.h"

namespace prome::engine {
namespace {

using promql::BinaryOp;

// Without a branch.
bool eitherAbsent(double lhs, double rhs) {
  return (unsigned{isAbsent(lhs)} | unsigned{isAbsent(rhs)}) != 0;
}

struct Power {
  double operator()(double lhs, double rhs) const { return go_math::pow(lhs, rhs); }
};
struct Modulo {
  double operator()(double lhs, double rhs) const { return go_math::mod(lhs, rhs); }
};
struct ArcTangent {
  double operator()(double lhs, double rhs) const { return go_math::atan2(lhs, rhs); }
};

LaneMask eitherAbsent(Lanes lhs, Lanes rhs) {
  return isAbsentLane(lhs) | isAbsentLane(rhs);
}

bool eitherNaN(double lhs, double rhs) {
  return std::isunordered(lhs, rhs);
}
bool eitherNaN(Lanes lhs, Lanes rhs) {
  return any((lhs != lhs) | (rhs != rhs));
}

// An absent operand is a NaN, and looking for NaNs is the cheaper look.
template <class V>
V absentWhereEitherIs(V lhs, V rhs, V value) {
  return eitherNaN(lhs, rhs) ? select(eitherAbsent(lhs, rhs), splat<V>(kAbsent), value) : value;
}

template <class Operation>
void cheapKernel(std::span<const double> lhs, std::span<const double> rhs, std::span<double> out) {
  const Operation operation;
  const double* left = lhs.data();
  const double* right = rhs.data();
  double* result = out.data();
  forLanes(out.size(), [=]<class V>(std::size_t at, std::type_identity<V>) {
    const V a = load<V>(left + at);
    const V b = load<V>(right + at);
    store<V>(result + at, absentWhereEitherIs<V>(a, b, operation(a, b)));
  });
}

template <class Operation>
void costlyKernel(std::span<const double> lhs, std::span<const double> rhs, std::span<double> out) {
  const Operation operation;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = eitherAbsent(lhs[i], rhs[i]) ? kAbsent : operation(lhs[i], rhs[i]);
  }
}

template <class Comparison, ComparisonValue kValue>
void comparisonKernel(std::span<const double> lhs, std::span<const double> rhs, std::span<double> out) {
  const Comparison holds;
  const double* left = lhs.data();
  const double* right = rhs.data();
  double* result = out.data();
  forLanes(out.size(), [=]<class V>(std::size_t at, std::type_identity<V>) {
    const V a = load<V>(left + at);
    const V b = load<V>(right + at);
    V value{};
    if constexpr (kValue == ComparisonValue::kZeroOne) {
      value = select(holds(a, b), splat<V>(1), V{});
    } else {
      value = select(holds(a, b), kValue == ComparisonValue::kLeft ? a : b, splat<V>(kAbsent));
    }
    store<V>(result + at, absentWhereEitherIs(a, b, value));
  });
}

template <class Comparison>
FloatKernel comparisonOf(ComparisonValue value) {
  switch (value) {
    case ComparisonValue::kLeft:
      return comparisonKernel<Comparison, ComparisonValue::kLeft>;
    case ComparisonValue::kRight:
      return comparisonKernel<Comparison, ComparisonValue::kRight>;
    case ComparisonValue::kZeroOne:
      return comparisonKernel<Comparison, ComparisonValue::kZeroOne>;
  }
  std::unreachable();
}

}  // namespace

FloatKernel floatKernel(BinaryOp op, ComparisonValue comparison) {
  switch (op) {
    case BinaryOp::kAdd:
      return cheapKernel<std::plus<>>;
    case BinaryOp::kSub:
      return cheapKernel<std::minus<>>;
    case BinaryOp::kMul:
      return cheapKernel<std::multiplies<>>;
    case BinaryOp::kDiv:
      return cheapKernel<std::divides<>>;
    case BinaryOp::kMod:
      return costlyKernel<Modulo>;
    case BinaryOp::kPow:
      return costlyKernel<Power>;
    case BinaryOp::kAtan2:
      return costlyKernel<ArcTangent>;
    case BinaryOp::kEqual:
      return comparisonOf<std::equal_to<>>(comparison);
    case BinaryOp::kNotEqual:
      return comparisonOf<std::not_equal_to<>>(comparison);
    case BinaryOp::kGreater:
      return comparisonOf<std::greater<>>(comparison);
    case BinaryOp::kLess:
      return comparisonOf<std::less<>>(comparison);
    case BinaryOp::kGreaterEqual:
      return comparisonOf<std::greater_equal<>>(comparison);
    case BinaryOp::kLessEqual:
      return comparisonOf<std::less_equal<>>(comparison);
    case BinaryOp::kAnd:
    case BinaryOp::kOr:
    case BinaryOp::kUnless:
    case BinaryOp::kTrimUpper:
    case BinaryOp::kTrimLower:
      break;
  }
  assert(false);
  return nullptr;
}

void negate(std::span<const double> values, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = isAbsent(values[i]) ? kAbsent : -values[i];
}

}  // namespace prome::engine
