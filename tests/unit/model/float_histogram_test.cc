#include "model/float_histogram.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "histogram_fixture.h"
#include "model/sample.h"

namespace prome::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(FloatHistogram, IsStaleByItsSum) {
  FloatHistogram a;
  EXPECT_FALSE(a.isStale());
  a.sum = kNormalNaN;
  EXPECT_FALSE(a.isStale());
  a.sum = kStaleNaN;
  EXPECT_TRUE(a.isStale());
}

TEST(FloatHistogram, CountsItsBytes) {
  FloatHistogram a = exponential(0, 0, {1, 2, 3});
  EXPECT_EQ(a.size(), 168U + 8 + 3 * 8);
  EXPECT_EQ(sampleCount(a), 13U);
  EXPECT_EQ(custom({1, 2}, {}).size(), 168U + 2 * 8);
}

TEST(FloatHistogram, ComparesBitsAndLayouts) {
  const FloatHistogram a = exponential(0, 3, {1, 2});
  FloatHistogram b = a;
  b.counter_reset_hint = CounterResetHint::kGauge;
  EXPECT_TRUE(a.equals(b));
  b.positive_spans = {{1, 0}, {2, 2}, {9, 0}};  // the same but for empty spans
  EXPECT_TRUE(a.equals(b));
  b.positive_spans = {{3, 1}, {0, 1}};  // adjacent spans are another layout
  EXPECT_FALSE(a.equals(b));
  b = a;
  b.sum = -0.0;
  EXPECT_FALSE(a.equals(b));
  b = a;
  b.positive_buckets[1] = 3;
  EXPECT_FALSE(a.equals(b));
  b = a;
  b.zero_threshold = 1;
  EXPECT_FALSE(a.equals(b));
  EXPECT_FALSE(custom({1}, {1, 2}).equals(custom({2}, {1, 2})));
  FloatHistogram nan = a;
  nan.sum = kNormalNaN;
  EXPECT_TRUE(nan.equals(nan));
}

TEST(FloatHistogram, SeesOverflows) {
  FloatHistogram a = exponential(0, 0, {1});
  EXPECT_FALSE(a.hasOverflow());
  a.positive_buckets[0] = -std::numeric_limits<double>::infinity();
  EXPECT_TRUE(a.hasOverflow());
}

TEST(HistogramCompaction, DropsEmptyBuckets) {
  FloatHistogram a = exponential(0, -2, {0, 1, 0, 0, 2, 0});
  a.positive_spans.push_back({.offset = 2, .length = 2});  // indexes 6 and 7, empty
  a.positive_buckets.insert(a.positive_buckets.end(), {0, 0});
  a.positive_spans.push_back({.offset = 1, .length = 1});  // index 9
  a.positive_buckets.push_back(3);
  FloatHistogram kept = a;
  a.compact(0);
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{-1, 1}, Span{2, 1}, Span{6, 1}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(1, 2, 3));
  kept.compact(2);
  EXPECT_THAT(kept.positive_spans, ElementsAre(Span{-1, 4}, Span{6, 1}));
  EXPECT_THAT(kept.positive_buckets, ElementsAre(1, 0, 0, 2, 3));
  kept.compact(6);
  EXPECT_THAT(kept.positive_spans, ElementsAre(Span{-1, 11}));
  EXPECT_THAT(kept.positive_buckets, ElementsAre(1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 3));
}

TEST(HistogramCompaction, FillsEveryGapInItsPlace) {
  FloatHistogram a = exponential(0, 0, {1, 2});
  a.positive_spans = {{0, 2}, {2, 3}, {1, 2}};
  a.positive_buckets = {1, 2, 3, 4, 5, 6, 7};
  a.compact(5);
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{0, 10}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(1, 2, 0, 0, 3, 4, 5, 0, 6, 7));
}

