#include "querier/rebuilt_histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "model/histogram_buckets.h"

namespace prome::querier {
namespace {

using model::Bucket;
using model::FloatHistogram;
using model::Span;

/// What an answer shows of it.
std::vector<Bucket> shown(const FloatHistogram& histogram) {
  std::vector<Bucket> buckets = model::allBuckets(histogram);
  std::erase_if(buckets, [](const Bucket& bucket) { return bucket.count == 0; });
  return buckets;
}

FloatHistogram rebuilt(const FloatHistogram& histogram, HistogramLoss expected) {
  FloatHistogram out;
  EXPECT_EQ(rebuildBuckets(shown(histogram), out), expected) << histogram.toString();
  out.count = histogram.count;
  out.sum = histogram.sum;
  EXPECT_EQ(out.toString(), histogram.toString());
  return out;
}

FloatHistogram withZero(std::int32_t schema) {
  FloatHistogram out;
  out.schema = schema;
  out.zero_threshold = 0x1p-128;
  out.zero_count = 2;
  out.count = 10;
  out.sum = 4;
  return out;
}

TEST(RebuiltHistogram, EverySchema) {
  std::mt19937 random(3);
  for (std::int32_t schema = model::kMinExponentialSchema; schema <= model::kMaxExponentialSchema; ++schema) {
    for (int round = 0; round < 200; ++round) {
      FloatHistogram histogram = withZero(schema);
      const int reach = schema < 0 ? 100 >> -schema : 100 << schema;
      const int first = static_cast<int>(random() % static_cast<unsigned>(2 * reach)) - reach;
      const auto gap = static_cast<std::int32_t>(1 + random() % 5);
      histogram.positive_spans = {{.offset = first, .length = 3}, {.offset = gap, .length = 2}};
      histogram.positive_buckets = {1, 2, 0.5, 3, 1e-9};
      if (round % 2 == 0) {
        histogram.negative_spans = {{.offset = first + gap, .length = 2}};
        histogram.negative_buckets = {1, 2};
      }
      const FloatHistogram again = rebuilt(histogram, HistogramLoss::kNone);
      ASSERT_TRUE(again.equals(histogram)) << again.toTestExpression() << histogram.toTestExpression();
      ASSERT_TRUE(again.validate());
    }
  }
}

TEST(RebuiltHistogram, OneBucketIsEnoughFromSchema1On) {
  for (std::int32_t schema = 1; schema <= model::kMaxExponentialSchema; ++schema) {
    FloatHistogram histogram;
    histogram.schema = schema;
    histogram.positive_spans = {{.offset = 17, .length = 1}};
    histogram.positive_buckets = {1};
    EXPECT_TRUE(rebuilt(histogram, HistogramLoss::kZeroThreshold).equals(histogram));
  }
}

TEST(RebuiltHistogram, PowersOfTwoMayBeCustomBounds) {
  FloatHistogram histogram;
  histogram.positive_spans = {{.offset = 1, .length = 3}};
  histogram.positive_buckets = {1, 2, 3};
  rebuilt(histogram, HistogramLoss::kLayout);
  FloatHistogram custom;
  custom.schema = model::kCustomBucketsSchema;
  custom.custom_values = {1, 2, 4, 8};
  custom.positive_spans = {{.offset = 1, .length = 2}};
  custom.positive_buckets = {1, 2};
  rebuilt(custom, HistogramLoss::kLayout);
}

TEST(RebuiltHistogram, CustomBounds) {
  FloatHistogram histogram;
  histogram.schema = model::kCustomBucketsSchema;
  histogram.custom_values = {-1, 0, 0.5, 1, 2.5, 5};
  histogram.positive_spans = {{.offset = 0, .length = 2}, {.offset = 1, .length = 4}};
  histogram.positive_buckets = {1, 2, 3, 0, 0, 4};
  const FloatHistogram again = rebuilt(histogram, HistogramLoss::kLayout);
  EXPECT_TRUE(again.usesCustomBuckets());
  EXPECT_TRUE(again.validate());
  histogram.custom_values = {};
  histogram.positive_spans = {{.offset = 0, .length = 1}};
  histogram.positive_buckets = {1};
  EXPECT_TRUE(rebuilt(histogram, HistogramLoss::kLayout).equals(histogram));
}

TEST(RebuiltHistogram, ZeroBucketAlone) {
  FloatHistogram histogram = withZero(0);
  EXPECT_TRUE(rebuilt(histogram, HistogramLoss::kSchema).equals(histogram));
  histogram.zero_threshold = 0;
  EXPECT_TRUE(rebuilt(histogram, HistogramLoss::kSchema).equals(histogram));
  rebuilt({}, HistogramLoss::kSchema);
}

TEST(RebuiltHistogram, BucketsCutByTheZeroBucket) {
  FloatHistogram histogram = withZero(1);
  histogram.zero_threshold = 0.6;
  histogram.positive_spans = {{.offset = -1, .length = 4}};  // from (0.5, 0.7]
  histogram.positive_buckets = {1, 2, 3, 4};
  histogram.negative_spans = histogram.positive_spans;
  histogram.negative_buckets = histogram.positive_buckets;
  EXPECT_TRUE(rebuilt(histogram, HistogramLoss::kNone).equals(histogram));
  histogram.zero_count = 0;  // the cut tells the threshold still
  EXPECT_TRUE(rebuilt(histogram, HistogramLoss::kNone).equals(histogram));
}

TEST(RebuiltHistogram, LargestBuckets) {
  for (std::int32_t schema = model::kMinExponentialSchema; schema <= model::kMaxExponentialSchema; ++schema) {
    FloatHistogram histogram = withZero(schema);
    const std::int32_t last = schema < 0 ? 1024 >> -schema : 1024 << schema;
    histogram.positive_spans = {{.offset = last - 1, .length = 3}};
    histogram.positive_buckets = {1, 2, 3};
    EXPECT_TRUE(rebuilt(histogram, HistogramLoss::kNone).equals(histogram)) << schema;
  }
}

TEST(RebuiltHistogram, BucketsNoHistogramHas) {
  const auto bucket = [](double lower, double upper) {
    return Bucket{.lower = lower, .upper = upper, .upper_inclusive = true, .count = 1};
  };
  for (const std::vector<Bucket>& buckets : {std::vector<Bucket>{bucket(2, 1)},
                                             {bucket(1, 3), bucket(2, 4)},
                                             {bucket(2, 4), bucket(1, 2)},
                                             {bucket(1, 1)}}) {
    FloatHistogram out;
    out.count = 3;
    EXPECT_EQ(rebuildBuckets(buckets, out), HistogramLoss::kLayout);
    EXPECT_TRUE(out.validate());
    EXPECT_EQ(out.count, 3);
  }
}

}  // namespace
}  // namespace prome::querier
