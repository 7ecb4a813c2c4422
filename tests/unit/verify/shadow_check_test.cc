#include "verify/shadow_check.h"

#include <gtest/gtest.h>

namespace prome::verify {
namespace {

Result<Answer> valued(const std::string& value) {
  return parseAnswer(
      200, R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1,")" +
               value + "\"]}]}}");
}

Result<Answer> error(int status, const std::string& type) {
  return parseAnswer(status, R"({"status":"error","errorType":")" + type + R"(","error":"why"})");
}

ShadowVerdict checked(const Result<Answer>& oracle, const Result<Answer>& router) {
  return checkLiveQuery([&](const Question&) { return oracle; }, [&](const Question&) { return router; },
                        {.query = "x", .start_ms = 1000});
}

TEST(ShadowCheck, AnswersAreCompared) {
  EXPECT_EQ(checked(valued("1"), valued("1")).result, ShadowResult::kSame);
  EXPECT_EQ(checked(valued("1"), valued("1")).reason, "");
  EXPECT_EQ(checked(valued("1"), valued("2")).result, ShadowResult::kDifferent);
  EXPECT_NE(checked(valued("1"), valued("2")).reason, "");
  EXPECT_EQ(checked(error(400, "bad_data"), error(400, "bad_data")).result, ShadowResult::kSame);
  EXPECT_EQ(checked(error(422, "execution"), error(422, "execution")).result, ShadowResult::kSame);
  EXPECT_EQ(checked(valued("1"), error(422, "execution")).result, ShadowResult::kDifferent);
  EXPECT_EQ(checked(error(400, "bad_data"), valued("1")).result, ShadowResult::kDifferent);
  EXPECT_EQ(checked(valued("1"), error(500, "internal")).result, ShadowResult::kDifferent);
  EXPECT_EQ(checked(valued("1"), valued("2")).oracle, OracleState::kAnswered);
}

TEST(ShadowCheck, AnOracleThatWaversLeavesItOpen) {
  int asked = 0;
  const Ask oracle = [&](const Question&) { return valued(std::to_string(asked++ % 2)); };
  const Ask router = [](const Question&) { return valued("5"); };
  EXPECT_EQ(checkLiveQuery(oracle, router, {.query = "x"}).result, ShadowResult::kOpen);
}

TEST(ShadowCheck, AnOracleThatCannotIsAnErrorAndNoDifference) {
  for (const ErrorKind kind : {ErrorKind::kUnavailable, ErrorKind::kTimeout, ErrorKind::kInternal}) {
    const ShadowVerdict verdict = checked(fail(kind, "why"), valued("1"));
    EXPECT_EQ(verdict.result, ShadowResult::kError);
    EXPECT_EQ(verdict.oracle, OracleState::kFailed);
    EXPECT_EQ(verdict.reason, "oracle: why");
  }
  for (const std::string type : {"timeout", "canceled", "unavailable", "internal"}) {
    const ShadowVerdict verdict = checked(error(503, type), valued("1"));
    EXPECT_EQ(verdict.result, ShadowResult::kError) << type;
    EXPECT_EQ(verdict.oracle, OracleState::kAnswered) << type;
  }
  const ShadowVerdict refused = checked(parseAnswer(401, "who are you"), valued("1"));
  EXPECT_EQ(refused.result, ShadowResult::kError);
  EXPECT_EQ(refused.oracle, OracleState::kFailed);
  EXPECT_EQ(refused.reason, "oracle: 401 who are you");
}

TEST(ShadowCheck, ARouterThatCannotIsAnErrorAndNoDifference) {
  const ShadowVerdict verdict = checked(valued("1"), fail(ErrorKind::kTimeout, "why"));
  EXPECT_EQ(verdict.result, ShadowResult::kError);
  EXPECT_EQ(verdict.oracle, OracleState::kAnswered);
  EXPECT_EQ(verdict.reason, "router: why");
  for (const std::string type : {"timeout", "canceled", "unavailable"})
    EXPECT_EQ(checked(valued("1"), error(503, type)).result, ShadowResult::kError) << type;
}

TEST(ShadowCheck, APartialAnswerIsAnErrorAndNoDifference) {
  auto partial = valued("1");
  partial->grade = Grade::kPartial;
  EXPECT_EQ(checked(valued("2"), partial).result, ShadowResult::kError);
  EXPECT_EQ(checked(valued("2"), partial).reason, "router: a partial answer");
}

TEST(ShadowCheck, AnOracleThatFailsWhenItIsAskedAgain) {
  int asked = 0;
  const Ask oracle = [&](const Question&) -> Result<Answer> {
    if (asked++ > 0) return fail(ErrorKind::kUnavailable, "gone");
    return valued("1");
  };
  const Ask router = [](const Question&) { return valued("5"); };
  const ShadowVerdict verdict = checkLiveQuery(oracle, router, {.query = "x"});
  EXPECT_EQ(verdict.result, ShadowResult::kError);
  EXPECT_EQ(verdict.oracle, OracleState::kFailed);
}

TEST(ShadowCheck, TooLargeIsSkippedAndTheEndDropped) {
  const auto large = fail(ErrorKind::kExecution, "large");
  EXPECT_EQ(checked(large, valued("1")).result, ShadowResult::kSkipped);
  EXPECT_EQ(checked(large, valued("1")).oracle, OracleState::kNotTold);
  EXPECT_EQ(checked(valued("1"), large).result, ShadowResult::kSkipped);
  EXPECT_EQ(checked(fail(ErrorKind::kCanceled, "end"), valued("1")).result, ShadowResult::kDropped);
  EXPECT_EQ(checked(valued("1"), fail(ErrorKind::kCanceled, "end")).result, ShadowResult::kDropped);
}

}  // namespace
}  // namespace prome::verify
