#include "verify/comparison.h"

#include <gtest/gtest.h>

#include <string>

namespace prome::verify {
namespace {

Answer success(const std::string& type, const std::string& result, const std::string& more = "") {
  return parseAnswer(200, R"({"status":"success","data":{"resultType":")" + type + R"(","result":[)" +
                              result + "]}" + more + "}")
      .value();
}

Answer vectorOf(const std::string& result, const std::string& more = "") {
  return success("vector", result, more);
}

Answer error(int status, const std::string& type, const std::string& text) {
  return parseAnswer(status, R"({"status":"error","errorType":")" + type + R"(","error":")" + text + "\"}")
      .value();
}

std::string sample(const std::string& job, const std::string& value) {
  return R"({"metric":{"job":")" + job + R"("},"value":[1,")" + value + "\"]}";
}

std::string run(const std::string& job, const std::string& values) {
  return R"({"metric":{"job":")" + job + R"("},"values":[)" + values + "]}";
}

Outcome outcome(const Answer& oracle, const Answer& theirs, const std::string& query = "x",
                Grade grade = Grade::kExact, QuestionKind kind = QuestionKind::kInstant) {
  const Verdict verdict = compareAnswers(oracle, theirs, {.query = query, .kind = kind}, grade);
  EXPECT_EQ(verdict.outcome == Outcome::kSame, verdict.reason.empty()) << verdict.reason;
  return verdict.outcome;
}

TEST(Comparison, OrderOfAVectorIsOpenUnlessSorted) {
  const Answer ab = vectorOf(sample("a", "1") + "," + sample("b", "2"));
  const Answer ba = vectorOf(sample("b", "2") + "," + sample("a", "1"));
  EXPECT_EQ(outcome(ab, ba), Outcome::kSame);
  EXPECT_EQ(outcome(ab, ba, "sort(x)"), Outcome::kDifferent);
  EXPECT_EQ(outcome(ab, ba, "(topk(2, x))"), Outcome::kDifferent);
  EXPECT_EQ(outcome(ab, ba, "topk by (job) (2, x)"), Outcome::kSame);
  EXPECT_EQ(outcome(ab, ba, "sum(sort(x))"), Outcome::kSame);
}

TEST(Comparison, OrderAmongTiesIsOpen) {
  const Answer ab = vectorOf(sample("a", "1") + "," + sample("b", "1"));
  const Answer ba = vectorOf(sample("b", "1") + "," + sample("a", "1"));
  EXPECT_EQ(outcome(ab, ba, "sort(x)"), Outcome::kSame);
}

TEST(Comparison, OrderOfARangeCounts) {
  const Answer ab = success("matrix", run("a", R"([1,"1"])") + "," + run("b", R"([1,"1"])"));
  const Answer ba = success("matrix", run("b", R"([1,"1"])") + "," + run("a", R"([1,"1"])"));
  EXPECT_EQ(outcome(ab, ba, "x", Grade::kExact, QuestionKind::kRange), Outcome::kDifferent);
  EXPECT_EQ(outcome(ab, ba, "x[5m]", Grade::kExact, QuestionKind::kInstant), Outcome::kSame);
}

TEST(Comparison, SeesEveryPartOfAResult) {
  const Answer oracle = vectorOf(sample("a", "1"));
  EXPECT_EQ(outcome(oracle, vectorOf(sample("a", "2"))), Outcome::kDifferent);
  EXPECT_EQ(outcome(oracle, vectorOf(sample("b", "1"))), Outcome::kDifferent);
  EXPECT_EQ(outcome(oracle, vectorOf("")), Outcome::kDifferent);
  EXPECT_EQ(outcome(vectorOf(""), oracle), Outcome::kDifferent);
  EXPECT_EQ(outcome(oracle, vectorOf(sample("a", "1") + "," + sample("a", "1"))), Outcome::kDifferent);
  EXPECT_EQ(outcome(oracle, success("matrix", run("a", R"([1,"1"])"))), Outcome::kDifferent);
  EXPECT_EQ(outcome(oracle, vectorOf(R"({"metric":{"job":"a"},"value":[2,"1"]})")), Outcome::kDifferent);
}

