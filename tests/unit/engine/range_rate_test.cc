// rate, increase, delta, irate, idelta, changes, resets; plain, anchored and smoothed.
#include <gmock/gmock.h>

#include "range_testing.h"

namespace prome::engine::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr std::int64_t kSecond = 1000;

TEST(Increase, ReachesTheBoundsThatAreNear) {
  GivenSamples samples;
  samples.every10s("x_total", {10, 20, 30, 40});
  // 30 in 30 s; the window's 40 s begin 10 s before the first sample.
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[40s])", 40 * kSecond), 40);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "rate(x_total[40s])", 40 * kSecond), 1);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "delta(x_total[40s])", 40 * kSecond), 40);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[40s] offset 20s)", 60 * kSecond), 40);
}

TEST(Increase, GoesHalfASpacingBeyondWhereBoundsAreFar) {
  GivenSamples samples;
  samples.every10s("x_total", {100, 110, 120});
  // 20 in 20 s, and 5 s to each side.
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[2m])", 100 * kSecond), 30);
}

TEST(Increase, EndsWhereTheCounterWasZero) {
  GivenSamples samples;
  samples.every10s("x_total", {1, 11, 21, 31});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[40s])", 40 * kSecond), 31);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "delta(x_total[40s])", 40 * kSecond), 40);
}

// The zero is 8 s before the first sample: more than half a spacing, less than a near gap.
TEST(Increase, AsksForTheZeroAfterTheGapIn3AndBeforeItIn2) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{100'000, 4}, {110'000, 9}, {120'000, 14}});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[2m])", 120 * kSecond), 12.5);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[2m])", 120 * kSecond, dialect2()), 14);
}

