// Answers that are errors, and those that are none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "decoding.h"

namespace prome::querier {
namespace {

using engine::StepGrid;
using testing::decode;
using testing::Decoded;
using ::testing::HasSubstr;

constexpr StepGrid kGrid{.start_ms = 0, .end_ms = 30'000, .step_ms = 15'000};
constexpr StepGrid kInstant = {.start_ms = 0, .end_ms = 0, .step_ms = 1};

/// The error there is, whatever pieces the answer comes in.
Decoded failing(const std::string& answer, const StepGrid& grid = kGrid) {
  Decoded whole = decode(answer, grid, answer.size());
  EXPECT_TRUE(whole.error) << answer;
  for (std::size_t piece = 1; piece < answer.size(); ++piece) {
    const Decoded decoded = decode(answer, grid, piece);
    EXPECT_TRUE(decoded.error) << answer << " in pieces of " << piece;
    if (decoded.error && whole.error) {
      EXPECT_EQ(decoded.error->kind, whole.error->kind) << answer << " in pieces of " << piece;
    }
  }
  return whole;
}

ErrorKind kindOf(const Decoded& decoded) {
  return decoded.error.value_or(Error{}).kind;
}

std::string matrix(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + series + "]}}";
}

TEST(AnswerErrors, TheShardsOwn) {
  Decoded decoded =
      failing(R"({"status":"error","errorType":"bad_data","error":"invalid parameter \"query\": 1:2"})");
  EXPECT_EQ(*decoded.error, (Error{ErrorKind::kBadData, "invalid parameter \"query\": 1:2"}));
  EXPECT_TRUE(decoded.is_shard_error);
  decoded = failing(R"({"error":"e","warnings":["w"],"errorType":"timeout","data":null,"status":"error"})");
  EXPECT_EQ(*decoded.error, (Error{ErrorKind::kTimeout, "e"}));
  decoded = failing(R"({"status":"error","errorType":"422","error":"e"})");
  EXPECT_EQ(kindOf(decoded), ErrorKind::kExecution);
}

TEST(AnswerErrors, NoJson) {
  const char* const kSeries = R"({"metric":{"a":"b"},"values":[[0,"1"],[15,"2"]]})";
  const std::string whole = matrix(kSeries);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Decoded decoded = decode(whole.substr(0, size), kGrid, 7);
    EXPECT_EQ(kindOf(decoded), ErrorKind::kUnavailable) << size;
    EXPECT_FALSE(decoded.is_shard_error);
  }
  for (const char* const series :
       {"1",
        "[]",
        "{}",
        "{,}",
        R"({"metric":[]})",
        R"({"metric":{"a":1}})",
        R"({"metric":{"a" "b"}})",
        R"({"metric":{"a":"b",}})",
        R"({"metric":{},"values":{}})",
        R"({"metric":{},"values":[[0,1]]})",
        R"({"metric":{},"values":[[0,"1"])",
        R"({"metric":{},"values":[[0,"1"],]})",
        R"({"metric":{},"values":[,[0,"1"]]})",
        R"({"metric":{},"values":[[0,"1"][15,"2"]]})",
        R"({"metric":{},"values":[["0","1"]]})",
        R"({"metric":{},"values":[[0,"x"]]})",
        R"({"metric":{},"values":[[0,"1",2]]})",
        R"({"metric":{},"values":[[0,"1e999"]]})",
        R"({"metric":{},"values":[[0,""]]})",
        R"({"metric":{},"values":[[,"1"]]})",
        R"({"metric":{},"value":[0,"1"],"values":[]})",
        R"({"metric":{},"values":[],"values":[]})",
        R"({"values":[[0,"1"]]})",
        R"({"metric":{"a":"b","a":"c"}})",
        R"({"metric":{}}{"metric":{}})",
        R"({"metric":{},"histograms":[[0,{"count":"1"}]]})",
        R"({"metric":{},"x":[}]})",
        R"({"metric":{},"histograms":[[0,{"count":"1","sum":"1","buckets":[[4,"1","2","1"]]}]]})",
        R"({"metric":{"a":"\x"}})"}) {
    EXPECT_EQ(kindOf(failing(matrix(series))), ErrorKind::kUnavailable) << series;
  }
  for (const char* const answer :
       {"x", "[]", "null", R"({"status":"success"})", R"({"status":"success","data":{}})",
        R"({"status":"success","data":{"result":[]}})",
        R"({"status":"success","data":{"resultType":"matrix"}})",
        R"({"status":"maybe","data":{"resultType":"matrix","result":[]}})",
        R"({"data":{"resultType":"matrix","result":[]}})",
        R"({"status":"success","data":{"resultType":"matrix","result":[]}}x)",
        R"({"status":"success","data":{"resultType":"matrix","result":[]}},)",
        R"({"status":"success","status":"success","data":{"resultType":"matrix","result":[]}})",
        R"({"status":"success","data":{"resultType":"matrix","result":[1,"2"]}})"}) {
    const ErrorKind kind = kindOf(failing(answer));
    EXPECT_TRUE(kind == ErrorKind::kUnavailable || kind == ErrorKind::kInternal) << answer;
  }
}

