#include "model/annotations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace prome::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kMended =
    "PromQL info: input to histogram_quantile needed to be fixed for monotonicity (see "
    "https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)";

TEST(Annotations, AreSortedAndPlaced) {
  Annotations annotations;
  EXPECT_TRUE(annotations.empty());
  annotations.warn("two", 2);
  annotations.warn("one", 0);
  annotations.inform("three", 5);
  EXPECT_FALSE(annotations.empty());
  const ShownAnnotations shown = annotations.show("a +\nb");
  EXPECT_THAT(shown.warnings, ElementsAre("PromQL warning: one (1:1)", "PromQL warning: two (1:3)"));
  EXPECT_THAT(shown.infos, ElementsAre("PromQL info: three (2:2)"));
}

TEST(Annotations, PlaceBytesAndTheLineBreakItself) {
  Annotations annotations;
  annotations.warn("x", 3);
  EXPECT_THAT(annotations.show("\n\xc3\xa9y").warnings, ElementsAre("PromQL warning: x (2:3)"));
  EXPECT_THAT(annotations.show("abc\n").warnings, ElementsAre("PromQL warning: x (1:4)"));
  EXPECT_THAT(annotations.show("ab").warnings, ElementsAre("PromQL warning: x (invalid position)"));
  EXPECT_THAT(annotations.show("").warnings, ElementsAre("PromQL warning: x"));
}

TEST(Annotations, KeepOfEqualTextsThePositionThatIsEvaluatedLast) {
  struct Place {
    std::uint32_t start;
    std::uint32_t end;
  };
  const auto shown = [](std::vector<Place> places) {
    Annotations annotations;
    for (const Place& place : places) annotations.warn("x", place.start, place.end);
    return annotations.show("abcdef").warnings.at(0);
  };
  const std::string right = "PromQL warning: x (1:5)";
  EXPECT_EQ(shown({{1, 0}, {4, 0}}), right);
  EXPECT_EQ(shown({{4, 0}, {1, 0}}), right) << "in whatever order";
  EXPECT_EQ(shown({{1, 3}, {4, 6}}), right);
  EXPECT_EQ(shown({{4, 6}, {1, 3}}), right);
  const std::string around = "PromQL warning: x (1:1)";
  EXPECT_EQ(shown({{2, 4}, {0, 6}}), around);
  EXPECT_EQ(shown({{0, 6}, {2, 4}}), around);
  EXPECT_EQ(shown({{0, 6}, {0, 2}}), around);
}

TEST(Annotations, AreShownUpToALimitOfEachSeverity) {
  Annotations annotations;
  for (char c = 'a'; c < 'd'; ++c) annotations.warn(std::string(1, c), 0);
  annotations.inform("i", 0);
  annotations.inform("j", 0);
  const ShownAnnotations shown = annotations.show("q", 2);
  EXPECT_THAT(shown.warnings, ElementsAre("PromQL warning: a (1:1)", "PromQL warning: b (1:1)",
                                          "1 more warning annotations omitted"));
  EXPECT_EQ(shown.infos.size(), 2U);
  EXPECT_EQ(annotations.show("q", 1).infos[1], "1 more info annotations omitted");
  EXPECT_EQ(annotations.show("q", 0).warnings.size(), 3U);
}

TEST(Annotations, MergeForcedMonotonicity) {
  Annotations annotations;
  annotations.addForcedMonotonicity("x", {1'700'000'000'999, 1'700'000'000'999, 1, 5, 0.125}, 1);
  annotations.addForcedMonotonicity("x", {1'600'000'000'000, 1'600'000'000'000, 0.5, 2, 1234.5}, 3);
  annotations.addForcedMonotonicity("", {-1'500, -1'500, 2, 1e6, 1e-7}, 2);
  EXPECT_THAT(
      annotations.show("abcd").infos,
      ElementsAre(std::string(kMended) + " for metric name \"x\", from buckets 0.5 to 5, with a max diff of "
                                         "1.2e+03, over 2 samples from 2020-09-13T12:26:40Z to "
                                         "2023-11-14T22:13:20Z (1:2)",
                  std::string(kMended) +
                      ", from buckets 2 to 1e+06, with a max diff of 1e-07, over 1 samples "
                      "from 1969-12-31T23:59:59Z to 1969-12-31T23:59:59Z (1:3)"));
  EXPECT_THAT(annotations.show("").infos,
              ElementsAre(std::string(kMended), std::string(kMended) + " for metric name \"x\""));
}

TEST(Annotations, ShowTimesOfAnyYear) {
  Annotations annotations;
  constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
  annotations.addForcedMonotonicity("", {-62'167'219'200'000 - 1000, kMax, 1, 1, 1}, 0);
  EXPECT_THAT(annotations.show("a").infos,
              ElementsAre(testing::HasSubstr("from -0001-12-31T23:59:59Z to 292278994-08-17T07:12:55Z")));
  Annotations leap;
  leap.addForcedMonotonicity("", {951'782'400'000, 4'107'542'399'000, 1, 1, 1}, 0);
  EXPECT_THAT(leap.show("a").infos,
              ElementsAre(testing::HasSubstr("from 2000-02-29T00:00:00Z to 2100-02-28T23:59:59Z")));
}

TEST(Annotations, CountStartTimeOverlaps) {
  Annotations annotations;
  annotations.addStartTimeOverlap("m", 2);
  EXPECT_THAT(
      annotations.show("abc").warnings,
      ElementsAre("PromQL warning: sample has start time that overlaps with previous sample timestamp "
                  "for metric \"m\" (1:3)"));
  annotations.addStartTimeOverlap("m", 0);
  annotations.addStartTimeOverlap("m", 0);
  EXPECT_THAT(
      annotations.show("abc").warnings,
      ElementsAre("PromQL warning: sample has start time that overlaps with previous sample timestamp "
                  "for metric \"m\" (3 occurrences) (1:3)"));
  EXPECT_THAT(annotations.show("abc").infos, IsEmpty());
}

}  // namespace
}  // namespace prome::model
