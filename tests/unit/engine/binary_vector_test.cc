#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binary_fixture.h"

namespace prome::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kManyToOneMustBeExplicit =
    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)";
constexpr const char* kGroupingMustBeUnique =
    "multiple matches for labels: grouping labels must ensure unique matches";

model::Labels named(std::string_view name, std::initializer_list<model::Label> rest = {}) {
  std::vector<model::Label> labels(rest);
  labels.push_back({"__name__", name});
  return model::Labels::fromUnsorted(std::move(labels));
}

// Labels and names.

TEST(VectorBinary, MatchesOnAllLabelsButTheName) {
  const Answered answered =
      Operation("a * b", 2)
          .of({at(named("a", {{"x", "1"}}), {2, 3}), at(named("a", {{"x", "2"}}), {4, 5})},
              {at(named("b", {{"x", "2"}}), {10, kNone}), at(named("b", {{"x", "3"}}), {7, 7})});
  EXPECT_THAT(answered.series, ElementsAre("{x=\"2\"} 40 -"));
}

TEST(VectorBinary, KeepsOnlyTheLabelsOfOn) {
  EXPECT_THAT(Operation("a - on (x) b", 1)
                  .of({at(named("a", {{"x", "1"}, {"y", "2"}}), {2})}, {at(named("b", {{"x", "1"}}), {5})})
                  .series,
              ElementsAre("{x=\"1\"} -3"));
}

TEST(VectorBinary, TakesIgnoredLabelsOff) {
  EXPECT_THAT(Operation("a - ignoring (y) b", 1)
                  .of({at(named("a", {{"x", "1"}, {"y", "2"}}), {2})},
                      {at(named("b", {{"x", "1"}, {"y", "3"}}), {5})})
                  .series,
              ElementsAre("{x=\"1\"} -3"));
}

TEST(VectorBinary, KeepsTheLeftNameInAComparisonUnlessOnOrBool) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {2})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {1})};
  EXPECT_THAT(Operation("a > b", 1).of(lhs, rhs).series, ElementsAre("a{x=\"1\"} 2"));
  EXPECT_THAT(Operation("a > ignoring (y) b", 1).of(lhs, rhs).series, ElementsAre("a{x=\"1\"} 2"));
  EXPECT_THAT(Operation("a > on (x) b", 1).of(lhs, rhs).series, ElementsAre("{x=\"1\"} 2"));
  EXPECT_THAT(Operation("a > bool b", 1).of(lhs, rhs).series, ElementsAre("{x=\"1\"} 1"));
  EXPECT_THAT(Operation("a < bool b", 1).of(lhs, rhs).series, ElementsAre("{x=\"1\"} 0"));
  EXPECT_THAT(Operation("a < b", 1).of(lhs, rhs).series, IsEmpty());
}

TEST(VectorBinary, MatchesOnTheNameWhereAsked) {
  const std::vector<GivenSeries> lhs{at(named("a"), {2}), at(named("b"), {3})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {5})};
  EXPECT_THAT(Operation("a * on (__name__) b", 1).of(lhs, rhs).series, ElementsAre("{} 15"));
  EXPECT_THAT(Operation("a < on (__name__) b", 1).of(lhs, rhs).series, ElementsAre("b 3"));
}

// Arithmetic takes the name off at once even where names are removed late; bool marks the series. What was
// marked below is forgotten.
TEST(VectorBinary, RemovesNamesLateOnlyWithBool) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {2})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {1})};
  const Answered sum = Operation("a + b", 1, delayedNames()).of(lhs, rhs);
  EXPECT_THAT(sum.series, ElementsAre("{x=\"1\"} 3"));
  EXPECT_THAT(sum.drop_name, ElementsAre(false));
  const Answered filtered = Operation("a > b", 1, delayedNames()).of(lhs, rhs);
  EXPECT_THAT(filtered.series, ElementsAre("a{x=\"1\"} 2"));
  EXPECT_THAT(filtered.drop_name, ElementsAre(false));
  const Answered zero_one = Operation("a > bool b", 1, delayedNames()).of(lhs, rhs);
  EXPECT_THAT(zero_one.series, ElementsAre("a{x=\"1\"} 1"));
  EXPECT_THAT(zero_one.drop_name, ElementsAre(true));
}

