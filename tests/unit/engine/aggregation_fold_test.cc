#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "aggregation_fixture.h"

namespace prome::engine::testing {
namespace {

using model::kNormalNaN;
using model::Labels;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kMax = std::numeric_limits<double>::max();

/// One series a value, all in one group of one step.
std::vector<Given> column(std::initializer_list<double> values) {
  std::vector<Given> series;
  for (const double value : values) {
    const std::string number = std::to_string(series.size());
    series.push_back({Labels{{"__name__", "x"}, {"i", number}}, {value}});
  }
  return series;
}

double ofColumn(const std::string& text, std::initializer_list<double> values,
                const EngineOptions& options = {}) {
  const Aggregated answer(text, 1, column(values), {}, options);
  EXPECT_EQ(answer.rows().size(), 1U);
  return answer.rows().empty() ? kAbsent : answer.rows()[0].floats[0];
}

TEST(Grouping, ByKeepsLabelsAndWithoutDropsThemAndTheName) {
  const std::vector<Given> series = {{{{"__name__", "x"}, {"job", "a"}, {"i", "1"}}, {1}},
                                     {{{"__name__", "x"}, {"job", "b"}, {"i", "1"}}, {2}},
                                     {{{"__name__", "y"}, {"job", "a"}, {"i", "2"}}, {4}}};
  const Aggregated by_job("sum by (job, nope, job) (x)", 1, series);
  ASSERT_EQ(by_job.rows().size(), 2U);
  EXPECT_EQ(by_job.rows()[0].labels, (Labels{{"job", "a"}}));
  EXPECT_TRUE(sameValues(by_job.rows()[0].floats, {5}));
  EXPECT_EQ(by_job.rows()[1].labels, (Labels{{"job", "b"}}));

  const Aggregated without_i("sum without (i) (x)", 1, series);
  ASSERT_EQ(without_i.rows().size(), 2U);
  EXPECT_TRUE(sameValues(without_i.floats({{"job", "a"}}), {5}));

  const Aggregated by_name("sum by (__name__) (x)", 1, series);
  EXPECT_TRUE(sameValues(by_name.floats({{"__name__", "x"}}), {3}));
  EXPECT_TRUE(sameValues(by_name.floats({{"__name__", "y"}}), {4}));

  const Aggregated without("sum without () (x)", 1, series);
  EXPECT_EQ(without.rows().size(), 3U);
  EXPECT_EQ(without.rows()[0].labels, (Labels{{"i", "1"}, {"job", "a"}}));

  const Aggregated all("sum(x)", 1, series);
  ASSERT_EQ(all.rows().size(), 1U);
  EXPECT_TRUE(all.rows()[0].labels.empty());
}

TEST(Grouping, GroupsComeInTheOrderOfTheirFirstSeriesWithAValue) {
  const Aggregated answer("sum by (job) (x)", 2,
                          {{{{"job", "b"}, {"i", "0"}}, {kNone, kNone}},
                           {{{"job", "a"}, {"i", "1"}}, {kNone, 1}},
                           {{{"job", "b"}, {"i", "2"}}, {1, 1}}});
  ASSERT_EQ(answer.rows().size(), 2U);
  EXPECT_EQ(answer.rows()[0].labels, (Labels{{"job", "a"}}));
  EXPECT_TRUE(sameValues(answer.rows()[0].floats, {kNone, 1}));
}

TEST(Sum, IsCompensatedIn3x) {
  EXPECT_EQ(ofColumn("sum(x)", {1, 1e100, 1, -1e100}), 2);
  EXPECT_EQ(ofColumn("sum(x)", {1, 1e100, 1, -1e100}, k2x), 0);
}

TEST(Sum, OverflowsAndForgetsTheCompensation) {
  EXPECT_EQ(ofColumn("sum(x)", {kMax, kMax}), kInf);
  EXPECT_EQ(ofColumn("sum(x)", {1, 1e20, kInf}), kInf);
  EXPECT_TRUE(std::isnan(ofColumn("sum(x)", {kInf, -kInf})));
  EXPECT_TRUE(std::isnan(ofColumn("sum(x)", {1, kNormalNaN})));
}

// 3.x adds the compensation, 0, to a sum; 2.x begins with the first value.
TEST(Sum, OfMinusZeroIsZeroIn3x) {
  EXPECT_FALSE(std::signbit(ofColumn("sum(x)", {-0.0})));
  EXPECT_TRUE(std::signbit(ofColumn("sum(x)", {-0.0}, k2x)));
  EXPECT_FALSE(std::signbit(ofColumn("sum(x)", {-0.0, 0.0}, k2x)));
}

TEST(Sum, IsAbsentWhereNothingIs) {
  for (const EngineOptions& options : {EngineOptions{}, k2x}) {
    const Aggregated answer("sum(x)", 3, {{{{"i", "0"}}, {1, kNone, kNone}}, {{{"i", "1"}}, {2, 3, kNone}}},
                            {}, options);
    EXPECT_TRUE(sameValues(answer.floats({}), {3, 3, kNone}));
  }
}

TEST(Average, DividesACompensatedSum) {
  EXPECT_EQ(ofColumn("avg(x)", {1, 1e100, 1, -1e100}), 0.5);
  EXPECT_EQ(ofColumn("avg(x)", {1, 2}, k2x), 1.5);
}

TEST(Average, GoesOnWithAMeanWhereTheSumWouldOverflow) {
  EXPECT_EQ(ofColumn("avg(x)", {kMax, kMax}), kMax);
  EXPECT_EQ(ofColumn("avg(x)", {1e308, 1e308}, k2x), 1e308);
  EXPECT_EQ(ofColumn("avg(x)", {-kMax, 0, -kMax, -kMax, 0, -kMax}), -kMax / 6 * 4);
}

TEST(Average, OfInfinities) {
  for (const EngineOptions& options : {EngineOptions{}, k2x}) {
    EXPECT_EQ(ofColumn("avg(x)", {kInf, 3}, options), kInf);
    EXPECT_EQ(ofColumn("avg(x)", {3, kInf}, options), kInf);
    EXPECT_EQ(ofColumn("avg(x)", {-kInf, -kInf, 1}, options), -kInf);
    EXPECT_TRUE(std::isnan(ofColumn("avg(x)", {kInf, -kInf}, options)));
    EXPECT_TRUE(std::isnan(ofColumn("avg(x)", {kInf, kNormalNaN}, options)));
  }
}

// mean += x/n - mean/n gives another last digit than a sum divided.
TEST(Average, MovesAPlainMeanIn2x) {
  double mean = 0.1;
  mean += 0.2 / 2 - mean / 2;
  mean += 1e15 / 3 - mean / 3;
  EXPECT_EQ(ofColumn("avg(x)", {0.1, 0.2, 1e15}, k2x), mean);
}

TEST(MinAndMax, PreferAnythingToNaN) {
  EXPECT_EQ(ofColumn("max(x)", {kNormalNaN, -kInf, -5}), -5);
  EXPECT_EQ(ofColumn("min(x)", {7, kNormalNaN, 3}), 3);
  EXPECT_EQ(ofColumn("min(x)", {kNormalNaN, kInf}), kInf);
  EXPECT_TRUE(std::isnan(ofColumn("max(x)", {kNormalNaN, kNormalNaN})));
}

TEST(MinAndMax, KeepTheFirstOfEqualValues) {
  EXPECT_TRUE(std::signbit(ofColumn("max(x)", {-0.0, 0.0})));
  EXPECT_FALSE(std::signbit(ofColumn("min(x)", {0.0, -0.0})));
}

TEST(MinAndMax, DoNotTakeAbsentForNaN) {
  const Aggregated answer(
      "max(x)", 3, {{{{"i", "0"}}, {kNormalNaN, kNone, 1}}, {{{"i", "1"}}, {kNone, kNone, kNormalNaN}}});
  EXPECT_TRUE(sameValues(answer.floats({}), {kNormalNaN, kNone, 1}));
}

TEST(Count, CountsNaNsAndNotGaps) {
  const Aggregated answer("count(x)", 3,
                          {{{{"i", "0"}}, {kNormalNaN, 1, kNone}}, {{{"i", "1"}}, {5, kNone, kNone}}});
  EXPECT_TRUE(sameValues(answer.floats({}), {2, 1, kNone}));
}

TEST(Group, IsOneWhereAnythingIs) {
  const Aggregated answer("group(x)", 3,
                          {{{{"i", "0"}}, {kNormalNaN, kNone, kNone}}, {{{"i", "1"}}, {5, 5, kNone}}});
  EXPECT_TRUE(sameValues(answer.floats({}), {1, 1, kNone}));
}

TEST(Deviation, FollowsWelford) {
  EXPECT_EQ(ofColumn("stdvar(x)", {1, 3}), 1);
  EXPECT_EQ(ofColumn("stddev(x)", {2, 4, 4, 4, 5, 5, 7, 9}), 2);
  EXPECT_EQ(ofColumn("stddev(x)", {42}), 0);
  EXPECT_TRUE(std::isnan(ofColumn("stddev(x)", {kInf, 1})));
  EXPECT_TRUE(std::isnan(ofColumn("stdvar(x)", {kNormalNaN})));
}

TEST(Deviation, CountsEachStepForItself) {
  const Aggregated answer("stdvar(x)", 3, {{{{"i", "0"}}, {1, 1, kNone}}, {{{"i", "1"}}, {3, kNone, kNone}}});
  EXPECT_TRUE(sameValues(answer.floats({}), {1, 0, kNone}));
}

TEST(DroppedName, IsThatOfTheLastStepWithAResult) {
  const Labels named{{"__name__", "x"}};
  const auto lastLoses = [&](bool first_drops, bool second_drops) {
    const Aggregated answer("max by (__name__) (x)", 3,
                            {{{{"__name__", "x"}, {"i", "0"}}, {1, 1, kNone}, {}, first_drops},
                             {{{"__name__", "x"}, {"i", "1"}}, {kNone, 1, kNone}, {}, second_drops},
                             {{{"__name__", "x"}, {"i", "2"}}, {1, kNone, kNone}, {}, first_drops}});
    EXPECT_EQ(answer.rows().size(), 1U);
    EXPECT_EQ(answer.rows()[0].labels, named);
    return answer.rows()[0].drop_name;
  };
  EXPECT_FALSE(lastLoses(false, false));
  EXPECT_TRUE(lastLoses(true, true));
  EXPECT_TRUE(lastLoses(false, true)) << "any series at that step";
  EXPECT_TRUE(lastLoses(true, false)) << "any series at that step";
}

TEST(DroppedName, ForgetsSeriesThatEndedEarlier) {
  const Aggregated answer("sum by (__name__) (x)", 2,
                          {{{{"__name__", "x"}, {"i", "0"}}, {1, kNone}, {}, true},
                           {{{"__name__", "x"}, {"i", "1"}}, {kNone, 1}, {}, false}});
  EXPECT_FALSE(answer.rows()[0].drop_name);
}

}  // namespace
}  // namespace prome::engine::testing
