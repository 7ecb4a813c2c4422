#include "verify/learned_vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace prome::verify {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::Not;

constexpr Span kSpan{.start_ms = 1'000'000, .end_ms = 4'000'000};

Answer shape() {
  return parseAnswer(200, R"({"status":"success","data":{"resultType":"vector","result":[
      {"metric":{"__name__":"up","cluster":"a","job":"api"},"value":[1,"1"]},
      {"metric":{"__name__":"up","cluster":"b.c","job":"say \"hi\""},"value":[1,"1"]},
      {"metric":{"__name__":"latency_bucket","cluster":"a","le":"1"},"value":[1,"1"]},
      {"metric":{"__name__":"native","cluster":"a"},"histogram":[1,{"count":"1","sum":"1"}]}]}})")
      .value();
}

TEST(LearnedVocabulary, AsksForTheNewestSamples) {
  const Question question = shapeQuestion("{job=\"api\"}", kSpan);
  EXPECT_EQ(question.query, "last_over_time({job=\"api\"}[3000000ms])");
  EXPECT_EQ(question.when(), "at 4000");
}

TEST(LearnedVocabulary, NamesWhatThereIs) {
  const auto words = learnVocabulary(shape(), kSpan);
  ASSERT_TRUE(words.has_value());
  EXPECT_THAT(words->metrics, IsSupersetOf({"up", "latency_bucket", "native", "missing"}));
  EXPECT_THAT(words->histogram_metrics, ::testing::ElementsAre("native"));
  EXPECT_THAT(words->histograms,
              IsSupersetOf({"rate(native[5m])", "sum by (le) (rate(latency_bucket[5m]))"}));
  EXPECT_THAT(words->labels, IsSupersetOf({"cluster", "job", "le", "__name__"}));
  EXPECT_THAT(words->times, IsSupersetOf({"1000", "4000", "1300.5", "1600", "0"}));
}

TEST(LearnedVocabulary, MatchesRoutingLabelsInAllWays) {
  const auto words = learnVocabulary(shape(), kSpan);
  EXPECT_THAT(words->matchers, IsSupersetOf({R"(cluster="a")", R"(cluster!="a")", R"(cluster=~"a|b\\.c")",
                                             R"(cluster!~"b\\.c")", R"(cluster="")", R"(cluster=~".+")",
                                             R"(job="say \"hi\"")"}));
  EXPECT_THAT(words->excluding_matchers, Contains(R"(cluster="a")"));
  EXPECT_THAT(words->excluding_matchers, Not(Contains(R"(cluster!="a")")));
  // every series has it, so it is chosen more often
  EXPECT_EQ(std::ranges::count(words->labels, "cluster"), 8);
  EXPECT_EQ(std::ranges::count(words->labels, "job"), 4);
  EXPECT_EQ(std::ranges::count(words->labels, "le"), 2);
}

TEST(LearnedVocabulary, NothingToLearnFrom) {
  EXPECT_FALSE(
      learnVocabulary(parseAnswer(200, R"({"data":{"resultType":"vector","result":[]}})").value(), kSpan));
  EXPECT_FALSE(learnVocabulary(parseAnswer(422, R"({"errorType":"execution","error":"no"})").value(), kSpan));
}

}  // namespace
}  // namespace prome::verify