TEST(Comparison, SeesEveryPartOfAHistogram) {
  const auto histogram = [](const std::string& text) {
    return vectorOf(R"({"metric":{},"histogram":[1,)" + text + "]}");
  };
  const Answer oracle = histogram(R"({"count":"3","sum":"4","buckets":[[0,"1","2","3"]]})");
  EXPECT_EQ(outcome(oracle, histogram(R"({"sum":"4","count":"3","buckets":[[0,"1","2","3"]]})")),
            Outcome::kSame);
  for (const char* other : {R"({"count":"2","sum":"4","buckets":[[0,"1","2","3"]]})",
                            R"({"count":"3","sum":"5","buckets":[[0,"1","2","3"]]})",
                            R"({"count":"3","sum":"4","buckets":[[1,"1","2","3"]]})",
                            R"({"count":"3","sum":"4","buckets":[[0,"1","2","4"]]})",
                            R"({"count":"3","sum":"4","buckets":[]})", R"({"count":"3","sum":"4"})"}) {
    EXPECT_EQ(outcome(oracle, histogram(other)), Outcome::kDifferent) << other;
  }
}

TEST(Comparison, ToleranceIsOfTheGradeRoundingOnly) {
  const Answer oracle = vectorOf(sample("a", "1000"));
  const Answer inside = vectorOf(sample("a", "1000.0000009"));
  const Answer outside = vectorOf(sample("a", "1000.0000011"));
  EXPECT_EQ(outcome(oracle, inside), Outcome::kDifferent);
  EXPECT_EQ(outcome(oracle, inside, "sum(x)", Grade::kRounding), Outcome::kSame);
  EXPECT_EQ(outcome(oracle, outside, "sum(x)", Grade::kRounding), Outcome::kDifferent);
}

TEST(Comparison, TheOrderOfSummationIsOpen) {
  const Answer oracle = vectorOf(sample("a", "1000"));
  const Answer inside = vectorOf(sample("a", "1000.0000009"));
  EXPECT_EQ(outcome(oracle, inside, "-avg(x)"), Outcome::kLeftOpen);
  EXPECT_EQ(outcome(oracle, inside, "max(x)"), Outcome::kDifferent);
  EXPECT_EQ(outcome(oracle, vectorOf(sample("a", "1000.0000011")), "-avg(x)"), Outcome::kDifferent);
}

TEST(Comparison, PositionsCountUnlessTheyAreToBeIgnored) {
  const Answer one = vectorOf("", R"x(,"infos":["text (1) (1:2)"])x");
  const Answer other = vectorOf("", R"x(,"infos":["text (1) (1:30)"])x");
  const Answer another = vectorOf("", R"x(,"infos":["text (2) (1:2)"])x");
  EXPECT_EQ(outcome(one, other), Outcome::kDifferent);
  const auto ignored = [&](const Answer& theirs) {
    return compareAnswers(one, theirs, {.query = "x"}, Grade::kExact, Positions::kIgnored).outcome;
  };
  EXPECT_EQ(ignored(other), Outcome::kSame);
  EXPECT_EQ(ignored(another), Outcome::kDifferent);
}

TEST(Comparison, WhatCancelsOutIsMeasuredByTheLargestValue) {
  const Answer oracle = vectorOf(sample("a", "1e6") + "," + sample("b", "0"));
  EXPECT_EQ(
      outcome(oracle, vectorOf(sample("a", "1e6") + "," + sample("b", "9e-7")), "sum(x)", Grade::kRounding),
      Outcome::kSame);
  EXPECT_EQ(
      outcome(oracle, vectorOf(sample("a", "1e6") + "," + sample("b", "2e-6")), "sum(x)", Grade::kRounding),
      Outcome::kDifferent);
}

