#include <cmath>

#include "engine/natural_order.h"
#include "function_testing.h"

namespace prome::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the fixture of these tests
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<GivenSeries> labeled(const std::vector<std::pair<std::string, double>>& values) {
  std::vector<GivenSeries> series;
  for (const auto& [label, value] : values) series.push_back({{{"l", label}}, {value}});
  return series;
}

TEST(Sort, PutsNansLast) {
  const auto given = labeled({{"a", 2}, {"b", model::kNormalNaN}, {"c", -1}, {"d", 3}, {"e", kNone}});
  EXPECT_THAT(evaluateCall("sort(x)", kInstant, {given}).order,
              ElementsAre("{l=\"c\"}", "{l=\"a\"}", "{l=\"d\"}", "{l=\"b\"}"));
  EXPECT_THAT(evaluateCall("sort_desc(x)", kInstant, {given}).order,
              ElementsAre("{l=\"d\"}", "{l=\"a\"}", "{l=\"c\"}", "{l=\"b\"}"));
}

TEST(Sort, KeepsTheOrderOfFewEqualsAndTurnsThatOfNans) {
  const auto given = labeled({{"a", model::kNormalNaN}, {"b", 1}, {"c", model::kNormalNaN}, {"d", 1}});
  EXPECT_THAT(evaluateCall("sort(x)", kInstant, {given}).order,
              ElementsAre("{l=\"b\"}", "{l=\"d\"}", "{l=\"c\"}", "{l=\"a\"}"));
}

TEST(Sort, OrdersMoreThanTwelve) {
  std::vector<std::pair<std::string, double>> values;
  for (int i = 0; i < 40; ++i)
    values.emplace_back(std::to_string(i), i % 7 == 3 ? std::nan("") : (i * 17) % 41);
  const Outcome outcome = evaluateCall("sort(x)", kInstant, {labeled(values)});
  ASSERT_EQ(outcome.order.size(), 40U);
  double previous = -1;
  for (const std::string& labels : outcome.order) {
    const double value = outcome.floats.at(labels)[0];
    EXPECT_TRUE(std::isnan(value) || (!std::isnan(previous) && value >= previous));
    previous = value;
  }
}

TEST(Sort, LeavesOutHistogramsButNotByLabel) {
  const auto histogram = std::make_shared<const model::FloatHistogram>();
  const std::vector<GivenSeries> given{{{{"l", "b"}}, {}, {histogram}}, {{{"l", "a"}}, {1}}};
  EXPECT_THAT(evaluateCall("sort(x)", kInstant, {given}).order, ElementsAre("{l=\"a\"}"));
  EXPECT_THAT(evaluateCall("sort_by_label(x, \"l\")", kInstant, {given}).order,
              ElementsAre("{l=\"a\"}", "{l=\"b\"}"));
}

TEST(Sort, WarnsOnRanges) {
  const auto text =
      "PromQL warning: sort is ineffective for range queries since results are always ordered by "
      "labels (1:1)";
  const StepGrid range{0, 1, 1};
  for (const std::string_view call : {"sort(x)", "sort_desc(x)"})
    EXPECT_THAT(evaluateCall(call, range, {std::vector<GivenSeries>{}}).warnings, ElementsAre(text));
  EXPECT_THAT(evaluateCall("sort_by_label(x, \"l\")", range, {std::vector<GivenSeries>{}}).warnings,
              ElementsAre(text));
  EXPECT_THAT(evaluateCall("sort(x)", range, {std::vector<GivenSeries>{}}, dialect2()).warnings, IsEmpty());
  EXPECT_THAT(evaluateCall("sort(x)", kInstant, {std::vector<GivenSeries>{}}).warnings, IsEmpty());
}

TEST(SortByLabel, ReadsNumbers) {
  const auto given = labeled({{"cpu10", 1}, {"cpu9", 2}, {"cpu", 3}, {"cpu1", 4}});
  EXPECT_THAT(evaluateCall("sort_by_label(x, \"l\")", kInstant, {given}).order,
              ElementsAre("{l=\"cpu\"}", "{l=\"cpu1\"}", "{l=\"cpu9\"}", "{l=\"cpu10\"}"));
  EXPECT_THAT(evaluateCall("sort_by_label_desc(x, \"l\")", kInstant, {given}).order,
              ElementsAre("{l=\"cpu10\"}", "{l=\"cpu9\"}", "{l=\"cpu1\"}", "{l=\"cpu\"}"));
}

TEST(SortByLabel, GoesByAllLabelsWhereThoseNamedAreEqual) {
  const std::vector<GivenSeries> given{
      {{{"a", "2"}, {"l", "1"}}, {1}}, {{{"a", "10"}, {"l", "1"}}, {1}}, {{{"a", "3"}, {"l", "0"}}, {1}}};
  EXPECT_THAT(evaluateCall("sort_by_label(x, \"l\")", kInstant, {given}).order,
              ElementsAre("{a=\"3\", l=\"0\"}", "{a=\"10\", l=\"1\"}", "{a=\"2\", l=\"1\"}"));
  EXPECT_THAT(evaluateCall("sort_by_label(x, \"l\", \"a\")", kInstant, {given}).order,
              ElementsAre("{a=\"3\", l=\"0\"}", "{a=\"2\", l=\"1\"}", "{a=\"10\", l=\"1\"}"));
  EXPECT_THAT(evaluateCall("sort_by_label_desc(x, \"l\")", kInstant, {given}).order,
              ElementsAre("{a=\"2\", l=\"1\"}", "{a=\"10\", l=\"1\"}", "{a=\"3\", l=\"0\"}"));
}

TEST(NaturalOrder, ComparesRunsOfDigitsAsNumbers) {
  EXPECT_TRUE(naturallyBefore("a2", "a10"));
  EXPECT_FALSE(naturallyBefore("a10", "a2"));
  EXPECT_TRUE(naturallyBefore("a", "a1"));
  EXPECT_FALSE(naturallyBefore("a1", "a"));
  EXPECT_TRUE(naturallyBefore("1a", "1b"));
  EXPECT_TRUE(naturallyBefore("01", "1"));
  EXPECT_TRUE(naturallyBefore("1", "01"));
  EXPECT_FALSE(naturallyBefore("", "a"));
  EXPECT_FALSE(naturallyBefore("a", ""));
  // Beyond int64 digits are text.
  EXPECT_TRUE(naturallyBefore("100000000000000000000", "99999999999999999999"));
}

}  // namespace
}  // namespace prome::engine
