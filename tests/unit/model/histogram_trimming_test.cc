#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "histogram_fixture.h"

namespace prome::model {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using enum FloatHistogram::Trim;

constexpr double kInf = std::numeric_limits<double>::infinity();

FloatHistogram positive() {
  FloatHistogram out = exponential(0, 1, {4, 8, 16});  // (1,2] (2,4] (4,8]
  out.count = 28;
  out.sum = 111;
  return out;
}

TEST(HistogramTrimming, KeepsAllWhereNothingIsCut) {
  EXPECT_TRUE(positive().trimBuckets(8, kUpper).equals(positive()));
  EXPECT_TRUE(positive().trimBuckets(kInf, kUpper).equals(positive()));
  EXPECT_TRUE(positive().trimBuckets(1, kLower).equals(positive()));
  EXPECT_TRUE(positive().trimBuckets(-kInf, kLower).equals(positive()));
}

TEST(HistogramTrimming, CutsAtABoundary) {
  const FloatHistogram below = positive().trimBuckets(4, kUpper);
  EXPECT_THAT(below.positive_buckets, ElementsAre(4, 8));
  EXPECT_EQ(below.count, 12);
  EXPECT_EQ(below.sum, 4 * std::sqrt(2.0) + 8 * std::sqrt(8.0));
  const FloatHistogram above = positive().trimBuckets(4, kLower);
  EXPECT_THAT(above.positive_spans, ElementsAre(Span{3, 1}));
  EXPECT_THAT(above.positive_buckets, ElementsAre(16));
  EXPECT_EQ(above.sum, 16 * std::sqrt(32.0));
}

TEST(HistogramTrimming, InterpolatesOnALogarithmicScale) {
  const double bound = 4 * std::sqrt(2.0);  // half of (4,8] as logarithms go
  const FloatHistogram below = positive().trimBuckets(bound, kUpper);
  ASSERT_EQ(below.positive_buckets.size(), 3U);
  EXPECT_NEAR(below.positive_buckets[2], 8, 1e-12);
  const FloatHistogram above = positive().trimBuckets(bound, kLower);
  ASSERT_EQ(above.positive_buckets.size(), 1U);
  EXPECT_NEAR(above.count, 8, 1e-12);
  EXPECT_NEAR(above.sum, 8 * std::sqrt(bound * 8), 1e-10);
}

TEST(HistogramTrimming, MirrorsNegativeBuckets) {
  FloatHistogram h;
  h.negative_spans = {{1, 2}};  // [-2,-1) [-4,-2)
  h.negative_buckets = {4, 8};
  h.count = 12;
  const FloatHistogram below = h.trimBuckets(-2 * std::sqrt(2.0), kUpper);
  ASSERT_EQ(below.negative_buckets.size(), 1U);
  EXPECT_THAT(below.negative_spans, ElementsAre(Span{2, 1}));
  EXPECT_NEAR(below.negative_buckets[0], 4, 1e-12);
  const FloatHistogram above = h.trimBuckets(-2, kLower);
  EXPECT_THAT(above.negative_buckets, ElementsAre(4));
  EXPECT_EQ(above.sum, -4 * std::sqrt(2.0));
}

TEST(HistogramTrimming, CutsTheZeroBucketWhereValuesCanBe) {
  FloatHistogram h;
  h.zero_threshold = 1;
  h.zero_count = 8;
  h.count = 8;
  EXPECT_EQ(h.trimBuckets(0.5, kUpper).zero_count, 6);  // of [-1,1]
  EXPECT_EQ(h.trimBuckets(0.5, kUpper).sum, 6 * -0.25);
  EXPECT_EQ(h.trimBuckets(0.5, kLower).zero_count, 2);
  EXPECT_EQ(h.trimBuckets(-1, kUpper).count, 0);
  h.positive_spans = {{1, 1}};
  h.positive_buckets = {3};
  EXPECT_EQ(h.trimBuckets(0.5, kUpper).zero_count, 4);  // of [0,1]
  EXPECT_EQ(h.trimBuckets(0, kLower).zero_count, 8);
  EXPECT_TRUE(h.trimBuckets(0, kLower).equals(h));
}

TEST(HistogramTrimming, InterpolatesCustomBucketsLinearly) {
  const FloatHistogram h = custom({2, 6}, {4, 8, 16});
  const FloatHistogram below = h.trimBuckets(3, kUpper);
  EXPECT_THAT(below.positive_buckets, ElementsAre(4, 2));
  EXPECT_EQ(below.sum, 4 * 1 + 2 * 2.5);
  // The first bucket is taken to begin at zero, of the last one nothing is known.
  EXPECT_THAT(h.trimBuckets(1, kUpper).positive_buckets, ElementsAre(2));
  EXPECT_THAT(h.trimBuckets(-1, kUpper).positive_buckets, IsEmpty());
  EXPECT_THAT(h.trimBuckets(1, kLower).positive_buckets, ElementsAre(2, 8, 16));
  EXPECT_THAT(h.trimBuckets(100, kUpper).positive_buckets, ElementsAre(4, 8));
  const FloatHistogram above = h.trimBuckets(100, kLower);
  EXPECT_THAT(above.positive_buckets, ElementsAre(16));
  EXPECT_THAT(above.positive_spans, ElementsAre(Span{2, 1}));
}

TEST(HistogramTrimming, DropsAllForNaN) {
  const FloatHistogram h = positive().trimBuckets(std::nan(""), kUpper);
  EXPECT_THAT(h.positive_buckets, IsEmpty());
  EXPECT_EQ(h.count, 0);
}

}  // namespace
}  // namespace prome::model
