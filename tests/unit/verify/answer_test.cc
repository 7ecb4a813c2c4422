#include "verify/answer.h"

#include <gtest/gtest.h>

namespace prome::verify {
namespace {

TEST(Answer, ReadsAVector) {
  const auto answer = parseAnswer(200, R"({"status":"success","data":{"resultType":"vector","result":[
      {"metric":{"__name__":"up","job":"a"},"value":[1.5,"+Inf"]},
      {"metric":{},"histogram":[2,{"count":"3","sum":"4.5","buckets":[[0,"-1","2","3"]]}]}]},
      "warnings":["w"],"infos":["i"]})");
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(answer->isError());
  EXPECT_EQ(answer->result_type, "vector");
  ASSERT_EQ(answer->series.size(), 2u);
  EXPECT_EQ(answer->series[0].labels.toSeriesString(), "up{job=\"a\"}");
  EXPECT_EQ(answer->series[0].points, (std::vector<AnswerPoint>{{.time = "1.5", .value = "+Inf"}}));
  EXPECT_EQ(answer->series[1].histograms, (std::vector<AnswerPoint>{{.time = "2",
                                                                     .value = "4.5",
                                                                     .is_histogram = true,
                                                                     .count = "3",
                                                                     .buckets = {{"0", "-1", "2", "3"}}}}));
  EXPECT_EQ(answer->warnings, std::vector<std::string>{"w"});
  EXPECT_EQ(answer->infos, std::vector<std::string>{"i"});
}

TEST(Answer, ReadsAMatrixWhoseResultComesFirst) {
  const auto answer =
      parseAnswer(200, R"({"data":{"result":[{"values":[[1,"2"],[3,"4"]],"metric":{"a":"b"}}],)"
                       R"("resultType":"matrix"},"status":"success"})");
  ASSERT_TRUE(answer.has_value());
  ASSERT_EQ(answer->series.size(), 1u);
  EXPECT_EQ(answer->series[0].points,
            (std::vector<AnswerPoint>{{.time = "1", .value = "2"}, {.time = "3", .value = "4"}}));
}

TEST(Answer, ReadsScalarsAndStrings) {
  const auto scalar =
      parseAnswer(200, R"({"status":"success","data":{"resultType":"scalar","result":[1,"2"]}})");
  ASSERT_TRUE(scalar.has_value());
  EXPECT_EQ(scalar->series.at(0).points, (std::vector<AnswerPoint>{{.time = "1", .value = "2"}}));
}

TEST(Answer, ReadsErrors) {
  const auto answer =
      parseAnswer(422, R"({"status":"error","errorType":"execution","error":"many-to-many"})");
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->isError());
  EXPECT_EQ(answer->error_type, "execution");
  EXPECT_EQ(answer->error, "many-to-many");
}

TEST(Answer, TakesAnErrorWithoutJson) {
  const auto answer = parseAnswer(502, "<html>");
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->isError());
  EXPECT_EQ(answer->error, "<html>");
}

TEST(Answer, RefusesSuccessOfAnotherForm) {
  EXPECT_FALSE(parseAnswer(200, "ok").has_value());
  EXPECT_FALSE(
      parseAnswer(200, R"({"status":"success","data":{"resultType":"vector","result":[)").has_value());
  EXPECT_FALSE(parseAnswer(200, R"({"data":{"resultType":"vector","result":{}}})").has_value());
}

TEST(Answer, KnowsGrades) {
  for (const Grade grade : {Grade::kExact, Grade::kRounding, Grade::kPartial}) {
    EXPECT_EQ(parseGrade(gradeName(grade)), grade);
  }
  EXPECT_EQ(parseGrade(""), Grade::kExact);
}

}  // namespace
}  // namespace prome::verify
