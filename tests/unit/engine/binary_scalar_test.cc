#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/go_math.h"
#include "binary_fixture.h"
#include "engine/binary_arithmetic.h"

namespace prome::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

double apply(promql::BinaryOp op, double lhs, double rhs,
             ComparisonValue comparison = ComparisonValue::kZeroOne) {
  double result = 0;
  floatKernel(op, comparison)({&lhs, 1}, {&rhs, 1}, {&result, 1});
  return result;
}

TEST(FloatKernel, ComputesAsIeee754) {
  using promql::BinaryOp;
  EXPECT_EQ(apply(BinaryOp::kAdd, 1, 2), 3);
  EXPECT_EQ(apply(BinaryOp::kSub, 1, 2), -1);
  EXPECT_EQ(apply(BinaryOp::kMul, 3, 2), 6);
  EXPECT_EQ(apply(BinaryOp::kDiv, 1, 0), kInf);
  EXPECT_TRUE(std::isnan(apply(BinaryOp::kDiv, 0, 0)));
  EXPECT_EQ(apply(BinaryOp::kMod, -7, 3), -1);
  EXPECT_TRUE(std::signbit(apply(BinaryOp::kMod, -6, 3)));
  EXPECT_TRUE(std::isnan(apply(BinaryOp::kMod, 1, 0)));
  EXPECT_EQ(apply(BinaryOp::kMod, 5, kInf), 5);
  EXPECT_EQ(apply(BinaryOp::kPow, 2, 10), 1024);
  EXPECT_EQ(apply(BinaryOp::kPow, kNaN, 0), 1);
  EXPECT_EQ(apply(BinaryOp::kPow, -1, kInf), 1);
  EXPECT_EQ(apply(BinaryOp::kPow, -0.0, -3), -kInf);
  EXPECT_EQ(apply(BinaryOp::kPow, 2, -1100), 0);
  EXPECT_TRUE(std::isnan(apply(BinaryOp::kPow, -8, 1.0 / 3)));
  EXPECT_EQ(apply(BinaryOp::kAtan2, 0, -1), 3.141592653589793);
  EXPECT_EQ(apply(BinaryOp::kAtan2, -kInf, -kInf), -2.356194490192345);
}

// Go's Pow multiplies where libm's rounds once: the last bit differs.
TEST(FloatKernel, RoundsPowersAsGo) {
  EXPECT_EQ(go_math::pow(10, -5), 1.0000000000000001e-05);
  EXPECT_EQ(go_math::pow(1.1, 10), 2.593742460100002);
  EXPECT_EQ(go_math::pow(0x1p-1074, 0.5), 0x1p-537);
  EXPECT_EQ(go_math::pow(1.0000000000000002, 0x1p62), kInf);
}

TEST(FloatKernel, ComparesNaNAsUnequalToAll) {
  using promql::BinaryOp;
  EXPECT_EQ(apply(BinaryOp::kEqual, kNaN, kNaN), 0);
  EXPECT_EQ(apply(BinaryOp::kNotEqual, kNaN, kNaN), 1);
  EXPECT_EQ(apply(BinaryOp::kLess, kNaN, 1), 0);
  EXPECT_EQ(apply(BinaryOp::kGreaterEqual, 1, 1), 1);
  EXPECT_EQ(apply(BinaryOp::kLessEqual, 2, 1), 0);
  EXPECT_EQ(apply(BinaryOp::kGreater, 2, 1), 1);
}

TEST(FloatKernel, KeepsAnOperandWhereAComparisonHolds) {
  using promql::BinaryOp;
  EXPECT_EQ(apply(BinaryOp::kLess, 1, 2, ComparisonValue::kLeft), 1);
  EXPECT_EQ(apply(BinaryOp::kLess, 1, 2, ComparisonValue::kRight), 2);
  EXPECT_TRUE(isAbsent(apply(BinaryOp::kLess, 2, 1, ComparisonValue::kLeft)));
}

TEST(FloatKernel, GivesNothingOfNothing) {
  using promql::BinaryOp;
  for (auto op = BinaryOp::kAdd; op <= BinaryOp::kLessEqual;
       op = static_cast<BinaryOp>(static_cast<int>(op) + 1)) {
    for (const auto comparison :
         {ComparisonValue::kLeft, ComparisonValue::kRight, ComparisonValue::kZeroOne}) {
      EXPECT_TRUE(isAbsent(apply(op, kNone, 1, comparison))) << static_cast<int>(op);
      EXPECT_TRUE(isAbsent(apply(op, 1, kNone, comparison))) << static_cast<int>(op);
      EXPECT_TRUE(isAbsent(apply(op, kNone, kNone, comparison))) << static_cast<int>(op);
    }
  }
}

TEST(ScalarBinary, ComputesAtEveryStep) {
  EXPECT_THAT(Operation("1 - 2", 3).of({at({}, {1, 2, kNaN})}, {at({}, {4, 1, 1})}).series,
              ElementsAre("{} -3 1 NaN"));
  EXPECT_THAT(Operation("1 > bool 2", 3).of({at({}, {1, 2, kNaN})}, {at({}, {4, 1, 1})}).series,
              ElementsAre("{} 0 1 0"));
}