TEST(Increase, AddsWhatResetsLostInEachWindow) {
  GivenSamples samples;
  samples.every10s("x_total", {5, 2, 4, 1, 3});
  const Outcome outcome = evaluate(samples, "increase(x_total[30s])", {30'000, 50'000, 10'000});
  // 5 2 4: 4 (extrapolated by half), 2 4 1: 3 (to the zero, 40 s off), 4 1 3: 3.
  EXPECT_THAT(outcome.floats, ElementsAre(6, 4.5, 4.5));
}

TEST(Increase, NeedsTwoSamplesOfOneKind) {
  GivenSamples samples;
  samples.every10s("x_total", {1});
  samples.add({{"__name__", "mixed"}}, {{10'000, 1}, {20'000, 2}}, {{30'000, exponential({1}, 1)}});
  EXPECT_EQ(valueAt(samples, "increase(x_total[1m])", 20 * kSecond), std::nullopt);
  const Outcome mixed = evaluate(samples, "rate(mixed[1m])", StepGrid::at(30'000));
  EXPECT_EQ(mixed.series, 0U);
  EXPECT_THAT(mixed.notes, ElementsAre("PromQL warning: encountered a mix of histograms and floats for "
                                       "metric name \"mixed\" (1:6)"));
}

TEST(Rate, DividesByTheRangeAsWritten) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{100, 1}, {200, 2}});
  const double increase = *valueAt(samples, "increase(x_total[0.35])", 250);
  EXPECT_EQ(*valueAt(samples, "rate(x_total[0.35])", 250), 1.0 * (increase / 0.35));
}

TEST(Rate, TellsOfNamesThatAreNoCounters) {
  GivenSamples samples;
  samples.every10s("x", {1, 2});
  samples.every10s("x_total", {1, 2});
  const StepGrid grid{20'000, 40'000, 10'000};
  const std::string info =
      "PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"x\"";
  EXPECT_THAT(evaluate(samples, "rate(x[1m])", grid).notes, ElementsAre(info + " (1:6)"));
  EXPECT_THAT(evaluate(samples, "rate(x[1m:10s])", grid).notes, ElementsAre(info + " (1:1)"));
  EXPECT_THAT(evaluate(samples, "rate(x_total[1m])", grid).notes, IsEmpty());
  EXPECT_THAT(evaluate(samples, "delta(x[1m])", grid).notes, IsEmpty());
  EXPECT_THAT(evaluate(samples, "rate(x[1m])", StepGrid::at(10'000)).notes, IsEmpty());
  EXPECT_THAT(evaluate(samples, "rate(x[1m])", grid, dialect2()).notes, IsEmpty());
}

EngineOptions usingStarts() {
  EngineOptions options;
  options.start_timestamps = StartTimestamps::kUsed;
  return options;
}

TEST(StartTimestamps, MakeARateOfOneSample) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{20'000, 6, 10'000}});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[30s])", 30 * kSecond, usingStarts()), 6);
  EXPECT_EQ(valueAt(samples, "increase(x_total[30s])", 30 * kSecond), std::nullopt);
  // The start is not in the window: it is open on the left.
  EXPECT_EQ(valueAt(samples, "increase(x_total[20s])", 30 * kSecond, usingStarts()), std::nullopt);
  EXPECT_EQ(valueAt(samples, "delta(x_total[30s])", 30 * kSecond, usingStarts()), std::nullopt);
}

TEST(StartTimestamps, TellResetsValuesDoNotShow) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{10'000, 5}, {20'000, 8, 15'000}});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[20s])", 20 * kSecond, usingStarts()), 13);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "resets(x_total[20s])", 20 * kSecond, usingStarts()), 1);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "irate(x_total[20s])", 20 * kSecond, usingStarts()), 0.8);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "resets(x_total[20s])", 20 * kSecond), 0);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "idelta(x_total[20s])", 20 * kSecond, usingStarts()), 3);
}

TEST(StartTimestamps, ThatOverlapAreWarnedOf) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{10'000, 5, 1'000}, {20'000, 8, 5'000}});
  const StepGrid grid = StepGrid::at(20'000);
  EXPECT_THAT(evaluate(samples, "rate(x_total[20s])", grid, usingStarts()).notes,
              ElementsAre(HasSubstr("start time that overlaps")));
  EXPECT_THAT(evaluate(samples, "rate(x_total[20s])", grid).notes, IsEmpty());
}

TEST(InstantRate, TakesTheLastTwoSamples) {
  GivenSamples samples;
  samples.every10s("x", {100, 2, 5, 1});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "irate(x[1m])", 30 * kSecond), 0.3);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "irate(x[1m])", 40 * kSecond), 0.1);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "idelta(x[1m])", 40 * kSecond), -4);
  EXPECT_EQ(valueAt(samples, "irate(x[1m])", 10 * kSecond), std::nullopt);
}

TEST(Changes, ComparesNeighboursInTheWindow) {
  GivenSamples samples;
  samples.every10s("x", {1, 1, kNaN, kNaN, 2, 2});
  const Outcome outcome = evaluate(samples, "changes(x[30s])", {10'000, 80'000, 10'000});
  EXPECT_THAT(outcome.floats, ElementsAre(0, 0, 1, 1, 1, 1, 0, 0));
}

TEST(Resets, CountsWhereValuesFall) {
  GivenSamples samples;
  samples.every10s("x", {5, 3, 4, 1});
  EXPECT_EQ(*valueAt(samples, "resets(x[1m])", 40 * kSecond), 2);
  EXPECT_EQ(*valueAt(samples, "resets(x[20s])", 30 * kSecond), 0);
}

TEST(Resets, CountsHistogramsAndChangesOfKind) {
  GivenSamples samples;
  samples.add({{"__name__", "x"}}, {{10'000, 1}, {40'000, 2}},
              {{20'000, exponential({3}, 1)}, {30'000, exponential({1}, 1)}});
  EXPECT_EQ(*valueAt(samples, "resets(x[1m])", 40 * kSecond), 3);
  EXPECT_EQ(*valueAt(samples, "changes(x[1m])", 40 * kSecond), 3);
  EXPECT_EQ(*valueAt(samples, "changes(x[1m])", 20 * kSecond), 1);
  EXPECT_EQ(*valueAt(samples, "changes(x[20s])", 30 * kSecond), 1);
}

TEST(Anchored, BeginsAtTheSampleBeforeTheWindow) {
  GivenSamples samples;
  samples.every10s("x_total", {10, 20, 30, 45});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[15s] anchored)", 40 * kSecond), 25);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "rate(x_total[20s] anchored)", 40 * kSecond), 1.25);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "changes(x_total[15s] anchored)", 40 * kSecond), 2);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "changes(x_total[15s])", 40 * kSecond), 1);
  // Nothing later than the window's start.
  EXPECT_EQ(valueAt(samples, "increase(x_total[10s] anchored)", 60 * kSecond), std::nullopt);
  EXPECT_EQ(valueAt(samples, "resets(x_total[10s] anchored)", 60 * kSecond), std::nullopt);
}

TEST(Anchored, ForgetsSamplesOlderThanTheLookback) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{10'000, 10}, {400'000, 30}, {410'000, 31}});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[20s] anchored)", 410 * kSecond), 1);
  EngineOptions patient;
  patient.lookback_delta = std::chrono::minutes(10);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[20s] anchored)", 410 * kSecond, patient), 21);
}

