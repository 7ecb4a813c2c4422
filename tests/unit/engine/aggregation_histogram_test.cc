#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "aggregation_fixture.h"

namespace prome::engine::testing {
namespace {

using model::CounterResetHint;
using model::FloatHistogram;
using model::HistogramPtr;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Exponential buckets of schema 0 from index 0 on.
FloatHistogram exponential(double sum, std::vector<double> buckets) {
  FloatHistogram histogram;
  histogram.sum = sum;
  for (const double count : buckets) histogram.count += count;
  histogram.positive_spans = {{0, static_cast<std::uint32_t>(buckets.size())}};
  histogram.positive_buckets = std::move(buckets);
  return histogram;
}

FloatHistogram custom(std::vector<double> bounds, std::vector<double> buckets) {
  FloatHistogram histogram = exponential(1, std::move(buckets));
  histogram.schema = model::kCustomBucketsSchema;
  histogram.custom_values = std::move(bounds);
  return histogram;
}

HistogramPtr shared(FloatHistogram histogram) {
  return std::make_shared<const FloatHistogram>(std::move(histogram));
}

HistogramPtr hinted(CounterResetHint hint) {
  FloatHistogram histogram = exponential(1, {1});
  histogram.counter_reset_hint = hint;
  return shared(std::move(histogram));
}

/// A series each, of one step.
std::vector<Given> instant(const std::vector<HistogramPtr>& histograms,
                           const std::vector<double>& floats = {}) {
  std::vector<Given> series;
  const auto add = [&](std::vector<double> values, std::vector<HistogramPtr> column) {
    const std::string number = std::to_string(series.size());
    series.push_back({model::Labels{{"__name__", "x"}, {"i", number}}, std::move(values), std::move(column)});
  };
  for (const HistogramPtr& histogram : histograms) add({}, {histogram});
  for (const double value : floats) add({value}, {});
  return series;
}

HistogramPtr only(const Aggregated& answer) {
  EXPECT_EQ(answer.rows().size(), 1U);
  if (answer.rows().empty() || answer.rows()[0].histograms.empty()) return nullptr;
  return answer.rows()[0].histograms[0];
}

TEST(HistogramSum, AddsBucketsAndLeavesTheInputAlone) {
  const HistogramPtr first = shared(exponential(5, {1, 2}));
  const HistogramPtr sum = only(Aggregated("sum(x)", 1, instant({first, shared(exponential(7, {3, 0, 4}))})));
  ASSERT_NE(sum, nullptr);
  EXPECT_TRUE(sum->equals(exponential(12, {4, 2, 4}))) << sum->toString();
  EXPECT_EQ(first->sum, 5);
}

TEST(HistogramSum, IsCompensatedIn3x) {
  const std::vector<Given> series = instant({shared(exponential(1, {1})), shared(exponential(1e100, {1})),
                                             shared(exponential(1, {1})), shared(exponential(-1e100, {1}))});
  EXPECT_EQ(only(Aggregated("sum(x)", 1, series))->sum, 2);
  EXPECT_EQ(only(Aggregated("sum(x)", 1, series, {}, k2x))->sum, 0);
  EXPECT_EQ(only(Aggregated("avg(x)", 1, series))->sum, 0.5);
}

TEST(HistogramSum, OfOneIsItself) {
  EXPECT_TRUE(only(Aggregated("sum(x)", 1, instant({shared(exponential(5, {1, 2}))})))
                  ->equals(exponential(5, {1, 2})));
  EXPECT_TRUE(only(Aggregated("avg(x)", 1, instant({shared(exponential(5, {1, 2}))})))
                  ->equals(exponential(5, {1, 2})));
}

TEST(HistogramAverage, DividesByTheCount) {
  for (const EngineOptions& options : {EngineOptions{}, k2x}) {
    const std::vector<Given> series = instant({shared(exponential(4, {2, 6})), shared(exponential(8, {4}))});
    const HistogramPtr average = only(Aggregated("avg(x)", 1, series, {}, options));
    ASSERT_NE(average, nullptr);
    EXPECT_TRUE(average->equals(exponential(6, {3, 3}))) << average->toString();
  }
}

TEST(HistogramAverage, GoesOnWithAMeanWhereTheSumWouldOverflow) {
  constexpr double kHuge = 1e308;
  const HistogramPtr huge = shared(exponential(kHuge, {kHuge}));
  const HistogramPtr average = only(Aggregated("avg(x)", 1, instant({huge, huge, huge, huge})));
  ASSERT_NE(average, nullptr);
  EXPECT_FALSE(average->hasOverflow());
  EXPECT_NEAR(average->sum / kHuge, 1, 1e-15);
  EXPECT_NEAR(average->positive_buckets.at(0) / kHuge, 1, 1e-15);
}

TEST(HistogramMix, DropsOnlyTheStepsThatMix) {
  const HistogramPtr h = shared(exponential(1, {1}));
  for (const char* text : {"sum(x)", "avg(x)"}) {
    Aggregated answer(text, 3,
                      {{{{"i", "0"}}, {kNone, 5, kNone}, {h, nullptr, h}}, {{{"i", "1"}}, {1, 1, kNone}}});
    ASSERT_EQ(answer.rows().size(), 1U);
    EXPECT_FALSE(isAbsent(answer.rows()[0].floats[1]));
    EXPECT_TRUE(isAbsent(answer.rows()[0].floats[0]));
    EXPECT_EQ(answer.rows()[0].histograms[0], nullptr);
    EXPECT_NE(answer.rows()[0].histograms[2], nullptr);
    EXPECT_THAT(
        answer.annotations().warnings,
        ElementsAre("PromQL warning: encountered a mix of histograms and floats for aggregation (1:5)"));
  }
}

TEST(HistogramMix, IsSilentIn2x) {
  Aggregated answer("sum(x)", 1, instant({shared(exponential(1, {1}))}, {1}), {}, k2x);
  EXPECT_TRUE(answer.rows().empty());
  EXPECT_THAT(answer.annotations().warnings, IsEmpty());
}

TEST(HistogramMix, ExponentialWithCustomBucketsHasNoResult) {
  Aggregated answer("sum(x)", 1, instant({shared(exponential(1, {1})), shared(custom({5}, {1}))}));
  EXPECT_TRUE(answer.rows().empty());
  EXPECT_THAT(
      answer.annotations().warnings,
      ElementsAre("PromQL warning: vector contains a mix of histograms with exponential and custom buckets "
                  "schemas for metric name \"x\" (1:5)"));
}

// Floats after the incompatible pair are not looked at, those before it are.
TEST(HistogramMix, WarnsOfFloatsUnlessTheStepIsLostAlready) {
  const HistogramPtr a = shared(exponential(1, {1}));
  const HistogramPtr b = shared(custom({5}, {1}));
  EXPECT_EQ(Aggregated("sum(x)", 1, instant({a, b}, {1})).annotations().warnings.size(), 1U);
  std::vector<Given> float_between = instant({a, b}, {1});
  std::swap(float_between[1], float_between[2]);
  EXPECT_EQ(Aggregated("sum(x)", 1, float_between).annotations().warnings.size(), 2U);
  std::vector<Given> float_first = instant({a, b}, {1});
  std::swap(float_first[0], float_first[2]);
  EXPECT_THAT(Aggregated("sum(x)", 1, float_first).annotations().warnings,
              ElementsAre(::testing::HasSubstr("a mix of histograms and floats for aggregation")));
}

TEST(HistogramSum, TellsOfReconciledBoundsAndCollidingResets) {
  Aggregated bounds("sum(x)", 1, instant({shared(custom({5, 10}, {1, 1, 1})), shared(custom({5}, {1, 2}))}));
  EXPECT_EQ(only(bounds)->custom_values, std::vector<double>{5});
  EXPECT_THAT(bounds.annotations().infos,
              ElementsAre("PromQL info: mismatched custom buckets were reconciled during aggregation (1:5)"));

  for (const char* text : {"sum(x)", "avg(x)"}) {
    Aggregated resets(text, 1,
                      instant({hinted(CounterResetHint::kReset), hinted(CounterResetHint::kUnknown),
                               hinted(CounterResetHint::kNotReset)}));
    EXPECT_THAT(resets.annotations().warnings,
                ElementsAre("PromQL warning: conflicting counter resets during histogram aggregation (1:5)"));
  }
  Aggregated alike("sum(x)", 1,
                   instant({hinted(CounterResetHint::kReset), hinted(CounterResetHint::kReset)}));
  EXPECT_THAT(alike.annotations().warnings, IsEmpty());
}

TEST(HistogramCount, CountsAsAFloat) {
  const std::vector<Given> series = instant({shared(exponential(1, {1}))}, {7});
  EXPECT_TRUE(sameValues(Aggregated("count(x)", 1, series).floats({}), {2}));
  EXPECT_TRUE(sameValues(Aggregated("group(x)", 1, series).floats({}), {1}));
}

TEST(IgnoredHistogram, IsToldOfWithThePositionPrometheusGives) {
  const std::vector<Given> series = instant({shared(exponential(1, {1}))}, {7, 9});
  const auto infoOf = [&](const char* text, std::vector<double> param = {}) {
    Aggregated answer(text, 1, series, std::move(param));
    EXPECT_FALSE(answer.rows().empty()) << text;
    const auto infos = answer.annotations().infos;
    return infos.empty() ? std::string() : infos[0];
  };
  EXPECT_EQ(infoOf("min((x))"), "PromQL info: ignored histogram in min aggregation (1:6)");
  EXPECT_EQ(infoOf("max(x)"), "PromQL info: ignored histogram in max aggregation (1:5)");
  EXPECT_EQ(infoOf("stddev(x)"), "PromQL info: ignored histogram in stddev aggregation (1:8)");
  EXPECT_EQ(infoOf("stdvar(x)"), "PromQL info: ignored histogram in stdvar aggregation (1:8)");
  EXPECT_EQ(infoOf("quantile(0, x)", {0}), "PromQL info: ignored histogram in quantile aggregation (1:13)");
  EXPECT_EQ(infoOf("topk(1, x)", {1}), "PromQL info: ignored histogram in topk aggregation (1:1)");
  EXPECT_EQ(infoOf("bottomk(1, x)", {1}), "PromQL info: ignored histogram in bottomk aggregation (1:1)");
  EXPECT_EQ(infoOf("limitk(5, x)", {5}), "");
}

TEST(IgnoredHistogram, AloneLeavesNothing) {
  const std::vector<Given> series = instant({shared(exponential(1, {1}))});
  EXPECT_TRUE(Aggregated("max(x)", 1, series).rows().empty());
  EXPECT_TRUE(Aggregated("quantile(0, x)", 1, series, {0}).rows().empty());
  EXPECT_TRUE(Aggregated("topk(1, x)", 1, series, {1}).rows().empty());
}

TEST(IgnoredHistogram, IsNotToldOfWhereKIsBelowOne) {
  const HistogramPtr h = shared(exponential(1, {1}));
  Aggregated answer("topk(scalar(k), x)", 2, {{{{"i", "0"}}, {}, {h, nullptr}}}, {0, 1});
  EXPECT_THAT(answer.annotations().infos, IsEmpty());
}

TEST(Limit, TakesHistogramsToo) {
  const HistogramPtr h = shared(exponential(1, {1}));
  const Aggregated answer("limitk(1, x)", 2,
                          {{{{"i", "0"}}, {kNone, 2}, {h, nullptr}}, {{{"i", "1"}}, {1, 1}}}, {1, 1});
  ASSERT_EQ(answer.rows().size(), 1U);
  EXPECT_EQ(answer.rows()[0].histograms[0], h);
  EXPECT_TRUE(sameValues(answer.rows()[0].floats, {kNone, 2}));
}

TEST(CountValues, ShowsHistogramsAsText) {
  const std::vector<Given> series = instant(
      {shared(exponential(5, {1, 2})), shared(exponential(5, {1, 2})), shared(exponential(6, {1, 2}))});
  const Aggregated answer("count_values(\"v\", x)", 1, series);
  EXPECT_TRUE(sameValues(answer.floats({{"v", "{count:3, sum:5, (0.5,1]:1, (1,2]:2}"}}), {2}));
  EXPECT_EQ(answer.rows().size(), 2U);
}

TEST(Parameter, WarnsWhateverTheVector) {
  const auto warningsOf = [](const char* text, std::vector<double> param, const EngineOptions& options = {}) {
    return Aggregated(text, param.size(), {}, param, options).annotations().warnings;
  };
  EXPECT_THAT(warningsOf("quantile((1.5), x)", {1.5}),
              ElementsAre("PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:11)"));
  EXPECT_THAT(warningsOf("quantile(1.5, x)", {1.5}, k2x), IsEmpty());
  EXPECT_THAT(warningsOf("quantile(scalar(q), x)", {-2, 3, -1, 1e6}),
              ElementsAre("PromQL warning: quantile value should be between 0 and 1, got -2 (1:10)",
                          "PromQL warning: quantile value should be between 0 and 1, got 1e+06 (1:10)"));
  // A NaN hides other values, but for an infinity.
  EXPECT_THAT(
      warningsOf("quantile(scalar(q), x)", {2, model::kNormalNaN, -std::numeric_limits<double>::infinity()}),
      ElementsAre("PromQL warning: quantile value should be between 0 and 1, got -Inf (1:10)",
                  "PromQL warning: quantile value should be between 0 and 1, got NaN (1:10)"));
  EXPECT_THAT(
      warningsOf("limit_ratio(scalar(r), x)", {-1.5, 2}),
      ElementsAre("PromQL warning: ratio value should be between -1 and 1, got -1.5, capping to -1 (1:13)",
                  "PromQL warning: ratio value should be between -1 and 1, got 2, capping to 1 (1:13)"));
}

}  // namespace
}  // namespace prome::engine::testing