TEST(VectorBinary, DropsTypeAndUnitWithTheNameInPrometheus3) {
  const model::Labels labels{{"__name__", "a"}, {"__type__", "counter"}, {"x", "1"}};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {1})};
  EXPECT_THAT(Operation("a + on (x) group_left b", 1).of({at(labels, {2})}, rhs).series,
              ElementsAre("{x=\"1\"} 3"));
  EXPECT_THAT(Operation("a + on (x) group_left b", 1, prometheus2()).of({at(labels, {2})}, rhs).series,
              ElementsAre("{__type__=\"counter\", x=\"1\"} 3"));
}

// Grouping.

TEST(VectorBinary, LetsManyMeetOne) {
  const Answered answered =
      Operation("a / on (x) group_left b", 2)
          .of({at(named("a", {{"x", "1"}, {"y", "1"}}), {2, 4}),
               at(named("a", {{"x", "1"}, {"y", "2"}}), {6, 8}), at(named("a", {{"x", "2"}}), {1, 1})},
              {at(named("b", {{"x", "1"}, {"z", "9"}}), {2, kNone})});
  EXPECT_THAT(answered.series, ElementsAre("{x=\"1\", y=\"1\"} 1 -", "{x=\"1\", y=\"2\"} 3 -"));
}

TEST(VectorBinary, IncludesLabelsOfTheOneSide) {
  const Answered answered = Operation("a * on (x) group_left (v, w, y) b", 1)
                                .of({at(named("a", {{"x", "1"}, {"y", "1"}, {"w", "old"}}), {2})},
                                    {at(named("b", {{"x", "1"}, {"v", "9"}, {"w", "new"}}), {3})});
  EXPECT_THAT(answered.series, ElementsAre("{v=\"9\", w=\"new\", x=\"1\"} 6"));
}

TEST(VectorBinary, TakesTheLeftValueAndTheRightLabelsWithGroupRight) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}, {"v", "9"}}), {10})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}, {"y", "1"}}), {4}),
                                     at(named("b", {{"x", "1"}, {"y", "2"}}), {20})};
  EXPECT_THAT(Operation("a - on (x) group_right (v) b", 1).of(lhs, rhs).series,
              ElementsAre("{v=\"9\", x=\"1\", y=\"1\"} 6", "{v=\"9\", x=\"1\", y=\"2\"} -10"));
  EXPECT_THAT(Operation("a > on (x) group_right b", 1).of(lhs, rhs).series,
              ElementsAre("b{x=\"1\", y=\"1\"} 10"));
}

TEST(VectorBinary, BringsANameBackThatIsIncluded) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {2})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {1})};
  constexpr const char* kSum = "a + on (x) group_left (__name__) b";
  constexpr const char* kBool = "a > bool on (x) group_left (__name__) b";
  EXPECT_THAT(Operation(kSum, 1).of(lhs, rhs).series, ElementsAre("b{x=\"1\"} 3"));
  EXPECT_THAT(Operation(kBool, 1).of(lhs, rhs).series, ElementsAre("b{x=\"1\"} 1"));
  EXPECT_THAT(Operation(kSum, 1, prometheus2()).of(lhs, rhs).series, ElementsAre("b{x=\"1\"} 3"));
  EXPECT_THAT(Operation(kBool, 1, prometheus2()).of(lhs, rhs).series, ElementsAre("{x=\"1\"} 1"));
}

// One group, several series of the one side, never two at one step: labels change from step to step.
TEST(VectorBinary, GivesEachStepTheLabelsOfItsOneSeries) {
  const Answered answered =
      Operation("a * on (x) group_left (v) b", 4)
          .of({at(named("a", {{"x", "1"}}), {1, 2, 3, 4})},
              {at(named("b", {{"x", "1"}, {"v", "1"}}), {10, 10, kNone, kNone}),
               at(named("b", {{"x", "1"}, {"v", "2"}}), {kNone, kNone, 20, kNone}),
               at(named("b", {{"x", "1"}, {"v", "1"}, {"w", "1"}}), {kNone, kNone, kNone, 30})});
  EXPECT_THAT(answered.series, ElementsAre("{v=\"1\", x=\"1\"} 10 20 - 120", "{v=\"2\", x=\"1\"} - - 60 -"));
}