TEST(Anchored, AddsResets) {
  GivenSamples samples;
  samples.every10s("x_total", {10, 2, 5, 1});
  // From 10: 8 - 10 lost, then 5, then 1: (1 - 10) + 10 + 5.
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[30s] anchored)", 40 * kSecond), 6);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "resets(x_total[30s] anchored)", 40 * kSecond), 2);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "delta(x_total[30s] anchored)", 40 * kSecond), -9);
}

TEST(Smoothed, WorksOutTheValuesAtBothBounds) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{10'000, 0}, {30'000, 20}, {50'000, 60}});
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[20s] smoothed)", 40 * kSecond), 30);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "rate(x_total[20s] smoothed)", 40 * kSecond), 1.5);
}

TEST(Smoothed, TakesAFallenCounterFromZero) {
  GivenSamples samples;
  samples.add({{"__name__", "x_total"}}, {{10'000, 100}, {30'000, 20}});
  // At 20 s the counter is on its way from 0 to 20; for a gauge it is at 60.
  EXPECT_DOUBLE_EQ(*valueAt(samples, "increase(x_total[10s] smoothed)", 30 * kSecond), 10);
  EXPECT_DOUBLE_EQ(*valueAt(samples, "delta(x_total[10s] smoothed)", 30 * kSecond), -40);
}

TEST(ExtendedRanges, AreForSomeFunctionsOnly) {
  GivenSamples samples;
  EXPECT_THAT(evaluate(samples, "sum_over_time(x[1m] anchored)", StepGrid::at(0)).error,
              HasSubstr("anchored modifier can only be used with"));
}

TEST(HistogramRate, ExtrapolatesAndIsAGauge) {
  GivenSamples samples;
  samples.histogramsEvery10s("x", {exponential({1, 1}, 2), exponential({2, 3}, 8)});
  // 3 in 10 s, from the zero 2/3 of 10 s before the first.
  const model::HistogramPtr increase = histogramAt(samples, "increase(x[20s])", 20 * kSecond);
  ASSERT_NE(increase, nullptr);
  EXPECT_DOUBLE_EQ(increase->count, 5);
  EXPECT_DOUBLE_EQ(increase->sum, 10);
  EXPECT_EQ(increase->counter_reset_hint, model::CounterResetHint::kGauge);
  // 2.x does not look for the zero: as far as the bound.
  EXPECT_DOUBLE_EQ(histogramAt(samples, "increase(x[20s])", 20 * kSecond, dialect2())->count, 6);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "increase(x[15s])", 20 * kSecond, dialect2())->count, 4.5);
}

TEST(HistogramRate, DoesNotCountASampleBeforeAReset) {
  GivenSamples samples;
  samples.histogramsEvery10s("x", {exponential({4}, 1), exponential({1}, 1), exponential({3}, 1)});
  EXPECT_DOUBLE_EQ(histogramAt(samples, "increase(x[30s])", 30 * kSecond)->count, 4.5);
  samples.histogramsEvery10s("y", {exponential({4}, 1), exponential({6}, 1), exponential({1}, 1)});
  // 1 - 4 + 6, over half as much time again.
  EXPECT_DOUBLE_EQ(histogramAt(samples, "increase(y[30s])", 30 * kSecond)->count, 4.5);
}

