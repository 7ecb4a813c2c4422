#include <gtest/gtest.h>

#include "histogram_fixture.h"

namespace prome::model {
namespace {

TEST(HistogramReset, FollowsTheHint) {
  FloatHistogram before = exponential(0, 0, {1});
  FloatHistogram now = before;
  now.counter_reset_hint = CounterResetHint::kReset;
  EXPECT_TRUE(now.detectReset(before));
  now = exponential(0, 0, {0});
  now.counter_reset_hint = CounterResetHint::kNotReset;
  EXPECT_FALSE(now.detectReset(before));
  now.counter_reset_hint = CounterResetHint::kGauge;
  EXPECT_TRUE(now.detectReset(before));
}

TEST(HistogramReset, IsAnyCountThatFell) {
  FloatHistogram before = exponential(0, 0, {1, 2});
  before.count = 10;
  before.zero_count = 3;
  before.negative_spans = {{0, 1}};
  before.negative_buckets = {4};
  EXPECT_FALSE(before.detectReset(before));
  FloatHistogram now = before;
  now.sum = -5;
  EXPECT_FALSE(now.detectReset(before));
  now.count = 9;
  EXPECT_TRUE(now.detectReset(before));
  now = before;
  now.zero_count = 2;
  EXPECT_TRUE(now.detectReset(before));
  now = before;
  now.positive_buckets = {5, 1};
  EXPECT_TRUE(now.detectReset(before));
  now = before;
  now.negative_buckets = {3};
  EXPECT_TRUE(now.detectReset(before));
}

TEST(HistogramReset, IsAPopulatedBucketThatIsGone) {
  FloatHistogram before = exponential(0, 0, {1, 0, 1});
  EXPECT_FALSE(exponential(0, -1, {9, 1, 0, 1, 5}).detectReset(before));
  FloatHistogram now = exponential(0, 0, {1});  // without index 1, which is empty before, and with index 2
  now.positive_spans.push_back({1, 1});
  now.positive_buckets.push_back(1);
  EXPECT_FALSE(now.detectReset(before));
  EXPECT_TRUE(exponential(0, 1, {1, 1}).detectReset(before));
  EXPECT_FALSE(exponential(0, 0, {1, 0}).detectReset(exponential(0, 0, {1, 0, 0})));
  EXPECT_TRUE(exponential(0, 0, {1, 0}).detectReset(exponential(0, 0, {1, 0, 1})));
  // Prometheus looks at the first bucket only that lies after the last current one.
  EXPECT_FALSE(exponential(0, 0, {1}).detectReset(before));
}

TEST(HistogramReset, IsAFinerSchemaOrZeroBucket) {
  FloatHistogram before = exponential(1, 1, {1, 2});
  FloatHistogram coarser = exponential(0, 1, {3});
  EXPECT_FALSE(coarser.detectReset(before));
  EXPECT_TRUE(exponential(0, 1, {2}).detectReset(before));
  EXPECT_TRUE(exponential(2, 1, {1, 2}).detectReset(before));

  before = exponential(0, 0, {4, 5});  // (0.5,1] (1,2]
  before.zero_threshold = 0.25;
  before.zero_count = 1;
  FloatHistogram now = exponential(0, 1, {5});
  now.zero_threshold = 1;
  now.zero_count = 5;
  EXPECT_FALSE(now.detectReset(before));
  now.zero_count = 4;
  EXPECT_TRUE(now.detectReset(before));
  now.zero_count = 5;
  now.zero_threshold = 0.75;  // within a populated bucket
  EXPECT_TRUE(now.detectReset(before));
  now.zero_threshold = 0.1;
  EXPECT_TRUE(now.detectReset(before));
}

TEST(HistogramReset, ComparesCustomBucketsOnCommonBounds) {
  const FloatHistogram before = custom({1, 2, 5}, {1, 2, 3, 4});
  EXPECT_FALSE(before.detectReset(before));
  EXPECT_TRUE(custom({1, 2, 5}, {1, 2, 2, 9}).detectReset(before));
  EXPECT_FALSE(custom({2, 3}, {3, 0, 7}).detectReset(before));
  EXPECT_TRUE(custom({2, 3}, {2, 5, 7}).detectReset(before));
  EXPECT_TRUE(custom({2, 3}, {3, 5, 1}).detectReset(before));
  EXPECT_TRUE(custom({1}, {1, 2}).detectReset(exponential(0, 0, {1})));
  EXPECT_TRUE(exponential(0, 0, {9}).detectReset(custom({1}, {1})));
}

}  // namespace
}  // namespace prome::model