// Errors.

TEST(VectorBinary, RefusesTwoOfTheOneSideAtAStep) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {1, 1})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}, {"y", "1"}}), {1, 1}),
                                     at(named("b", {{"x", "1"}, {"y", "2"}}), {kNone, 2})};
  EXPECT_EQ(
      Operation("a + on (x) b", 2).of(lhs, rhs).error,
      "found duplicate series for the match group {x=\"1\"} on the right hand-side of the operation: "
      "[{__name__=\"b\", x=\"1\", y=\"1\"}, {__name__=\"b\", x=\"1\", y=\"2\"}];many-to-many matching not "
      "allowed: matching labels must be unique on one side");
  EXPECT_EQ(
      Operation("b + ignoring (y) group_right a", 2).of(rhs, lhs).error,
      "found duplicate series for the match group {x=\"1\"} on the left hand-side of the operation: "
      "[{__name__=\"b\", x=\"1\", y=\"1\"}, {__name__=\"b\", x=\"1\", y=\"2\"}];many-to-many matching not "
      "allowed: matching labels must be unique on one side");
}

TEST(VectorBinary, AllowsTwoOfTheOneSideAtDifferentSteps) {
  const Answered answered =
      Operation("a + on (x) b", 2)
          .of({at(named("a", {{"x", "1"}}), {1, 1})}, {at(named("b", {{"x", "1"}, {"y", "1"}}), {1, kNone}),
                                                       at(named("b", {{"x", "1"}, {"y", "2"}}), {kNone, 2})});
  EXPECT_THAT(answered.series, ElementsAre("{x=\"1\"} 2 3"));
}

// The check is of the whole vector: any series of the other side at that step makes it matter.
TEST(VectorBinary, LooksAtTheOneSideOnlyWhereTheOtherIsNotEmpty) {
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}, {"y", "1"}}), {1, 1}),
                                     at(named("b", {{"x", "1"}, {"y", "2"}}), {kNone, 2})};
  const Answered empty = Operation("a + on (x) b", 2).of({at(named("a", {{"x", "1"}}), {5, kNone})}, rhs);
  EXPECT_THAT(empty.series, ElementsAre("{x=\"1\"} 6 -"));
  const Answered other = Operation("a + on (x) b", 2).of({at(named("a", {{"x", "other"}}), {kNone, 1})}, rhs);
  EXPECT_TRUE(other.error.starts_with("found duplicate series")) << other.error;
  EXPECT_THAT(Operation("a + on (x) b", 2).of(std::vector<GivenSeries>{}, rhs).error, IsEmpty());
}

TEST(VectorBinary, NamesTheFirstPairOfTheEarliestStep) {
  const std::vector<GivenSeries> lhs{at(named("a"), {1, 1})};
  const std::vector<GivenSeries> rhs{
      at({{"x", "1"}, {"y", "1"}}, {kNone, 1}), at({{"x", "1"}, {"y", "2"}}, {1, 1}),
      at({{"x", "2"}, {"y", "3"}}, {1, 1}), at({{"x", "2"}, {"y", "4"}}, {1, 1}),
      at({{"x", "1"}, {"y", "5"}}, {1, 1})};
  const std::string error = Operation("a + on (x) b", 2).of(lhs, rhs).error;
  EXPECT_TRUE(error.contains("group {x=\"2\"} on the right")) << error;
  EXPECT_TRUE(error.contains("[{x=\"2\", y=\"3\"}, {x=\"2\", y=\"4\"}]")) << error;
  const std::vector<GivenSeries> later{at(named("a"), {kNone, 1})};
  const std::string second = Operation("a + on (x) b", 2).of(later, rhs).error;
  EXPECT_TRUE(second.contains("[{x=\"1\", y=\"1\"}, {x=\"1\", y=\"2\"}]")) << second;
}

