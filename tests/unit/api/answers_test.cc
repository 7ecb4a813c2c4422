#include "api/answers.h"

#include <gtest/gtest.h>

#include <limits>
#include <memory>
#include <string>

namespace prome::api {
namespace {

TEST(Answers, Envelopes) {
  EXPECT_EQ(errorBody({ErrorKind::kBadData, "1:3: <bad> \"x\""}),
            R"({"status":"error","errorType":"bad_data","error":"1:3: \u003cbad\u003e \"x\""})");
  EXPECT_EQ(successBody("[1]"), R"({"status":"success","data":[1]})");
  EXPECT_EQ(emptyResult("vector"), R"({"resultType":"vector","result":[]})");
}

TEST(Answers, OnesOfAnInstant) {
  EXPECT_EQ(
      onesResult({{"cluster", "a\""}, {"job", "x"}}, {.start = 1500, .end = 1500, .step = 0}),
      R"({"resultType":"vector","result":[{"metric":{"cluster":"a\"","job":"x"},"value":[1.500,"1"]}]})");
  EXPECT_EQ(onesResult({}, {}), R"({"resultType":"vector","result":[{"metric":{},"value":[0,"1"]}]})");
}

TEST(Answers, OnesOfARange) {
  EXPECT_EQ(onesResult({}, {.start = 1000, .end = 3999, .step = 1000}),
            R"({"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"],[2,"1"],[3,"1"]]}]})");
  EXPECT_EQ(onesResult({}, {.start = 1000, .end = 1000, .step = 1000}),
            R"({"resultType":"matrix","result":[{"metric":{},"values":[[1,"1"]]}]})");
  EXPECT_EQ(onesResult({}, {.start = -1500, .end = 0, .step = 1000}),
            R"({"resultType":"matrix","result":[{"metric":{},"values":[[-1.500,"1"],[-0.500,"1"]]}]})");
}

/// The step after the last one is more than an int64 holds.
TEST(Answers, OnesAtTheEndOfTime) {
  constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(onesResult({}, {.start = kLast - 1, .end = kLast, .step = 1000}),
            R"({"resultType":"matrix","result":[{"metric":{},"values":[[9223372036854775.806,"1"]]}]})");
}

TEST(Answers, CommonFields) {
  const auto exchange = std::make_unique<http::Exchange>();
  const std::string plain = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  http::parseRequestHead(plain, exchange->head);
  EXPECT_EQ(commonFields(*exchange), "Vary: Accept-Encoding, Origin\r\n");
  const std::string cors = "GET / HTTP/1.1\r\nHost: h\r\nOrigin: http://x\r\n\r\n";
  http::parseRequestHead(cors, exchange->head);
  EXPECT_TRUE(
      commonFields(*exchange).starts_with("Vary: Accept-Encoding, Origin\r\nAccess-Control-Allow-Headers: "));
  EXPECT_NE(commonFields(*exchange).find("\r\nAccess-Control-Allow-Origin: *\r\n"), std::string::npos);
}

}  // namespace
}  // namespace prome::api
