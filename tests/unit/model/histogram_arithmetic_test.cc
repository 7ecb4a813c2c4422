#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "histogram_fixture.h"

namespace prome::model {
namespace {

using testing::ElementsAre;
using Hint = CounterResetHint;

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(HistogramAddition, AddsTotalsAndBucketsOfOneLayout) {
  FloatHistogram a = exponential(0, 0, {1, 2, 0});
  a.count = 3;
  a.sum = 4.5;
  FloatHistogram b = exponential(0, 0, {10, 20, 30});
  b.count = 60;
  b.sum = -1;
  b.zero_count = 7;
  ASSERT_TRUE(a.add(b));
  EXPECT_EQ(a.count, 63);
  EXPECT_EQ(a.sum, 3.5);
  EXPECT_EQ(a.zero_count, 7);
  EXPECT_THAT(a.positive_buckets, ElementsAre(11, 22, 30));
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{0, 3}));
}

TEST(HistogramAddition, PutsMissingBucketsNextToSpansTheyTouch) {
  FloatHistogram a = exponential(0, 0, {1, 1});
  a.positive_spans.push_back({.offset = 4, .length = 1});  // index 6
  a.positive_buckets.push_back(1);
  // -2 is alone, 2 follows a span, 5 precedes one, 9 is alone.
  FloatHistogram b = exponential(0, -2, {2});
  b.positive_spans = {{-2, 1}, {3, 1}, {2, 1}, {3, 1}};
  b.positive_buckets = {2, 3, 4, 5};
  ASSERT_TRUE(a.add(b));
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{-2, 1}, Span{1, 3}, Span{2, 2}, Span{2, 1}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(2, 1, 1, 3, 4, 1, 5));
}

TEST(HistogramAddition, LeavesTwoSpansWhereAGapCloses) {
  FloatHistogram a = exponential(0, 0, {1});
  a.positive_spans.push_back({.offset = 1, .length = 1});
  a.positive_buckets.push_back(1);
  ASSERT_TRUE(a.add(exponential(0, 1, {5})));
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{0, 2}, Span{0, 1}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(1, 5, 1));
}

TEST(HistogramAddition, GoesToTheCoarserSchema) {
  const FloatHistogram fine = exponential(1, 1, {1, 2, 3});  // 1, 2 go to 1, 3 to 2
  FloatHistogram a = fine;
  ASSERT_TRUE(a.add(exponential(0, 1, {10, 20})));
  EXPECT_EQ(a.schema, 0);
  EXPECT_THAT(a.positive_buckets, ElementsAre(13, 23));
  FloatHistogram b = exponential(0, 1, {10, 20});
  ASSERT_TRUE(b.add(fine));
  EXPECT_EQ(b.schema, 0);
  EXPECT_THAT(b.positive_buckets, ElementsAre(13, 23));
}

TEST(HistogramAddition, WidensTheZeroBucketOverPopulatedBuckets) {
  FloatHistogram a = exponential(0, -1, {1, 2, 4});  // (0.25,0.5] (0.5,1] (1,2]
  a.negative_spans = {{.offset = 1, .length = 1}};   // [-2,-1)
  a.negative_buckets = {8};
  a.zero_threshold = 0.001;
  a.zero_count = 100;
  FloatHistogram b;
  b.zero_threshold = 0.7;  // within (0.5,1], so that the zero bucket must reach to 1
  b.zero_count = 1000;
  ASSERT_TRUE(a.add(b));
  EXPECT_EQ(a.zero_threshold, 1);
  EXPECT_EQ(a.zero_count, 1103);
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{1, 1}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(4));
  EXPECT_THAT(a.negative_buckets, ElementsAre(8));
}

TEST(HistogramAddition, DoesNotCountTwiceWhatTheOthersZeroBucketTakes) {
  FloatHistogram a;
  a.zero_threshold = 1;
  FloatHistogram b = exponential(0, 0, {5, 6});  // (0.5,1] (1,2]
  b.zero_threshold = 0.25;
  b.zero_count = 3;
  ASSERT_TRUE(a.subtract(b));
  EXPECT_EQ(a.zero_count, -8);
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{1, 1}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(-6));
}