// The pair is the first that is met; 2.x names the later of the two first, 3.x the smaller of the two.
TEST(VectorBinary, NamesThePairInItsDialectsOrder) {
  const std::vector<GivenSeries> lhs{at(named("a"), {1})};
  const std::vector<GivenSeries> up{at({{"y", "1"}}, {1}), at({{"y", "2"}}, {1}), at({{"y", "0"}}, {1})};
  const std::vector<GivenSeries> down{at({{"y", "2"}}, {1}), at({{"y", "1"}}, {1}), at({{"y", "0"}}, {1})};
  const auto error = [&](const std::vector<GivenSeries>& rhs, const EngineOptions& options) {
    return Operation("a + on () b", 1, options).of(lhs, rhs).error;
  };
  EXPECT_THAT(error(up, {}), HasSubstr("[{y=\"1\"}, {y=\"2\"}]"));
  EXPECT_THAT(error(down, {}), HasSubstr("[{y=\"1\"}, {y=\"2\"}]"));
  EXPECT_THAT(error(up, prometheus2()), HasSubstr("[{y=\"2\"}, {y=\"1\"}]"));
  EXPECT_THAT(error(down, prometheus2()), HasSubstr("[{y=\"1\"}, {y=\"2\"}]"));
}

// Else whoever merges equal labels would report those first.
TEST(VectorBinary, GivesNoResultOfASecondMatch) {
  Bench bench("a + on (x) b", {0, 0, 1});
  const OperatorPtr operation =
      makeBinary(
          bench.place(bench.root()),
          bench.given(bench.root(), {at({{"x", "1"}, {"y", "1"}}, {1}), at({{"x", "1"}, {"y", "2"}}, {2})}),
          bench.given(bench.root(), {at({{"x", "1"}}, {1})}))
          .value();
  Series series;
  ASSERT_TRUE(operation->next(series).value());
  EXPECT_EQ(operation->next(series).error().message, kManyToOneMustBeExplicit);
}

TEST(VectorBinary, RefusesManyToOneThatIsNotSaid) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}, {"y", "1"}}), {1, kNone}),
                                     at(named("a", {{"x", "1"}, {"y", "2"}}), {kNone, 2})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {1, 1})};
  EXPECT_THAT(Operation("a + on (x) b", 2).of(lhs, rhs).series,
              ElementsAre("{x=\"1\"} 2 -", "{x=\"1\"} - 3"));
  const std::vector<GivenSeries> both{at(named("a", {{"x", "1"}, {"y", "1"}}), {1, 1}),
                                      at(named("a", {{"x", "1"}, {"y", "2"}}), {kNone, 2})};
  EXPECT_EQ(Operation("a + on (x) b", 2).of(both, rhs).error, kManyToOneMustBeExplicit);
  EXPECT_THAT(Operation("a + on (x) b", 2).of(both, {at(named("b", {{"x", "1"}}), {1, kNone})}).error,
              IsEmpty());
}

TEST(VectorBinary, RefusesEqualResultsOfOneGroup) {
  const std::vector<GivenSeries> rhs{at(named("c", {{"x", "1"}}), {1, 1})};
  const std::vector<GivenSeries> both{at(named("a", {{"x", "1"}}), {1, 1}),
                                      at(named("b", {{"x", "1"}}), {kNone, 2})};
  EXPECT_EQ(Operation("a * on (x) group_left c", 2).of(both, rhs).error, kGroupingMustBeUnique);
  EXPECT_THAT(Operation("a > on (x) group_left c", 2).of(both, rhs).series, ElementsAre("b{x=\"1\"} - 2"));
  EXPECT_EQ(Operation("a > bool on (x) group_left c", 2).of(both, rhs).error, kGroupingMustBeUnique);
  const std::vector<GivenSeries> apart{at(named("a", {{"x", "1"}}), {1, kNone}),
                                       at(named("b", {{"x", "1"}}), {kNone, 2})};
  EXPECT_THAT(Operation("a * on (x) group_left c", 2).of(apart, rhs).series,
              ElementsAre("{x=\"1\"} 1 -", "{x=\"1\"} - 2"));
}

// 3.x looks for a second match before a comparison filters, 2.x after.
TEST(VectorBinary, ChecksTheMatchBeforeItFiltersInPrometheus3) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}, {"y", "1"}}), {1}),
                                     at(named("a", {{"x", "1"}, {"y", "2"}}), {5})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {3})};
  EXPECT_EQ(Operation("a > on (x) b", 1).of(lhs, rhs).error, kManyToOneMustBeExplicit);
  EXPECT_THAT(Operation("a > on (x) b", 1, prometheus2()).of(lhs, rhs).series, ElementsAre("{x=\"1\"} 5"));
  EXPECT_EQ(Operation("a > bool on (x) b", 1, prometheus2()).of(lhs, rhs).error, kManyToOneMustBeExplicit);
  EXPECT_EQ(Operation("a != on (x) b", 1, prometheus2()).of(lhs, rhs).error, kManyToOneMustBeExplicit);
}