TEST(AnswerErrors, OtherTimesThanAskedFor) {
  for (const char* const values :
       {R"([1,"1"])", R"([-15,"1"])", R"([45,"1"])", R"([15,"1"],[0,"2"])", R"([0,"1"],[0,"1"])",
        R"([0.001,"1"])", R"([9223372036854775.807,"1"])", R"([-9223372036854775.808,"1"])"}) {
    const Decoded decoded = failing(matrix(std::string(R"({"metric":{},"values":[)") + values + "]}"));
    EXPECT_EQ(kindOf(decoded), ErrorKind::kInternal) << values;
    EXPECT_THAT(decoded.error->message, HasSubstr("times asked for"));
  }
}

TEST(AnswerErrors, OtherTypesThanAskedFor) {
  EXPECT_EQ(kindOf(failing(R"({"status":"success","data":{"resultType":"vector","result":[]}})")),
            ErrorKind::kInternal);
  EXPECT_EQ(
      kindOf(failing(R"({"status":"success","data":{"resultType":"string","result":[0,"1"]}})", kInstant)),
      ErrorKind::kInternal);
  EXPECT_EQ(
      kindOf(failing(R"({"status":"success","data":{"result":[0,"1"],"resultType":"vector"}})", kInstant)),
      ErrorKind::kUnavailable);
}

TEST(AnswerErrors, FloatAndHistogramAtOneTime) {
  EXPECT_EQ(kindOf(failing(
                matrix(R"({"metric":{},"values":[[0,"1"]],"histograms":[[0,{"count":"1","sum":"1"}]]})"))),
            ErrorKind::kInternal);
}

std::string withLabelOf(std::size_t bytes) {
  return R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":")" +
         std::string(bytes, 'x') + R"("},"value":[0,"1"]}]}})";
}

TEST(AnswerErrors, LabelSetsAreBounded) {
  constexpr std::size_t kAround = std::string_view(R"({"a":""})").size();
  for (const std::size_t piece : {std::size_t{1} << 12, std::size_t{1} << 16, 2 * kMaxItemBytes}) {
    EXPECT_FALSE(decode(withLabelOf(kMaxItemBytes - kAround), kInstant, piece).error) << piece;
    EXPECT_TRUE(decode(withLabelOf(kMaxItemBytes - kAround + 1), kInstant, piece).error) << piece;
  }
}

TEST(AnswerErrors, NotesAreBounded) {
  constexpr std::size_t kNote = 1 << 10;
  constexpr std::size_t kMost = kMaxNotesBytes / (kNote + sizeof(std::string));
  for (const std::size_t notes : {kMost, kMost + 1}) {
    std::string answer = R"({"status":"success","data":{"resultType":"matrix","result":[]},"warnings":[)";
    for (std::size_t i = 0; i < notes; ++i) answer += (i > 0 ? ",\"" : "\"") + std::string(kNote, 'w') + '"';
    const Decoded decoded = decode(answer + "]}", kGrid, 1 << 16);
    EXPECT_EQ(decoded.error.has_value(), notes > kMost);
  }
}

TEST(AnswerErrors, DepthOfWhatIsPassedOverIsBounded) {
  for (const std::size_t depth : {kMaxJsonDepth, kMaxJsonDepth + 1}) {
    const std::string answer = R"({"status":"success","x":)" + std::string(depth, '[') +
                               std::string(depth, ']') + R"(,"data":{"resultType":"matrix","result":[]}})";
    EXPECT_EQ(decode(answer, kGrid, 50).error.has_value(), depth > kMaxJsonDepth);
  }
}

}  // namespace
}  // namespace prome::querier
