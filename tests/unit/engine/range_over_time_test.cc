// ..._over_time, deriv, predict_linear, double_exponential_smoothing, and what all range functions share.
#include <gmock/gmock.h>

#include "range_testing.h"

namespace prome::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kSecond = 1000;

std::optional<double> over(std::string_view call, const std::vector<double>& values,
                           EngineOptions options = {}) {
  GivenSamples samples;
  samples.every10s("x", values);
  return valueAt(samples, call, static_cast<std::int64_t>(values.size()) * 10 * kSecond, options);
}

/// As `values`, -1 standing for no value.
std::vector<double> shown(const Outcome& outcome) {
  std::vector<double> values = outcome.floats;
  for (double& value : values) value = isAbsent(value) ? -1 : value;
  return values;
}

TEST(Windows, AreOpenOnTheLeftIn3AndClosedIn2) {
  GivenSamples samples;
  samples.every10s("x", {1, 2, 3, 4});
  const StepGrid grid{0, 70'000, 10'000};
  EXPECT_THAT(shown(evaluate(samples, "sum_over_time(x[20s])", grid)),
              ElementsAre(-1, 1, 3, 5, 7, 4, -1, -1));
  EXPECT_THAT(shown(evaluate(samples, "sum_over_time(x[20s])", grid, dialect2())),
              ElementsAre(-1, 1, 3, 6, 9, 7, 4, -1));
  EXPECT_THAT(shown(evaluate(samples, "sum_over_time(x[20s] offset 10s)", grid)),
              ElementsAre(-1, -1, 1, 3, 5, 7, 4, -1));
  EXPECT_THAT(shown(evaluate(samples, "sum_over_time(x[20s] @ 30)", grid)),
              ElementsAre(5, 5, 5, 5, 5, 5, 5, 5));
}

TEST(Windows, LeaveOutStaleMarkers) {
  EXPECT_EQ(over("count_over_time(x[1m])", {1, model::kStaleNaN, 3}), 2);
  EXPECT_EQ(over("count_over_time(x[5s])", {1, model::kStaleNaN}), std::nullopt);
}