TEST(HistogramAddition, KeepsCommonCustomBounds) {
  FloatHistogram a = custom({1, 2, 5}, {1, 2, 4, 8});
  const FloatHistogram b = custom({2, 3, 5}, {16, 32, 64, 128});
  const Result<HistogramAddition> met = a.add(b);
  ASSERT_TRUE(met);
  EXPECT_TRUE(met->bounds_reconciled);
  EXPECT_THAT(a.custom_values, ElementsAre(2, 5));
  EXPECT_THAT(a.positive_buckets, ElementsAre(19, 100, 136));

  FloatHistogram same = custom({1, 2}, {1, 1, 1});
  const Result<HistogramAddition> unmet = same.subtract(custom({1, 2}, {1, 0, 3}));
  ASSERT_TRUE(unmet);
  EXPECT_FALSE(unmet->bounds_reconciled);
  EXPECT_THAT(same.positive_buckets, ElementsAre(0, 1, -2));
}

TEST(HistogramAddition, HasNothingButInfinityInCommonWithOtherBounds) {
  FloatHistogram a = custom({1}, {1, 2});
  ASSERT_TRUE(a.subtract(custom({4}, {1, 0})));
  EXPECT_TRUE(a.custom_values.empty());
  EXPECT_THAT(a.positive_buckets, ElementsAre(2));
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{0, 1}));
}

