#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "binary_fixture.h"

namespace prome::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<GivenSeries> left() {
  return {at({{"__name__", "a"}, {"x", "1"}}, {1, 2, kNone}), at({{"__name__", "a"}, {"x", "2"}}, {3, 4, 5})};
}
std::vector<GivenSeries> right() {
  return {at({{"__name__", "b"}, {"x", "1"}}, {10, kNone, 30}),
          at({{"__name__", "c"}, {"x", "3"}}, {40, 50, 60})};
}

TEST(SetBinary, AndKeepsWhatIsOnBothSidesAtAStep) {
  EXPECT_THAT(Operation("a and b", 3).of(left(), right()).series, ElementsAre("a{x=\"1\"} 1 - -"));
  EXPECT_THAT(Operation("a and on () b", 3).of(left(), right()).series,
              ElementsAre("a{x=\"1\"} 1 2 -", "a{x=\"2\"} 3 4 5"));
  EXPECT_THAT(Operation("a and b", 3).of(left(), {}).series, IsEmpty());
}

TEST(SetBinary, UnlessKeepsWhatIsNotOnTheRightAtAStep) {
  EXPECT_THAT(Operation("a unless b", 3).of(left(), right()).series,
              ElementsAre("a{x=\"1\"} - 2 -", "a{x=\"2\"} 3 4 5"));
  EXPECT_THAT(Operation("a unless ignoring (x) b", 3).of(left(), right()).series, IsEmpty());
  EXPECT_THAT(Operation("a unless b", 3).of(left(), {}).series,
              ElementsAre("a{x=\"1\"} 1 2 -", "a{x=\"2\"} 3 4 5"));
}

TEST(SetBinary, OrAddsWhatIsNotOnTheLeftAtAStep) {
  EXPECT_THAT(
      Operation("a or b", 3).of(left(), right()).series,
      ElementsAre("a{x=\"1\"} 1 2 -", "a{x=\"2\"} 3 4 5", "b{x=\"1\"} - - 30", "c{x=\"3\"} 40 50 60"));
  EXPECT_THAT(Operation("a or on () b", 3).of({at({{"x", "1"}}, {1, kNone, kNone})}, right()).series,
              ElementsAre("{x=\"1\"} 1 - -", "b{x=\"1\"} - - 30", "c{x=\"3\"} - 50 60"));
  EXPECT_THAT(Operation("a or b", 3).of({}, right()).series,
              ElementsAre("b{x=\"1\"} 10 - 30", "c{x=\"3\"} 40 50 60"));
}

// The right side's own series of one group are all added.
TEST(SetBinary, OrKeepsAllOfTheRightSidesGroup) {
  EXPECT_THAT(Operation("a or on (x) b", 2)
                  .of({at({{"x", "1"}}, {1, kNone})},
                      {at({{"x", "1"}, {"y", "1"}}, {2, 2}), at({{"x", "1"}, {"y", "2"}}, {3, 3})})
                  .series,
              ElementsAre("{x=\"1\"} 1 -", "{x=\"1\", y=\"1\"} - 2", "{x=\"1\", y=\"2\"} - 3"));
}

TEST(SetBinary, GathersAGroupsPresenceFromAllItsSeries) {
  EXPECT_THAT(Operation("a and on (x) b", 3)
                  .of({at({{"x", "1"}}, {1, 2, 3})}, {at({{"x", "1"}, {"y", "1"}}, {2, kNone, kNone}),
                                                      at({{"x", "1"}, {"y", "2"}}, {kNone, kNone, 1})})
                  .series,
              ElementsAre("{x=\"1\"} 1 - 3"));
}

TEST(SetBinary, KeepsMarksOfNamesToBeRemoved) {
  class Marked : public GivenOperator {
   public:
    using GivenOperator::GivenOperator;

   protected:
    Result<bool> produce(Series& series) override {
      const Result<bool> more = GivenOperator::produce(series);
      series.drop_name = true;
      return more;
    }
  };
  Bench bench("a or b", {0, 0, 1}, delayedNames());
  const auto marked = [&](std::string_view name) {
    return std::make_unique<Marked>(bench.place(bench.root()),
                                    std::vector<GivenSeries>{at({{"__name__", name}, {"x", name}}, {1})});
  };
  const OperatorPtr either = makeBinary(bench.place(bench.root()), marked("a"), marked("b")).value();
  const Result<std::vector<Series>> all = drain(*either);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_TRUE((*all)[0].drop_name);
  EXPECT_TRUE((*all)[1].drop_name);
}

TEST(SetBinary, ReportsTheLeftSidesErrorOfTwo) {
  for (const char* text : {"a and b", "a unless b", "a or b"}) {
    Operation operation(text, 1);
    EXPECT_EQ(operation.ofOperators(operation.failing({}, "left"), operation.failing({}, "right")).error,
              "left");
    EXPECT_EQ(operation.ofOperators(operation.given({}), operation.failing({}, "right")).error, "right");
  }
}

}  // namespace
}  // namespace prome::engine::testing