TEST(VectorBinary, ReportsTheErrorOfTheEarliestStep) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}, {"y", "1"}}), {1, 1, 1}),
                                     at(named("a", {{"x", "1"}, {"y", "2"}}), {kNone, 1, 1})};
  const std::vector<GivenSeries> late{at(named("b", {{"x", "1"}, {"y", "1"}}), {1, 1, 1}),
                                      at(named("b", {{"x", "1"}, {"y", "2"}}), {kNone, kNone, 2})};
  EXPECT_EQ(Operation("a + on (x) b", 3).of(lhs, late).error, kManyToOneMustBeExplicit);
  const std::vector<GivenSeries> same{at(named("b", {{"x", "1"}, {"y", "1"}}), {1, 1, 1}),
                                      at(named("b", {{"x", "1"}, {"y", "2"}}), {kNone, 1, 2})};
  EXPECT_TRUE(Operation("a + on (x) b", 3).of(lhs, same).error.starts_with("found duplicate series"));
}

TEST(VectorBinary, ReportsTheLeftSidesErrorOfTwo) {
  Operation operation("a + b", 1);
  EXPECT_EQ(operation.ofOperators(operation.failing({}, "left"), operation.failing({}, "right")).error,
            "left");
  EXPECT_EQ(operation.ofOperators(operation.given({}), operation.failing({}, "right")).error, "right");
  Operation grouped("a + on (x) group_right b", 1);
  EXPECT_EQ(grouped.ofOperators(grouped.failing({}, "left"), grouped.failing({}, "right")).error, "left");
}

TEST(VectorBinary, ReportsASidesErrorRatherThanTheMatchings) {
  const std::vector<GivenSeries> both{at(named("a", {{"x", "1"}, {"y", "1"}}), {1}),
                                      at(named("a", {{"x", "1"}, {"y", "2"}}), {2})};
  Operation operation("a + on (x) b", 1);
  EXPECT_EQ(operation.ofOperators(operation.failing(both, "left"), operation.given(both)).error, "left");
}

// Fills.

TEST(VectorBinary, FillsTheRightSide) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}, {"y", "1"}}), {1, 2}),
                                     at(named("a", {{"x", "2"}, {"y", "1"}}), {kNone, 3})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}}), {10, kNone}),
                                     at(named("b", {{"x", "9"}}), {1, 1})};
  EXPECT_THAT(Operation("a + on (x) fill_right (100) b", 2).of(lhs, rhs).series,
              ElementsAre("{x=\"1\"} 11 102", "{x=\"2\"} - 103"));
}

TEST(VectorBinary, FillsTheLeftSideAfterAllMatches) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {1, kNone})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "9"}, {"y", "2"}}), {7, kNone}),
                                     at(named("b", {{"x", "1"}, {"y", "3"}}), {10, 20})};
  EXPECT_THAT(Operation("a - on (x) fill_left (100) b", 2).of(lhs, rhs).series,
              ElementsAre("{x=\"1\"} -9 -", "{x=\"9\"} 93 -", "{x=\"1\"} - 80"));
}

TEST(VectorBinary, FillsBothSidesAndAnEmptyOne) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {1})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "2"}}), {2})};
  EXPECT_THAT(Operation("a - fill (0) b", 1).of(lhs, rhs).series, ElementsAre("{x=\"1\"} 1", "{x=\"2\"} -2"));
  EXPECT_THAT(Operation("a - fill (0) b", 1).of(lhs, {}).series, ElementsAre("{x=\"1\"} 1"));
  EXPECT_THAT(Operation("a - fill (0) b", 1).of({}, rhs).series, ElementsAre("{x=\"2\"} -2"));
  EXPECT_THAT(Operation("a - fill_right (0) b", 1).of({}, rhs).series, IsEmpty());
}