TEST(HistogramAddition, RefusesMixedSchemas) {
  FloatHistogram a = custom({1}, {1, 2});
  const Result<HistogramAddition> met = a.add(exponential(0, 0, {1}));
  ASSERT_FALSE(met);
  EXPECT_EQ(met.error(), (Error{ErrorKind::kExecution, kMixedSchemas}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(1, 2));
  std::unique_ptr<FloatHistogram> compensation;
  EXPECT_FALSE(a.kahanAdd(exponential(0, 0, {1}), compensation));
  EXPECT_EQ(compensation, nullptr);
}

TEST(HistogramAddition, CombinesHints) {
  struct Case {
    Hint a, b, result;
    bool collision;
  };
  for (const Case& c : {Case{Hint::kReset, Hint::kReset, Hint::kReset, false},
                        Case{Hint::kReset, Hint::kNotReset, Hint::kUnknown, true},
                        Case{Hint::kNotReset, Hint::kReset, Hint::kUnknown, true},
                        Case{Hint::kUnknown, Hint::kReset, Hint::kUnknown, false},
                        Case{Hint::kNotReset, Hint::kUnknown, Hint::kUnknown, false},
                        Case{Hint::kGauge, Hint::kReset, Hint::kGauge, false},
                        Case{Hint::kReset, Hint::kGauge, Hint::kGauge, false}}) {
    FloatHistogram a;
    a.counter_reset_hint = c.a;
    FloatHistogram b;
    b.counter_reset_hint = c.b;
    const Result<HistogramAddition> met = a.add(b);
    ASSERT_TRUE(met);
    EXPECT_EQ(a.counter_reset_hint, c.result);
    EXPECT_EQ(met->counter_reset_collision, c.collision);
  }
}

TEST(HistogramAddition, AddsAHistogramToItself) {
  FloatHistogram a = exponential(2, 3, {1, 2});
  a.count = 3;
  ASSERT_TRUE(a.add(a));
  EXPECT_THAT(a.positive_buckets, ElementsAre(2, 4));
  EXPECT_EQ(a.count, 6);
}

TEST(HistogramKahanAddition, KeepsWhatPlainSumsLose) {
  FloatHistogram sum = exponential(1, 1, {1, 1});
  sum.count = sum.sum = sum.zero_count = 1;
  FloatHistogram large = exponential(0, 1, {1e100, 3});  // coarser, another layout
  large.count = large.sum = large.zero_count = 1e100;
  FloatHistogram small = exponential(0, 1, {-1e100});
  small.count = small.sum = small.zero_count = -1e100;
  std::unique_ptr<FloatHistogram> compensation;
  ASSERT_TRUE(sum.kahanAdd(large, compensation));
  ASSERT_TRUE(sum.kahanAdd(small, compensation));
  EXPECT_EQ(sum.count, 0);
  ASSERT_TRUE(sum.add(*compensation));
  EXPECT_EQ(sum.count, 1);
  EXPECT_EQ(sum.sum, 1);
  EXPECT_EQ(sum.zero_count, 1);
  EXPECT_THAT(sum.positive_buckets, ElementsAre(2, 3));
}

TEST(HistogramKahanAddition, CompensatesCustomBucketsOfOtherBounds) {
  FloatHistogram sum = custom({1, 2}, {1, 0, 0});
  std::unique_ptr<FloatHistogram> compensation;
  ASSERT_TRUE(sum.kahanAdd(custom({1, 3}, {1e100, 0, 0}), compensation));
  ASSERT_TRUE(sum.kahanAdd(custom({1}, {-1e100, 4}), compensation));
  EXPECT_EQ(compensation->custom_values, sum.custom_values);
  ASSERT_TRUE(sum.add(*compensation));
  EXPECT_THAT(sum.custom_values, ElementsAre(1));
  EXPECT_THAT(sum.positive_buckets, ElementsAre(1, 4));
}

TEST(HistogramKahanAddition, HasNoCompensationForInfinity) {
  FloatHistogram sum;
  sum.sum = 1e308;
  FloatHistogram other;
  other.sum = 1e308;
  std::unique_ptr<FloatHistogram> compensation;
  ASSERT_TRUE(sum.kahanAdd(other, compensation));
  EXPECT_EQ(compensation->sum, 0);
  EXPECT_TRUE(sum.hasOverflow());
}

TEST(HistogramScaling, MultipliesAndMakesNegativesGauges) {
  FloatHistogram a = exponential(0, 0, {1, 2});
  a.negative_spans = {{0, 1}};
  a.negative_buckets = {4};
  a.count = 7;
  a.sum = 3;
  a.zero_count = 5;
  a.counter_reset_hint = Hint::kNotReset;
  EXPECT_EQ(a.multiply(2).counter_reset_hint, Hint::kNotReset);
  EXPECT_THAT(a.positive_buckets, ElementsAre(2, 4));
  EXPECT_EQ(a.divide(-4).counter_reset_hint, Hint::kGauge);
  EXPECT_THAT(a.positive_buckets, ElementsAre(-0.5, -1));
  EXPECT_THAT(a.negative_buckets, ElementsAre(-2));
  EXPECT_EQ(a.count, -3.5);
  EXPECT_EQ(a.sum, -1.5);
  EXPECT_EQ(a.zero_count, -2.5);
}

TEST(HistogramScaling, DropsBucketsWhenDividedByZero) {
  FloatHistogram a = exponential(0, 0, {1, 2});
  a.count = 3;
  a.sum = -1;
  a.divide(0);
  EXPECT_EQ(a.count, kInf);
  EXPECT_EQ(a.sum, -kInf);
  EXPECT_TRUE(std::isnan(a.zero_count));
  EXPECT_TRUE(a.positive_buckets.empty());
  EXPECT_TRUE(a.positive_spans.empty());
}

FloatHistogram random(std::mt19937_64& numbers) {
  const auto below = [&](std::uint64_t n) { return numbers() % n; };
  FloatHistogram out;
  for (std::uint64_t spans = below(5); spans > 0; --spans) {
    const auto length = static_cast<std::uint32_t>(1 + below(4));
    out.positive_spans.push_back({static_cast<std::int32_t>(below(4)), length});
    for (std::uint32_t i = 0; i < length; ++i) {
      out.positive_buckets.push_back(static_cast<double>(below(5)));
    }
  }
  return out;
}

TEST(HistogramAddition, AgreesWithMapsOfBuckets) {
  std::mt19937_64 numbers(20260731);
  for (int i = 0; i < 20'000; ++i) {
    FloatHistogram a = random(numbers);
    const FloatHistogram b = random(numbers);
    Counts expected = populated(a.positive_spans, a.positive_buckets);
    for (const auto& [index, count] : populated(b.positive_spans, b.positive_buckets)) {
      expected[index] -= count;
      if (expected[index] == 0) expected.erase(index);
    }
    ASSERT_TRUE(a.subtract(b));
    ASSERT_EQ(populated(a.positive_spans, a.positive_buckets), expected);
    a.compact(static_cast<int>(numbers() % 4));
    ASSERT_EQ(populated(a.positive_spans, a.positive_buckets), expected);
  }
}

}  // namespace
}  // namespace prome::model