TEST(HistogramRate, WarnsOfLayoutsThatDoNotMix) {
  GivenSamples samples;
  samples.histogramsEvery10s("x", {exponential({4}, 1), exponential({5}, 1), custom({1, 2}, {4, 5, 6}, 3)});
  const Outcome outcome = evaluate(samples, "rate(x[30s])", StepGrid::at(30'000));
  EXPECT_EQ(outcome.series, 0U);
  EXPECT_THAT(outcome.notes, ElementsAre(HasSubstr("mix of histograms with exponential and custom buckets")));
}

TEST(HistogramRate, ReconcilesCustomBounds) {
  GivenSamples samples;
  samples.histogramsEvery10s("x", {custom({1, 2}, {1, 1, 1}, 3), custom({2}, {5, 5}, 3)});
  const Outcome outcome = evaluate(samples, "delta(x[20s])", StepGrid::at(20'000));
  EXPECT_THAT(outcome.notes,
              ElementsAre(HasSubstr("is not a gauge"), HasSubstr("reconciled during subtraction")));
}

TEST(HistogramRate, WarnsOfTheWrongKind) {
  GivenSamples samples;
  using model::CounterResetHint;
  samples.histogramsEvery10s("gauge", {exponential({1}, 1, CounterResetHint::kGauge),
                                       exponential({2}, 1, CounterResetHint::kGauge)});
  samples.histogramsEvery10s("counter", {exponential({1}, 1), exponential({2}, 1)});
  const StepGrid grid = StepGrid::at(20'000);
  const auto not_counter = ElementsAre(HasSubstr("this native histogram metric is not a counter: \"gauge\""));
  const auto not_gauge = ElementsAre(HasSubstr("this native histogram metric is not a gauge: \"counter\""));
  EXPECT_THAT(evaluate(samples, "rate(gauge[1m])", grid).notes, not_counter);
  EXPECT_THAT(evaluate(samples, "irate(gauge[1m])", grid).notes, not_counter);
  EXPECT_THAT(evaluate(samples, "delta(gauge[1m])", grid).notes, IsEmpty());
  EXPECT_THAT(evaluate(samples, "delta(counter[1m])", grid).notes, not_gauge);
  EXPECT_THAT(evaluate(samples, "idelta(counter[1m])", grid).notes, not_gauge);
  EXPECT_THAT(evaluate(samples, "rate(counter[1m])", grid).notes, IsEmpty());
}

TEST(HistogramRate, OfExtendedRanges) {
  GivenSamples samples;
  samples.histogramsEvery10s("x", {exponential({2}, 1), exponential({4}, 2), exponential({1}, 1)});
  // Anchored at 2: (1 - 2) + 4. Smoothed from 3, halfway between the first two: (1 - 3) + 4.
  EXPECT_DOUBLE_EQ(histogramAt(samples, "increase(x[15s] anchored)", 30 * kSecond)->count, 3);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "increase(x[15s] smoothed)", 30 * kSecond)->count, 2);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "rate(x[15s] smoothed)", 30 * kSecond)->count, 2.0 / 15);
}

TEST(InstantRate, OfHistograms) {
  GivenSamples samples;
  samples.histogramsEvery10s("x", {exponential({2}, 1), exponential({4}, 2), exponential({1}, 1)});
  EXPECT_DOUBLE_EQ(histogramAt(samples, "irate(x[1m])", 20 * kSecond)->count, 0.2);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "irate(x[1m])", 30 * kSecond)->count, 0.1);
  EXPECT_DOUBLE_EQ(histogramAt(samples, "idelta(x[1m])", 30 * kSecond)->count, -3);
}

}  // namespace
}  // namespace prome::engine::testing