// A filled partner has the match labels only: what group_left includes is deleted where it is none of them.
TEST(VectorBinary, GivesAFilledPartnerTheMatchLabels) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}, {"v", "old"}}), {1, 2})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "1"}, {"v", "new"}}), {10, kNone}),
                                     at(named("b", {{"x", "2"}, {"v", "two"}}), {3, kNone})};
  EXPECT_THAT(Operation("a + on (x) group_left (v) fill (0) b", 2).of(lhs, rhs).series,
              ElementsAre("{v=\"new\", x=\"1\"} 11 -", "{x=\"1\"} - 2", "{v=\"two\", x=\"2\"} 3 -"));
}

// As in Prometheus: group_right swaps the sides, and the fills with them.
TEST(VectorBinary, SwapsTheFillsWithGroupRight) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {1})};
  const std::vector<GivenSeries> rhs{at(named("b", {{"x", "2"}, {"y", "1"}}), {5})};
  EXPECT_THAT(Operation("a - on (x) group_right fill_right (100) b", 1).of(lhs, rhs).series,
              ElementsAre("{x=\"2\", y=\"1\"} 95"));
  EXPECT_THAT(Operation("a - on (x) group_right fill_left (100) b", 1).of(lhs, rhs).series,
              ElementsAre("{x=\"1\"} -99"));
}

TEST(VectorBinary, ChecksMatchesWithFilledPartners) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}, {"y", "1"}}), {1}),
                                     at(named("a", {{"x", "1"}, {"y", "2"}}), {2})};
  EXPECT_EQ(Operation("a + on (x) fill_right (0) b", 1).of(lhs, {}).error, kManyToOneMustBeExplicit);
  EXPECT_THAT(Operation("a + on (x) group_left fill_right (0) b", 1).of(lhs, {}).series,
              ElementsAre("{x=\"1\", y=\"1\"} 1", "{x=\"1\", y=\"2\"} 2"));
  EXPECT_TRUE(
      Operation("b + on (x) fill_left (0) a", 1).of({}, lhs).error.starts_with("found duplicate series"));
}

TEST(VectorBinary, FiltersFilledValues) {
  const std::vector<GivenSeries> lhs{at(named("a", {{"x", "1"}}), {1}), at(named("a", {{"x", "2"}}), {-1})};
  EXPECT_THAT(Operation("a > fill_right (0) b", 1).of(lhs, {}).series, ElementsAre("a{x=\"1\"} 1"));
  EXPECT_THAT(Operation("b < fill_left (0) a", 1).of({}, lhs).series, ElementsAre("{x=\"1\"} 0"));
}

// Steps and memory.

TEST(VectorBinary, WorksAcrossWordsOfSteps) {
  constexpr std::size_t kSteps = 130;
  std::vector<double> left(kSteps, kNone);
  std::vector<double> right(kSteps, kNone);
  left[0] = left[63] = left[64] = left[129] = 1;
  right[63] = right[129] = 2;
  const Answered answered =
      Operation("a + b", kSteps).of({at({{"x", "1"}}, left)}, {at({{"x", "1"}}, right)});
  std::string expected = "{x=\"1\"}";
  for (std::size_t step = 0; step < kSteps; ++step) expected += step == 63 || step == 129 ? " 3" : " -";
  EXPECT_THAT(answered.series, ElementsAre(expected));
}

TEST(VectorBinary, GivesItsMemoryBack) {
  Operation operation("a * on (x) group_left (v) fill (1) b", 64);
  const std::vector<double> values(64, 2);
  operation.of({at({{"x", "1"}, {"y", "1"}}, values), at({{"x", "2"}}, values)},
               {at({{"x", "1"}, {"v", "1"}}, values), at({{"x", "3"}, {"v", "1"}}, values)});
  // The pool keeps columns; nothing else is left.
  EXPECT_EQ(operation.memoryUsed() % (64 * sizeof(double)), 0U);
}

TEST(VectorBinary, StopsWhereTheBudgetEnds) {
  EngineOptions options;
  options.max_query_bytes = 4096;
  std::vector<GivenSeries> many;
  for (int i = 0; i < 100; ++i) many.push_back(at({{"x", std::to_string(i)}}, std::vector<double>(64, 1)));
  EXPECT_THROW(Operation("a * b", 64, options).of(many, many), EvaluationStopped);
}

}  // namespace
}  // namespace prome::engine::testing
