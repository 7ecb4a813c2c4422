#include <gtest/gtest.h>

#include "histogram_fixture.h"
#include "model/sample.h"

namespace prome::model {
namespace {

TEST(HistogramText, ListsPopulatedBucketsInOrder) {
  FloatHistogram h = exponential(0, 0, {2.5, 0, 1e6});
  h.negative_spans = {{0, 2}};
  h.negative_buckets = {3, 4};
  h.zero_threshold = 0.001;
  h.zero_count = 1;
  h.count = 12.5;
  h.sum = kNormalNaN;
  EXPECT_EQ(h.toString(),
            "{count:12.5, sum:NaN, [-2,-1):4, [-1,-0.5):3, [-0.001,0.001]:1, (0.5,1]:2.5, (2,4]:1e+06}");
  EXPECT_EQ(FloatHistogram{}.toString(), "{count:0, sum:0}");
}

TEST(HistogramText, ShowsCustomBuckets) {
  FloatHistogram h = custom({1, 2.5}, {1, 2, 3});
  h.count = 6;
  EXPECT_EQ(h.toString(), "{count:6, sum:0, [-Inf,1]:1, (1,2.5]:2, (2.5,+Inf]:3}");
  EXPECT_EQ(h.toTestExpression(), "{{schema:-53 count:6 custom_values:[1 2.5] buckets:[1 2 3]}}");
}

TEST(HistogramText, HasAScriptNotation) {
  EXPECT_EQ(FloatHistogram{}.toTestExpression(), "{{}}");
  FloatHistogram h = exponential(-1, 2, {1, 2});
  h.positive_spans.push_back({2, 1});
  h.positive_buckets.push_back(3);
  h.negative_spans = {{0, 1}};
  h.negative_buckets = {4};
  h.count = 10;
  h.sum = -0.5;
  h.zero_count = 7;
  h.zero_threshold = 0.25;
  h.counter_reset_hint = CounterResetHint::kNotReset;
  EXPECT_EQ(h.toTestExpression(),
            "{{schema:-1 count:10 sum:-0.5 z_bucket:7 z_bucket_w:0.25 counter_reset_hint:not_reset offset:2 "
            "buckets:[1 2 0 0 3] n_buckets:[4]}}");
}

TEST(HistogramText, DoesNotListWideGaps) {
  FloatHistogram h = exponential(0, 0, {1});
  h.positive_spans.push_back({500'000'000, 1});
  h.positive_buckets.push_back(1);
  EXPECT_EQ(h.toTestExpression(), h.toString());
}

}  // namespace
}  // namespace prome::model
