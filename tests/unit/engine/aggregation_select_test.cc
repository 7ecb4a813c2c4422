#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "aggregation_fixture.h"

namespace prome::engine::testing {
namespace {

using model::kNormalNaN;
using model::Labels;

constexpr double kInf = std::numeric_limits<double>::infinity();

Labels numbered(std::size_t i) {
  const std::string number = std::to_string(i);
  return {{"__name__", "x"}, {"i", number}};
}

/// Series numbered from 0, one a list of values.
std::vector<Given> numberedSeries(const std::vector<std::vector<double>>& columns) {
  std::vector<Given> series;
  for (const auto& values : columns) series.push_back({numbered(series.size()), values});
  return series;
}

std::vector<Given> instant(const std::vector<double>& values) {
  std::vector<Given> series;
  for (const double value : values) series.push_back({numbered(series.size()), {value}});
  return series;
}

/// The numbers of the series in an answer, in its order.
std::vector<int> numbersOf(const Aggregated& answer) {
  std::vector<int> numbers;
  for (const Row& row : answer.rows()) numbers.push_back(std::stoi(std::string(row.labels.get("i"))));
  return numbers;
}

using Numbers = std::vector<int>;

TEST(Top, BestComeFirstAtAnInstant) {
  EXPECT_EQ(numbersOf(Aggregated("topk(2, x)", 1, instant({3, 9, 1, 7}), {2})), (Numbers{1, 3}));
  EXPECT_EQ(numbersOf(Aggregated("bottomk(3, x)", 1, instant({3, 9, 1, 7}), {3})), (Numbers{2, 0, 3}));
}

// Of 1 1 1 2 1 2 with three places: the first 2 replaces the top (0) and sinks below 1; the last replaces 1.
TEST(Top, TiesFallAsInGoHeaps) {
  EXPECT_EQ(numbersOf(Aggregated("topk(3, x)", 1, instant({1, 1, 1, 2, 1, 2}), {3})), (Numbers{3, 5, 2}));
  EXPECT_EQ(numbersOf(Aggregated("topk(2, x)", 1, instant({4, 4, 4, 4}), {2})), (Numbers{0, 1}));
  EXPECT_EQ(numbersOf(Aggregated("bottomk(3, x)", 1, instant({2, 2, 2, 1, 2, 1}), {3})), (Numbers{3, 5, 2}));
}

TEST(Top, NaNLoses) {
  EXPECT_EQ(numbersOf(Aggregated("topk(2, x)", 1, instant({kNormalNaN, 1, kNormalNaN, 2}), {2})),
            (Numbers{3, 1}));
  EXPECT_EQ(numbersOf(Aggregated("bottomk(3, x)", 1, instant({kNormalNaN, 1, kNormalNaN, 2}), {3})),
            (Numbers{1, 3, 0}));
  EXPECT_EQ(numbersOf(Aggregated("topk(1, x)", 1, instant({-kInf}), {1})), (Numbers{0}));
}

TEST(Top, GroupsFollowOneAnotherAtAnInstant) {
  const std::vector<Given> series = {{{{"job", "b"}, {"i", "0"}}, {1}},
                                     {{{"job", "a"}, {"i", "1"}}, {5}},
                                     {{{"job", "b"}, {"i", "2"}}, {3}},
                                     {{{"job", "a"}, {"i", "3"}}, {4}}};
  EXPECT_EQ(numbersOf(Aggregated("topk by (job) (1, x)", 1, series, {1})), (Numbers{2, 1}));
}

TEST(Top, CountChangesFromStepToStep) {
  const Aggregated answer("topk(scalar(k), x)", 4,
                          numberedSeries({{1, 1, 1, 1}, {2, 2, 2, kNone}, {3, 3, kNone, kNone}}),
                          {0, 1, 2.9, 5});
  EXPECT_EQ(numbersOf(answer), (Numbers{0, 1, 2}));
  EXPECT_TRUE(sameValues(answer.rows()[0].floats, {kNone, kNone, 1, 1}));
  EXPECT_TRUE(sameValues(answer.rows()[1].floats, {kNone, kNone, 2, kNone}));
  EXPECT_TRUE(sameValues(answer.rows()[2].floats, {kNone, 3, kNone, kNone}));
}

TEST(Top, MoreThanThereAreTakesAllAndAllocatesNothingForIt) {
  const EngineOptions small{.max_query_bytes = 4096};
  EXPECT_EQ(Aggregated("topk(1e18, x)", 1, instant({1, 2, 3}), {1e18}, small).rows().size(), 3U);
}

TEST(Count, IsCheckedOnAnEmptyVectorToo) {
  const auto errorOf = [](const char* text, double k, const EngineOptions& options = {}) {
    return Aggregated(text, 1, {}, {k}, options).error();
  };
  for (const char* text : {"topk(1, x)", "bottomk(1, x)", "limitk(1, x)"}) {
    EXPECT_EQ(errorOf(text, kNormalNaN), "Parameter value is NaN");
    EXPECT_EQ(errorOf(text, 1e30), "Scalar value 1e+30 overflows int64");
    EXPECT_EQ(errorOf(text, 9223372036854774784.0), "Scalar value 9.223372036854775e+18 overflows int64");
    EXPECT_EQ(errorOf(text, kInf), "Scalar value +Inf overflows int64");
    EXPECT_EQ(errorOf(text, 9223372036854773760.0), "");
    EXPECT_EQ(errorOf(text, -1e30), "") << "nothing is asked for";
    EXPECT_EQ(errorOf(text, 0.999), "");
  }
  EXPECT_EQ(errorOf("topk(1, x)", kNormalNaN, k2x), "Scalar value NaN overflows int64");
  EXPECT_EQ(errorOf("topk(1, x)", -1e30, k2x), "Scalar value -1e+30 overflows int64");
  EXPECT_EQ(errorOf("topk(1, x)", 9223372036854774784.0, k2x), "");
}

TEST(Count, OneBadStepFailsAll) {
  const auto errorOf = [](std::vector<double> k) {
    return Aggregated("topk(scalar(k), x)", 2, {}, k).error();
  };
  EXPECT_EQ(errorOf({1, kNormalNaN}), "Parameter value is NaN");
  EXPECT_EQ(errorOf({-1e30, 1}), "Scalar value -1e+30 underflows int64");
  EXPECT_EQ(errorOf({kNormalNaN, kInf}), "Parameter value is NaN");
}

TEST(Limitk, TakesTheFirstOfEachStep) {
  const Aggregated answer("limitk(scalar(k), x)", 3,
                          numberedSeries({{kNone, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, kNone}}), {2, 1, 0});
  EXPECT_EQ(numbersOf(answer), (Numbers{0, 1, 2}));
  EXPECT_TRUE(sameValues(answer.rows()[0].floats, {kNone, 1, kNone}));
  EXPECT_TRUE(sameValues(answer.rows()[1].floats, {2, kNone, kNone}));
  EXPECT_TRUE(sameValues(answer.rows()[2].floats, {3, kNone, kNone}));
}

// 3, then 1 above it, then 2 below 1.
TEST(Limitk, AnswersInHeapOrderAtAnInstant) {
  EXPECT_EQ(numbersOf(Aggregated("limitk(3, x)", 1, instant({3, 1, 2, 0}), {3})), (Numbers{1, 0, 2}));
}

TEST(LimitRatio, GoesByTheHashOfTheLabels) {
  std::vector<Given> series = numberedSeries(std::vector<std::vector<double>>(50, {1, 1, 1, 1}));
  const Aggregated answer("limit_ratio(scalar(r), x)", 4, series, {0.3, -0.7, 0, 5});
  std::size_t taken = 0;
  for (const Given& given : series) {
    const bool low = static_cast<double>(given.labels.hash()) / 18446744073709551616.0 < 0.3;
    taken += low ? 1U : 0U;
    EXPECT_TRUE(sameValues(answer.floats(given.labels), {low ? 1 : kNone, low ? kNone : 1, kNone, 1}));
  }
  EXPECT_GT(taken, 0U);
  EXPECT_LT(taken, series.size());
}

TEST(LimitRatio, RefusesNaN) {
  EXPECT_EQ(Aggregated("limit_ratio(NaN, x)", 1, {}, {kNormalNaN}).error(), "Ratio value is NaN");
  EXPECT_EQ(Aggregated("limit_ratio(0, x)", 1, instant({1}), {0}).rows().size(), 0U);
}

double quantileOfColumn(double q, const std::vector<double>& values) {
  return Aggregated("quantile(0, x)", 1, instant(values), {q}).floats({}).at(0);
}

TEST(Quantile, LiesBetweenTheNearestValues) {
  EXPECT_EQ(quantileOfColumn(0.5, {4, 1, 2}), 2);
  EXPECT_EQ(quantileOfColumn(0.5, {2, 1}), 1.5);
  EXPECT_EQ(quantileOfColumn(1, {1, 3, 2}), 3);
  EXPECT_EQ(quantileOfColumn(0, {3}), 3);
  EXPECT_EQ(quantileOfColumn(-1, {3}), -kInf);
  EXPECT_EQ(quantileOfColumn(2, {3}), kInf);
  EXPECT_TRUE(std::isnan(quantileOfColumn(kNormalNaN, {3})));
}

TEST(Quantile, NaNsRankLowest) {
  EXPECT_TRUE(std::isnan(quantileOfColumn(0, {1, kNormalNaN, 2})));
  EXPECT_EQ(quantileOfColumn(1, {1, kNormalNaN, 2}), 2);
  EXPECT_EQ(quantileOfColumn(0.75, {3, kNormalNaN, 1, 2, kNormalNaN}), 2);
}

// More values than are sorted by insertion.
TEST(Quantile, OfManyValues) {
  std::vector<double> values(41);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i * 17 % 41);
  EXPECT_EQ(quantileOfColumn(0.25, values), 10);
  EXPECT_EQ(quantileOfColumn(0.2625, values), 10.5);
  EXPECT_EQ(quantileOfColumn(1, values), 40);
  values[3] = values[5] = kNormalNaN;  // 10 and 3
  EXPECT_TRUE(std::isnan(quantileOfColumn(0.025, values)));
  EXPECT_TRUE(std::isnan(quantileOfColumn(0.0375, values)));
  EXPECT_EQ(quantileOfColumn(0.05, values), 0);
  EXPECT_EQ(quantileOfColumn(0.25, values), 9);
}

TEST(Quantile, OfEachStepAndGroup) {
  const Aggregated answer("quantile by (job) (scalar(q), x)", 3,
                          {{{{"job", "a"}, {"i", "0"}}, {1, kNone, 1}},
                           {{{"job", "b"}, {"i", "1"}}, {7, 8, kNone}},
                           {{{"job", "a"}, {"i", "2"}}, {3, kNone, 2}}},
                          {0.5, 0.5, 1});
  EXPECT_TRUE(sameValues(answer.floats({{"job", "a"}}), {2, kNone, 2}));
  EXPECT_TRUE(sameValues(answer.floats({{"job", "b"}}), {7, 8, kNone}));
}

TEST(CountValues, WritesEachValueInItsLabel) {
  const Aggregated answer("count_values(\"v\", x)", 2,
                          numberedSeries({{1, 1e21}, {1, -0.0}, {0.1, kNormalNaN}, {kNone, -kInf}}));
  EXPECT_EQ(answer.rows().size(), 6U);
  EXPECT_TRUE(sameValues(answer.floats({{"v", "1"}}), {2, kNone}));
  EXPECT_TRUE(sameValues(answer.floats({{"v", "0.1"}}), {1, kNone}));
  EXPECT_TRUE(sameValues(answer.floats({{"v", "1000000000000000000000"}}), {kNone, 1}));
  EXPECT_TRUE(sameValues(answer.floats({{"v", "-0"}}), {kNone, 1}));
  EXPECT_TRUE(sameValues(answer.floats({{"v", "NaN"}}), {kNone, 1}));
  EXPECT_TRUE(sameValues(answer.floats({{"v", "-Inf"}}), {kNone, 1}));
}

TEST(CountValues, CountsMoreThanThereAreSteps) {
  const Aggregated answer("count_values(\"v\", x)", 2, numberedSeries({{1, 1}, {1, kNone}, {1, 1}, {1, 2}}));
  EXPECT_TRUE(sameValues(answer.floats({{"v", "1"}}), {4, 2}));
  EXPECT_TRUE(sameValues(answer.floats({{"v", "2"}}), {kNone, 1}));
}

TEST(CountValues, LabelTakesThePlaceOfAnother) {
  const std::vector<Given> series = {{{{"__name__", "x"}, {"job", "a"}, {"v", "old"}}, {1}},
                                     {{{"__name__", "x"}, {"job", "b"}, {"v", "old"}}, {1}}};
  const auto labelsOf = [&](const char* text) {
    const Aggregated answer(text, 1, series);
    EXPECT_FALSE(answer.rows().empty());
    return answer.rows()[0].labels;
  };
  EXPECT_EQ(labelsOf("count_values by (job, v) (\"v\", x)"), (Labels{{"job", "a"}, {"v", "1"}}));
  EXPECT_EQ(labelsOf("count_values without (job) (\"v\", x)"), (Labels{{"v", "1"}}));
  EXPECT_EQ(labelsOf("count_values without (v) (\"v\", x)"), (Labels{{"job", "a"}}));
  EXPECT_EQ(labelsOf("count_values(\"__name__\", x)"), (Labels{{"__name__", "1"}}));
  EXPECT_EQ(labelsOf("count_values without () (\"__name__\", x)"), (Labels{{"job", "a"}, {"v", "old"}}));
}

TEST(CountValues, RefusesWhatIsNoLabelName) {
  const auto errorOf = [](const char* text, const EngineOptions& options = {}) {
    return Aggregated(text, 1, {}, {}, options).error();
  };
  EXPECT_EQ(errorOf("count_values(\"\", x)"), "invalid label name \"\"");
  EXPECT_EQ(errorOf("count_values(\"\\xff\", x)"), "invalid label name \"\\xff\"");
  EXPECT_EQ(errorOf("count_values(\"a.b\", x)"), "");
  EXPECT_EQ(errorOf("count_values(\"a.b\", x)", k2x), "invalid label name \"a.b\"");
  EXPECT_EQ(errorOf("count_values(\"0a\", x)", k2x), "invalid label name \"0a\"");
}

TEST(CountValues, StaysInItsBudget) {
  std::vector<double> values(4096);
  std::iota(values.begin(), values.end(), 0.0);
  const EngineOptions small{.max_query_bytes = 256 << 10};
  EXPECT_THROW(Aggregated("count_values(\"v\", x)", 4096, numberedSeries({values}), {}, small),
               EvaluationStopped);
}

}  // namespace
}  // namespace prome::engine::testing