TEST(Names, AreKeptByFirstAndLastOnly) {
  GivenSamples samples;
  samples.every10s("x", {1, 2});
  const StepGrid grid = StepGrid::at(20'000);
  EXPECT_EQ(evaluate(samples, "last_over_time(x[1m])", grid).labels.metricName(), "x");
  EXPECT_EQ(evaluate(samples, "first_over_time(x[1m])", grid).labels.metricName(), "x");
  EXPECT_TRUE(evaluate(samples, "max_over_time(x[1m])", grid).labels.empty());
  EngineOptions late;
  late.name_removal = NameRemoval::kDelayed;
  EXPECT_TRUE(evaluate(samples, "max_over_time(x[1m])", grid, late).labels.empty());
}

TEST(Samples, OfTheLargestWindowAreHeld) {
  GivenSamples samples;
  samples.every10s("x", {1, 2, 3, 4});
  const StepGrid grid{10'000, 60'000, 10'000};
  // Three in a window, six results.
  EXPECT_EQ(evaluate(samples, "count_over_time(x[30s])", grid).peak_samples, 9U);
  EngineOptions options;
  options.max_samples = 9;
  EXPECT_EQ(evaluate(samples, "count_over_time(x[30s])", grid, options).error, "");
  options.max_samples = 8;
  EXPECT_EQ(evaluate(samples, "count_over_time(x[30s])", grid, options).error,
            "query processing would load too many samples into memory in query execution");
}

TEST(OverTime, PicksAndCounts) {
  EXPECT_EQ(over("count_over_time(x[1m])", {1, 2, 3}), 3);
  EXPECT_EQ(over("present_over_time(x[1m])", {0}), 1);
  EXPECT_EQ(over("first_over_time(x[1m])", {5, 6}), 5);
  EXPECT_EQ(over("last_over_time(x[1m])", {5, 6}), 6);
  EXPECT_EQ(over("ts_of_first_over_time(x[1m])", {5, 6}), 10);
  EXPECT_EQ(over("ts_of_last_over_time(x[1m])", {5, 6}), 20);
}

TEST(OverTime, ExtremesPassOverNaN) {
  EXPECT_EQ(over("max_over_time(x[1m])", {kNaN, 1, 3, kNaN, 2}), 3);
  EXPECT_EQ(over("min_over_time(x[1m])", {kNaN, 4, 3, kNaN, 5}), 3);
  EXPECT_TRUE(std::isnan(*over("max_over_time(x[1m])", {kNaN, kNaN})));
  // The first of equals, and zeros of either sign are equal; but the time of the last.
  EXPECT_TRUE(std::signbit(*over("max_over_time(x[1m])", {-0.0, 0.0})));
  EXPECT_EQ(over("ts_of_max_over_time(x[1m])", {1, 3, 3, 2}), 30);
  EXPECT_EQ(over("ts_of_min_over_time(x[1m])", {1, 1, 2}), 20);
  EXPECT_EQ(over("ts_of_max_over_time(x[1m])", {kNaN, 2, 1}), 20);
}

TEST(OverTime, SumsAreCompensated) {
  EXPECT_EQ(over("sum_over_time(x[1m])", {1, 1e100, 1, -1e100}), 2);
  EXPECT_EQ(over("sum_over_time(x[1m])", {1, 1e100, 1, -1e100}, dialect2()), 2);
  EXPECT_EQ(over("sum_over_time(x[1m])", {kInf, 1}), kInf);
  EXPECT_TRUE(std::isnan(*over("sum_over_time(x[1m])", {kInf, -kInf})));
}

TEST(OverTime, AveragesSurviveAnOverflow) {
  EXPECT_EQ(over("avg_over_time(x[1m])", {1, 1e100, 1, -1e100}), 0.5);
  EXPECT_EQ(over("avg_over_time(x[1m])", {1.5e308, 1.5e308}), 1.5e308);
  EXPECT_EQ(over("avg_over_time(x[1m])", {kInf, 1, 2}), kInf);
  EXPECT_EQ(over("avg_over_time(x[1m])", {kInf, 1, 2}, dialect2()), kInf);
  EXPECT_EQ(over("avg_over_time(x[1m])", {1, 2, 6}, dialect2()), 3);
  EXPECT_TRUE(std::isnan(*over("avg_over_time(x[1m])", {kInf, -kInf}, dialect2())));
  EXPECT_TRUE(std::isnan(*over("avg_over_time(x[1m])", {kInf, kNaN}, dialect2())));
}

TEST(OverTime, Spreads) {
  EXPECT_EQ(over("stddev_over_time(x[2m])", {2, 4, 4, 4, 5, 5, 7, 9}), 2);
  EXPECT_EQ(over("stdvar_over_time(x[2m])", {2, 4, 4, 4, 5, 5, 7, 9}), 4);
  EXPECT_EQ(over("stdvar_over_time(x[2m])", {3}), 0);
  EXPECT_TRUE(std::isnan(*over("stddev_over_time(x[1m])", {kInf, 1})));
  // Squares overflow: what that lost counts in 2.x.
  EXPECT_EQ(over("stdvar_over_time(x[1m])", {-1e200, 1e200}), kInf);
  EXPECT_TRUE(std::isnan(*over("stdvar_over_time(x[1m])", {-1e200, 1e200}, dialect2())));
  EXPECT_EQ(over("mad_over_time(x[2m])", {1, 1, 2, 2, 4, 6, 9}), 1);
  EXPECT_TRUE(std::isnan(*over("mad_over_time(x[2m])", {1, kNaN, 2})));
}

TEST(OverTime, Quantiles) {
  EXPECT_EQ(over("quantile_over_time(0.5, x[1m])", {4, 1, 3, 2}), 2.5);
  EXPECT_EQ(over("quantile_over_time(0, x[1m])", {4, kNaN, 3}).has_value(), true);
  EXPECT_TRUE(std::isnan(*over("quantile_over_time(0, x[1m])", {4, kNaN, 3})));
  GivenSamples samples;
  samples.every10s("x", {4, 1, 3, 2});
  const Outcome varying =
      evaluate(samples, "quantile_over_time(time() / 100, x[2m])", {50'000, 150'000, 50'000});
  EXPECT_THAT(varying.floats, ElementsAre(2.5, 4, kInf));
  EXPECT_THAT(varying.notes,
              ElementsAre("PromQL warning: quantile value should be between 0 and 1, got 1.5 (1:20)"));
  EXPECT_THAT(evaluate(samples, "quantile_over_time(-1, x[1m])", StepGrid::at(40'000), dialect2()).notes,
              IsEmpty());
  // No window, no warning.
  EXPECT_THAT(evaluate(samples, "quantile_over_time(2, x[1s])", StepGrid::at(45'000)).notes, IsEmpty());
}

TEST(OverTime, IgnoresHistogramsBesideFloats) {
  GivenSamples samples;
  samples.add({{"__name__", "x"}}, {{10'000, 7}, {30'000, 9}}, {{20'000, exponential({3}, 1)}});
  const StepGrid grid = StepGrid::at(30'000);
  for (const std::string call : {"max_over_time(x[1m])", "stddev_over_time(x[1m])", "mad_over_time(x[1m])",
                                 "deriv(x[1m])", "ts_of_min_over_time(x[1m])"}) {
    const Outcome outcome = evaluate(samples, call, grid);
    EXPECT_EQ(outcome.series, 1U) << call;
    EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("ignored histograms in a range containing both")))
        << call;
  }
  EXPECT_EQ(valueAt(samples, "max_over_time(x[1m])", 30 * kSecond), 9);
  EXPECT_EQ(valueAt(samples, "max_over_time(x[5s])", 20 * kSecond), std::nullopt);
  EXPECT_EQ(valueAt(samples, "count_over_time(x[1m])", 30 * kSecond), 3);
  EXPECT_EQ(valueAt(samples, "last_over_time(x[1m])", 30 * kSecond), 9);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "last_over_time(x[1m])", 20 * kSecond)->count, 3);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "first_over_time(x[15s])", 30 * kSecond)->count, 3);
  EXPECT_THAT(evaluate(samples, "sum_over_time(x[1m])", grid).notes,
              ElementsAre(HasSubstr("encountered a mix")));
}

TEST(OverTime, AddsHistograms) {
  GivenSamples samples;
  samples.histogramsEvery10s("x", {exponential({1, 1}, 2), exponential({2, 3}, 8)});
  EXPECT_DOUBLE_EQ(histogramAt(samples, "sum_over_time(x[1m])", 20 * kSecond)->count, 7);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "avg_over_time(x[1m])", 20 * kSecond)->count, 3.5);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "avg_over_time(x[1m])", 20 * kSecond)->sum, 5);
  samples.histogramsEvery10s(
      "huge", {exponential({1.5e308}, 1), exponential({1.5e308}, 1), exponential({1.5e308}, 1)});
  EXPECT_DOUBLE_EQ(histogramAt(samples, "avg_over_time(huge[1m])", 30 * kSecond)->count, 1.5e308);
}

TEST(OverTime, TellsWhatAddingHistogramsMet) {
  GivenSamples samples;
  using model::CounterResetHint;
  samples.histogramsEvery10s("hints", {exponential({1}, 2, CounterResetHint::kReset),
                                       exponential({2}, 8, CounterResetHint::kNotReset)});
  samples.histogramsEvery10s("bounds", {custom({1, 2}, {1, 1, 1}, 3), custom({2}, {5, 5}, 3)});
  samples.histogramsEvery10s("kinds", {exponential({1}, 2), custom({2}, {5, 5}, 3)});
  const StepGrid grid = StepGrid::at(20'000);
  for (const std::string function : {"sum", "avg"}) {
    const auto notes = [&](const std::string& metric) {
      return evaluate(samples, function + "_over_time(" + metric + "[1m])", grid).notes;
    };
    EXPECT_THAT(notes("hints"),
                ElementsAre(HasSubstr("conflicting counter resets during histogram aggregation")));
    EXPECT_THAT(notes("bounds"), ElementsAre(HasSubstr("reconciled during aggregation")));
    EXPECT_THAT(notes("kinds"), ElementsAre(HasSubstr("exponential and custom buckets")));
    EXPECT_EQ(evaluate(samples, function + "_over_time(kinds[1m])", grid).series, 0U);
  }
}

TEST(Deriv, IsTheSlope) {
  EXPECT_DOUBLE_EQ(*over("deriv(x[1m])", {0, 1, 2, 3}), 0.1);
  EXPECT_EQ(over("deriv(x[1m])", {7, 7, 7}), 0);
  EXPECT_TRUE(std::isnan(*over("deriv(x[1m])", {kInf, kInf})));
  EXPECT_EQ(over("deriv(x[1m])", {7}), std::nullopt);
}

TEST(PredictLinear, CountsFromTheStep) {
  GivenSamples samples;
  samples.every10s("x", {0, 1, 2, 3});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "predict_linear(x[1m], 10)", 45 * kSecond), 4.5);
  // The window is fixed, the time to predict for is not.
  const Outcome fixed = evaluate(samples, "predict_linear(x[1m] @ 40, 0)", {40'000, 60'000, 10'000});
  ASSERT_EQ(fixed.floats.size(), 3U);
  EXPECT_DOUBLE_EQ(fixed.floats[0], 3);
  EXPECT_DOUBLE_EQ(fixed.floats[2], 5);
}

TEST(Smoothing, FollowsValueAndTrend) {
  EXPECT_EQ(over("double_exponential_smoothing(x[1m], 0.5, 0.5)", {1, 2, 4}), 3.5);
  EXPECT_EQ(over("holt_winters(x[1m], 0.5, 0.5)", {1, 2, 4}, dialect2()), 3.5);
  EXPECT_EQ(over("double_exponential_smoothing(x[1m], 0.5, 0.5)", {1}), std::nullopt);
}

TEST(Smoothing, RefusesFactorsOutsideZeroAndOne) {
  GivenSamples samples;
  samples.every10s("x", {1, 2});
  const auto error = [&](std::string_view text, std::int64_t time_ms) {
    return evaluate(samples, text, StepGrid::at(time_ms)).error;
  };
  EXPECT_EQ(error("double_exponential_smoothing(x[1m], 1, 0.5)", 20'000),
            "invalid smoothing factor. Expected: 0 < sf < 1, got: 1.000000");
  EXPECT_EQ(error("double_exponential_smoothing(x[1m], 0.5, -Inf)", 20'000),
            "invalid trend factor. Expected: 0 < tf < 1, got: -Inf");
  EXPECT_EQ(error("double_exponential_smoothing(x[1s], 1, 0.5)", 25'000), "");
}

TEST(AbsentOverTime, IsThereWhereNothingElseIs) {
  GivenSamples samples;
  samples.every10s("x", {1});
  samples.add({{"__name__", "x"}, {"job", "b"}}, {{40'000, 1}});
  const Outcome outcome = evaluate(samples, "absent_over_time(x[10s])", {10'000, 50'000, 10'000});
  EXPECT_EQ(outcome.series, 1U);
  EXPECT_THAT(shown(outcome), ElementsAre(-1, 1, 1, -1, 1));
  EXPECT_EQ(evaluate(samples, "absent_over_time(x[1m])", StepGrid::at(40'000)).series, 0U);
}

TEST(AbsentOverTime, HasTheLabelsAskedFor) {
  GivenSamples samples;
  const auto labels = [&](std::string_view text) {
    return evaluate(samples, text, StepGrid::at(10'000)).labels.toString();
  };
  EXPECT_EQ(labels("absent_over_time(no{job=\"a\",z=~\"q\"}[1m])"), "{job=\"a\"}");
  EXPECT_EQ(labels("absent_over_time(no{job=\"a\",job=\"b\",i=\"1\"}[1m])"), "{i=\"1\"}");
  EXPECT_EQ(labels("absent_over_time(no{job!=\"b\",job=\"a\"}[1m])"), "{}");
  EXPECT_EQ(labels("absent_over_time(no{job=\"a\"}[1m:10s])"), "{}");
}

}  // namespace
}  // namespace prome::engine::testing
