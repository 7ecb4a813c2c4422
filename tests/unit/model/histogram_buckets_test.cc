#include "model/histogram_buckets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "histogram_fixture.h"
#include "model/exponential_bounds.h"

namespace prome::model {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<double>::max();

TEST(ExponentialBound, IsThePowerUpToRounding) {
  for (std::int32_t schema = kMinExponentialSchema; schema <= kMaxExponentialSchema; ++schema) {
    double previous = 0;
    for (std::int32_t index = -600; index <= 600; ++index) {
      if (std::abs(std::ldexp(index, -schema)) > 1000) continue;
      const double bound = exponentialBound(index, schema);
      EXPECT_NEAR(bound / std::exp2(std::ldexp(index, -schema)), 1, 1e-15) << schema << ' ' << index;
      EXPECT_LT(previous, bound) << schema << ' ' << index;
      previous = bound;
    }
  }
}

TEST(ExponentialBound, RoundsAsPrometheusDoes) {
  EXPECT_EQ(exponentialBound(-1, 1), 0.7071067811865475);  // the nearest double is ...476
  EXPECT_EQ(exponentialBound(0, 8), 1);
  EXPECT_EQ(exponentialBound(-8, -4), std::ldexp(1, -128));
}

TEST(ExponentialBound, EndsAtTheLargestDouble) {
  for (std::int32_t schema = kMinExponentialSchema; schema <= kMaxExponentialSchema; ++schema) {
    const std::int32_t last = schema < 0 ? 1024 >> -schema : 1024 << schema;
    EXPECT_LT(exponentialBound(last - 1, schema), kLargest);
    EXPECT_EQ(exponentialBound(last, schema), kLargest);
    EXPECT_EQ(exponentialBound(last + 1, schema), kInf);
    EXPECT_EQ(exponentialBound(std::numeric_limits<std::int32_t>::max(), schema), kInf);
    EXPECT_EQ(exponentialBound(std::numeric_limits<std::int32_t>::min(), schema), 0);
  }
}

struct Expected {
  double lower, upper;
  bool lower_inclusive, upper_inclusive;
  double count;
};

void expectBuckets(const std::vector<Bucket>& buckets, const std::vector<Expected>& expected) {
  ASSERT_EQ(buckets.size(), expected.size());
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    EXPECT_EQ(buckets[i].lower, expected[i].lower) << i;
    EXPECT_EQ(buckets[i].upper, expected[i].upper) << i;
    EXPECT_EQ(buckets[i].lower_inclusive, expected[i].lower_inclusive) << i;
    EXPECT_EQ(buckets[i].upper_inclusive, expected[i].upper_inclusive) << i;
    EXPECT_EQ(buckets[i].count, expected[i].count) << i;
  }
}

TEST(AllBuckets, AreInOrderAndCutAtTheZeroBucket) {
  FloatHistogram h = exponential(0, 0, {1, 0});
  h.negative_spans = {{0, 1}, {1, 1}};
  h.negative_buckets = {3, 4};
  h.zero_threshold = 0.75;
  h.zero_count = 9;
  std::vector<Expected> expected = {{-4, -2, true, false, 4},
                                    {-1, -0.75, true, false, 3},
                                    {-0.75, 0.75, true, true, 9},
                                    {0.75, 1, false, true, 1},
                                    {1, 2, false, true, 0}};
  expectBuckets(allBuckets(h), expected);
  std::ranges::reverse(expected);
  expectBuckets(allBuckets(h, BucketOrder::kDescending), expected);
  h.zero_count = 0;
  EXPECT_EQ(allBuckets(h).size(), 4U);
  EXPECT_EQ(positiveBuckets(h)[0].lower, 0.5);
  EXPECT_EQ(negativeBuckets(h)[0].upper, -0.5);
  EXPECT_EQ(negativeBuckets(h)[1].index, 2);
}

TEST(AllBuckets, HaveCustomBounds) {
  expectBuckets(allBuckets(custom({1, 3}, {5, 6, 7})),
                {{-kInf, 1, true, true, 5}, {1, 3, false, true, 6}, {3, kInf, false, true, 7}});
}

}  // namespace
}  // namespace prome::model