TEST(VectorScalar, AppliesTheScalarOfEachStep) {
  const Answered answered = Operation("a / 2", 3)
                                .of({at({{"__name__", "a"}, {"x", "1"}}, {8, kNone, 9}),
                                     at({{"__name__", "a"}, {"x", "2"}}, {kNone, 5, 1})},
                                    {at({}, {2, 0, 3})});
  EXPECT_THAT(answered.series, ElementsAre("{x=\"1\"} 4 - 3", "{x=\"2\"} - inf 0.333333"));
}

TEST(VectorScalar, TakesTheScalarFromTheLeft) {
  EXPECT_THAT(Operation("2 - a", 2).of({at({}, {10, 20})}, {at({{"x", "1"}}, {1, 2})}).series,
              ElementsAre("{x=\"1\"} 9 18"));
}

TEST(VectorScalar, KeepsTheVectorsValueAndNameInAComparison) {
  const model::Labels labels{{"__name__", "a"}, {"x", "1"}};
  EXPECT_THAT(Operation("a > 2", 3).of({at(labels, {1, 3, kNone})}, {at({}, {2, 2, 2})}).series,
              ElementsAre("a{x=\"1\"} - 3 -"));
  EXPECT_THAT(Operation("2 < a", 3).of({at({}, {2, 2, 2})}, {at(labels, {1, 3, kNone})}).series,
              ElementsAre("a{x=\"1\"} - 3 -"));
}

TEST(VectorScalar, GivesZeroOrOneAndNoNameWithBool) {
  const model::Labels labels{{"__name__", "a"}, {"x", "1"}};
  EXPECT_THAT(Operation("a > bool 2", 3).of({at(labels, {1, 3, kNone})}, {at({}, {2, 2, 2})}).series,
              ElementsAre("{x=\"1\"} 0 1 -"));
  EXPECT_THAT(Operation("2 >= bool a", 3).of({at({}, {2, 2, 2})}, {at(labels, {1, 3, kNone})}).series,
              ElementsAre("{x=\"1\"} 1 0 -"));
}

TEST(VectorScalar, MarksTheNameWhereItIsRemovedLate) {
  const model::Labels labels{{"__name__", "a"}};
  for (const char* text : {"a + 2", "a > bool 2", "a atan2 2"}) {
    const Answered answered = Operation(text, 1, delayedNames()).of({at(labels, {3})}, {at({}, {2})});
    EXPECT_THAT(answered.drop_name, ElementsAre(true)) << text;
    EXPECT_TRUE(answered.series[0].starts_with("a ")) << text;
  }
  EXPECT_THAT(Operation("a > 2", 1, delayedNames()).of({at(labels, {3})}, {at({}, {2})}).drop_name,
              ElementsAre(false));
}

TEST(VectorScalar, DropsTypeAndUnitWithTheNameInPrometheus3) {
  const model::Labels labels{{"__name__", "a"}, {"__type__", "counter"}, {"__unit__", "s"}, {"x", "1"}};
  EXPECT_THAT(Operation("a + 2", 1).of({at(labels, {3})}, {at({}, {2})}).series, ElementsAre("{x=\"1\"} 5"));
  EXPECT_THAT(Operation("a + 2", 1, prometheus2()).of({at(labels, {3})}, {at({}, {2})}).series,
              ElementsAre("{__type__=\"counter\", __unit__=\"s\", x=\"1\"} 5"));
}

TEST(VectorScalar, KeepsTheNameUnderAtan2InPrometheus2) {
  const model::Labels labels{{"__name__", "a"}};
  EXPECT_THAT(Operation("a atan2 1", 1, prometheus2()).of({at(labels, {0})}, {at({}, {1})}).series,
              ElementsAre("a 0"));
  EXPECT_THAT(Operation("a atan2 1", 1).of({at(labels, {0})}, {at({}, {1})}).series, ElementsAre("{} 0"));
}

// Prometheus evaluates the left side first.
TEST(VectorScalar, ReportsTheLeftSidesErrorOfTwo) {
  Operation operation("a + 1", 1);
  EXPECT_EQ(operation.ofOperators(operation.failing({}, "left"), operation.failing({}, "right")).error,
            "left");
  EXPECT_EQ(operation.ofOperators(operation.given({at({}, {1})}), operation.failing({}, "right")).error,
            "right");
  Operation swapped("1 + a", 1);
  EXPECT_EQ(swapped.ofOperators(swapped.failing({}, "left"), swapped.failing({}, "right")).error, "left");
}

TEST(Negation, DropsTheNameAndTurnsSigns) {
  const Answered answered =
      Operation("-a", 4).of({at({{"__name__", "a"}, {"x", "1"}}, {1, kNone, -2, kNaN})});
  EXPECT_THAT(answered.series, ElementsAre("{x=\"1\"} -1 - 2 NaN"));
  EXPECT_THAT(Operation("-a", 1, delayedNames()).of({at({{"__name__", "a"}}, {1})}).series,
              ElementsAre("a -1"));
  EXPECT_THAT(Operation("-a", 1, delayedNames()).of({at({{"__name__", "a"}}, {1})}).drop_name,
              ElementsAre(true));
}

TEST(Negation, LeavesAllAsItIsForPlus) {
  EXPECT_THAT(Operation("+a", 2).of({at({{"__name__", "a"}}, {1, kNone})}).series, ElementsAre("a 1 -"));
  EXPECT_THAT(Operation("-a", 2).of(std::vector<GivenSeries>{}).series, IsEmpty());
}

}  // namespace
}  // namespace prome::engine::testing
