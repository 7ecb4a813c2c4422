#include "engine/binary_arithmetic.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "engine/column.h"

namespace prome::engine {
namespace {

using promql::BinaryOp;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Every pair of these, at an even and at an odd place of the columns, and where an odd column ends.
const std::vector<double> kValues{
    0, -0.0, 1, -1, 2.5, 1e308, 5e-324, kInfinity, -kInfinity, model::kNormalNaN, kAbsent};

/// By the definition; absent where a comparison does not hold.
double expected(BinaryOp op, ComparisonValue comparison, double lhs, double rhs) {
  if (isAbsent(lhs) || isAbsent(rhs)) return kAbsent;
  const auto compared = [&](bool holds) {
    if (comparison == ComparisonValue::kZeroOne) return holds ? 1.0 : 0.0;
    if (!holds) return kAbsent;
    return comparison == ComparisonValue::kLeft ? lhs : rhs;
  };
  switch (op) {
    case BinaryOp::kAdd:
      return lhs + rhs;
    case BinaryOp::kSub:
      return lhs - rhs;
    case BinaryOp::kMul:
      return lhs * rhs;
    case BinaryOp::kDiv:
      return lhs / rhs;
    case BinaryOp::kEqual:
      return compared(lhs == rhs);
    case BinaryOp::kNotEqual:
      return compared(lhs != rhs);
    case BinaryOp::kGreater:
      return compared(lhs > rhs);
    case BinaryOp::kLess:
      return compared(lhs < rhs);
    case BinaryOp::kGreaterEqual:
      return compared(lhs >= rhs);
    case BinaryOp::kLessEqual:
      return compared(lhs <= rhs);
    default:
      return kAbsent;
  }
}

void expectSame(double actual, double wanted) {
  EXPECT_EQ(isAbsent(actual), isAbsent(wanted));
  if (std::isnan(wanted)) {
    EXPECT_TRUE(std::isnan(actual));
  } else {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(actual), std::bit_cast<std::uint64_t>(wanted));
  }
}

void checkColumns(BinaryOp op, ComparisonValue comparison, std::size_t shift) {
  std::vector<double> lhs(shift, 3);
  std::vector<double> rhs(shift, 4);
  for (const double left : kValues) {
    for (const double right : kValues) {
      lhs.push_back(left);
      rhs.push_back(right);
    }
  }
  std::vector<double> out(lhs.size());
  floatKernel(op, comparison)(lhs, rhs, out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    SCOPED_TRACE(testing::Message() << lhs[i] << " and " << rhs[i]);
    expectSame(out[i], expected(op, comparison, lhs[i], rhs[i]));
  }
  std::vector<double> in_place = rhs;
  floatKernel(op, comparison)(lhs, in_place, in_place);
  for (std::size_t i = 0; i < out.size(); ++i) expectSame(in_place[i], out[i]);
}

TEST(FloatKernel, TakesColumnsAsItTakesValues) {
  for (const BinaryOp op :
       {BinaryOp::kAdd, BinaryOp::kSub, BinaryOp::kMul, BinaryOp::kDiv, BinaryOp::kEqual, BinaryOp::kNotEqual,
        BinaryOp::kGreater, BinaryOp::kLess, BinaryOp::kGreaterEqual, BinaryOp::kLessEqual}) {
    for (const auto comparison :
         {ComparisonValue::kLeft, ComparisonValue::kRight, ComparisonValue::kZeroOne}) {
      SCOPED_TRACE(testing::Message() << "operator " << static_cast<int>(op));
      for (const std::size_t shift : {0U, 1U}) checkColumns(op, comparison, shift);
    }
  }
}

}  // namespace
}  // namespace prome::engine