TEST(Comparison, NoToleranceOfNaNAndInfinity) {
  for (const Grade grade : {Grade::kExact, Grade::kRounding}) {
    EXPECT_EQ(outcome(vectorOf(sample("a", "NaN")), vectorOf(sample("a", "NaN")), "sum(x)", grade),
              Outcome::kSame);
    EXPECT_EQ(outcome(vectorOf(sample("a", "NaN")), vectorOf(sample("a", "1")), "sum(x)", grade),
              Outcome::kDifferent);
    EXPECT_EQ(outcome(vectorOf(sample("a", "+Inf")), vectorOf(sample("a", "-Inf")), "sum(x)", grade),
              Outcome::kDifferent);
    EXPECT_EQ(outcome(vectorOf(sample("a", "+Inf")), vectorOf(sample("a", "1e308")), "sum(x)", grade),
              Outcome::kDifferent);
  }
}

TEST(Comparison, WhatRoundedSumsDecideIsOpen) {
  const Answer one = vectorOf(sample("a", "1"));
  const Answer none = vectorOf("");
  EXPECT_EQ(outcome(one, none, "sum by (job) (x) > 1", Grade::kRounding), Outcome::kLeftOpen);
  EXPECT_EQ(outcome(one, none, "sum by (job) (x) > 1", Grade::kExact), Outcome::kDifferent);
  EXPECT_EQ(outcome(one, none, "sum by (job) (x > 1)", Grade::kRounding), Outcome::kDifferent);
  EXPECT_EQ(outcome(one, none, "sum by (job) (x)", Grade::kRounding), Outcome::kDifferent);
}

TEST(Comparison, WhichOfTiedSeriesAreKeptIsOpen) {
  const Answer a = vectorOf(sample("a", "1"));
  const Answer b = vectorOf(sample("b", "1"));
  EXPECT_EQ(outcome(a, b, "topk(1, x)"), Outcome::kLeftOpen);
  EXPECT_EQ(outcome(a, b, "x"), Outcome::kDifferent);
  EXPECT_EQ(outcome(a, vectorOf(sample("b", "2")), "topk(1, x)"), Outcome::kDifferent);
}

TEST(Comparison, ErrorsAreOfTheSameKind) {
  const Answer execution = error(422, "execution", "one text");
  EXPECT_EQ(outcome(execution, error(422, "execution", "another")), Outcome::kSame);
  EXPECT_EQ(outcome(execution, error(400, "bad_data", "one text")), Outcome::kDifferent);
  EXPECT_EQ(outcome(execution, error(503, "execution", "one text")), Outcome::kDifferent);
  EXPECT_EQ(outcome(execution, vectorOf("")), Outcome::kDifferent);
  EXPECT_EQ(outcome(vectorOf(""), execution), Outcome::kDifferent);
}

TEST(Comparison, AnnotationsAreSets) {
  const Answer two = vectorOf("", R"(,"warnings":["a","b"])");
  EXPECT_EQ(outcome(two, vectorOf("", R"(,"warnings":["b","a"])")), Outcome::kSame);
  EXPECT_EQ(outcome(two, vectorOf("", R"(,"warnings":["a"])")), Outcome::kDifferent);
  EXPECT_EQ(outcome(two, vectorOf("", R"(,"infos":["a","b"])")), Outcome::kDifferent);
}

TEST(Comparison, WhichAnnotationsSurviveTheCapIsOpen) {
  const Answer a = vectorOf("", R"(,"infos":["a","3 more info annotations omitted"])");
  EXPECT_EQ(outcome(a, vectorOf("", R"(,"infos":["b","3 more info annotations omitted"])")), Outcome::kSame);
  EXPECT_EQ(outcome(a, vectorOf("", R"(,"infos":["a"])")), Outcome::kDifferent);
}

TEST(Comparison, APartialAnswerIsNeverTheSame) {
  EXPECT_EQ(outcome(vectorOf(""), vectorOf(""), "x", Grade::kPartial), Outcome::kDifferent);
}

}  // namespace
}  // namespace prome::verify
