#include "verify/verification.h"

#include <gtest/gtest.h>

#include <deque>

namespace prome::verify {
namespace {

Answer vectorOf(const std::string& value, Grade grade = Grade::kExact) {
  auto answer = parseAnswer(
      200, R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,")" +
               value + "\"]}]}}");
  answer->grade = grade;
  return *answer;
}

/// Answers one after the other, the last one again and again.
Ask answering(std::deque<Answer> answers) {
  return [answers](const Question&) mutable {
    Answer answer = answers.front();
    if (answers.size() > 1) answers.pop_front();
    return Result<Answer>(answer);
  };
}

Ask failing() {
  return [](const Question&) { return Result<Answer>(fail(ErrorKind::kUnavailable, "refused")); };
}

TEST(Verification, CountsWhatDiffers) {
  Verification verification(answering({vectorOf("1")}), answering({vectorOf("1"), vectorOf("2")}));
  EXPECT_EQ(verification.check({.query = "x"})->outcome, Outcome::kSame);
  EXPECT_EQ(verification.check({.query = "x"})->outcome, Outcome::kDifferent);
  EXPECT_EQ(closingLine(verification.tally()),
            "2 compared, 1 differ (0 left open, 0 errors, 0 empty, 0 rounding)");
}

TEST(Verification, AnOracleThatWaversLeavesItOpen) {
  Verification once(answering({vectorOf("1"), vectorOf("2"), vectorOf("1")}), answering({vectorOf("2")}));
  EXPECT_EQ(once.check({.query = "x"})->outcome, Outcome::kLeftOpen);
  Verification never(answering({vectorOf("1"), vectorOf("2"), vectorOf("1")}), answering({vectorOf("3")}));
  EXPECT_EQ(never.check({.query = "x"})->outcome, Outcome::kLeftOpen);
}

TEST(Verification, AnOracleThatWaversInLastDigitsLeavesThese) {
  const std::deque<Answer> oracle{vectorOf("1"), vectorOf("1.0000000000000002"), vectorOf("1")};
  Verification near(answering(oracle), answering({vectorOf("0.9999999999999999")}));
  EXPECT_EQ(near.check({.query = "x"})->outcome, Outcome::kSame);
  Verification far(answering(oracle), answering({vectorOf("1.1")}));
  EXPECT_EQ(far.check({.query = "x"})->outcome, Outcome::kDifferent);
}

TEST(Verification, TheRoutersGradeCounts) {
  Verification verification(answering({vectorOf("1")}),
                            answering({vectorOf("1.0000000000000002", Grade::kRounding)}));
  EXPECT_EQ(verification.check({.query = "sum(x)"})->outcome, Outcome::kSame);
  EXPECT_EQ(verification.tally().rounding, 1u);
}

TEST(Verification, ARouterThatCannotBeAskedDiffers) {
  Verification verification(answering({vectorOf("1")}), failing());
  const auto verdict = verification.check({.query = "x"});
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->outcome, Outcome::kDifferent);
  EXPECT_EQ(verdict->reason, "router: refused");
}

TEST(Verification, AnOracleThatTakesTooLongLeavesItOpen) {
  Verification verification([](const Question&) { return Result<Answer>(fail(ErrorKind::kTimeout, "late")); },
                            answering({vectorOf("1")}));
  const auto verdict = verification.check({.query = "x"});
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->outcome, Outcome::kLeftOpen);
  EXPECT_EQ(verification.tally().left_open, 1u);
}

TEST(Verification, AnOracleThatCannotBeAskedFails) {
  Verification verification(failing(), answering({vectorOf("1")}));
  EXPECT_FALSE(verification.check({.query = "x"}).has_value());
  EXPECT_EQ(verification.tally().compared, 0u);
}

}  // namespace
}  // namespace prome::verify