TEST(HistogramCompaction, JoinsAdjacentAndDropsEmptySpans) {
  FloatHistogram a = exponential(0, 4, {1});
  a.positive_spans = {{4, 1}, {0, 1}, {2, 0}, {1, 1}};
  a.positive_buckets = {1, 2, 3};
  a.compact(0);
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{4, 2}, Span{3, 1}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(1, 2, 3));
  FloatHistogram empty = exponential(0, 4, {0, 0});
  empty.compact(0);
  EXPECT_THAT(empty.positive_spans, IsEmpty());
  EXPECT_THAT(empty.positive_buckets, IsEmpty());
}

TEST(HistogramCompaction, TakesNoMemoryForWideGaps) {
  FloatHistogram a = exponential(0, -500'000'000, {1});
  a.positive_spans.push_back({.offset = 1'000'000'000, .length = 1});
  a.positive_buckets.push_back(2);
  a.compact(std::numeric_limits<int>::max());
  EXPECT_THAT(a.positive_spans, SizeIs(2));
  EXPECT_THAT(a.positive_buckets, ElementsAre(1, 2));

  // The limit is for all gaps together.
  FloatHistogram many = exponential(0, 0, {1});
  for (int i = 0; i < 3; ++i) {
    many.positive_spans.push_back({.offset = 1 << 19, .length = 1});
    many.positive_buckets.push_back(1);
  }
  many.compact(std::numeric_limits<int>::max());
  EXPECT_THAT(many.positive_spans, SizeIs(2));
  EXPECT_THAT(many.positive_buckets, SizeIs((1 << 20) + 4));
}

TEST(HistogramResolution, MergesBucketsOfTheCoarserSchema) {
  FloatHistogram a = exponential(2, -3, {1, 2, 4, 8, 16});  // indexes -3..1 at schema 2
  a.counter_reset_hint = CounterResetHint::kReset;
  a.count = 31;
  a.zero_threshold = 0.25;
  const FloatHistogram b = a.copyToSchema(0);
  EXPECT_EQ(b.schema, 0);
  EXPECT_EQ(b.counter_reset_hint, CounterResetHint::kUnknown);
  EXPECT_EQ(b.count, 31);
  EXPECT_EQ(b.zero_threshold, 0.25);
  // (2^-1, 2^0] is index 0 and takes -3..0, index 1 takes 1..4.
  EXPECT_THAT(b.positive_spans, ElementsAre(Span{0, 2}));
  EXPECT_THAT(b.positive_buckets, ElementsAre(15, 16));
  EXPECT_EQ(a.copyToSchema(2).counter_reset_hint, CounterResetHint::kReset);
}

TEST(HistogramResolution, IsReducedFromSchemasOfTheFuture) {
  FloatHistogram a = exponential(52, -5, {1, 2, 4, 8, 16, 32, 64});  // -5..0 and 1
  ASSERT_TRUE(a.reduceResolution(8));
  EXPECT_EQ(a.schema, 8);
  EXPECT_THAT(a.positive_spans, ElementsAre(Span{0, 2}));
  EXPECT_THAT(a.positive_buckets, ElementsAre(63, 64));
}

TEST(HistogramResolution, RefusesWhatItCannotReduce) {
  const auto error = [](FloatHistogram h, std::int32_t target) {
    const Result<void> result = h.reduceResolution(target);
    return result ? "" : result.error().message;
  };
  EXPECT_EQ(error(custom({1}, {1}), 0), "cannot reduce resolution when there are custom buckets");
  EXPECT_EQ(error(exponential(0, 0, {1}), -53), "cannot reduce resolution to custom buckets schema");
  EXPECT_EQ(error(exponential(0, 0, {1}), 0), "cannot reduce resolution from schema 0 to 0");
  FloatHistogram missing = exponential(0, 0, {1});
  missing.positive_spans[0].length = 0xffffffff;
  EXPECT_EQ(error(missing, -1),
            "have 1 buckets but spans need more: histogram spans specify different number of buckets than "
            "provided");
  FloatHistogram negative = exponential(0, 0, {1});
  negative.positive_spans.push_back({.offset = -1, .length = 0});
  EXPECT_EQ(error(negative, -1),
            "span number 2 with offset -1: histogram has a span whose offset is negative");
}

}  // namespace
}  // namespace prome::model
