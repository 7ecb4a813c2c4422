#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "histogram_fixture.h"

namespace prome::model {
namespace {

std::string refusal(const FloatHistogram& histogram) {
  const Result<void> result = histogram.validate();
  if (result) return "";
  EXPECT_EQ(result.error().kind, ErrorKind::kBadData);
  return result.error().message;
}

TEST(HistogramValidation, AcceptsSoundHistograms) {
  EXPECT_EQ(refusal({}), "");
  EXPECT_EQ(refusal(exponential(8, -1000, {1, 0, std::nan("")})), "");
  EXPECT_EQ(refusal(custom({-1, 2}, {0, 1, 2})), "");
}

TEST(HistogramValidation, RefusesSchemas) {
  for (const int schema : {-54, -52, -5, 9}) {
    EXPECT_EQ(
        refusal(exponential(schema, 0, {})),
        "histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 "
        "for custom buckets, got schema " +
            std::to_string(schema));
  }
}

TEST(HistogramValidation, RefusesSpansThatClaimOtherBuckets) {
  FloatHistogram h = exponential(0, 0, {1, 2});
  h.positive_spans = {{0, 0xffffffff}, {0, 3}};  // 2 modulo 2^32
  EXPECT_EQ(refusal(h), "positive side: span number 1 has bucket indexes out of range");
  h.positive_spans = {{0, 1}};
  EXPECT_EQ(
      refusal(h),
      "positive side: spans need 1 buckets, have 2 buckets: histogram spans specify different number of "
      "buckets than provided");
  h.positive_spans = {{-7, 1}, {-1, 1}};
  EXPECT_EQ(refusal(h),
            "positive side: span number 2 with offset -1: histogram has a span whose offset is negative");
}

TEST(HistogramValidation, RefusesIndexesNoDoubleHas) {
  constexpr std::int32_t kLimit = 1 << 29;
  EXPECT_EQ(refusal(exponential(0, kLimit - 1, {1})), "");
  EXPECT_EQ(refusal(exponential(0, kLimit, {1})),
            "positive side: span number 1 has bucket indexes out of range");
  EXPECT_EQ(refusal(exponential(0, -kLimit, {1})), "");
  EXPECT_EQ(refusal(exponential(0, -kLimit - 1, {1})),
            "positive side: span number 1 has bucket indexes out of range");
  FloatHistogram h = exponential(0, kLimit - 2, {1});
  h.positive_spans.push_back({std::numeric_limits<std::int32_t>::max(), 0});
  EXPECT_EQ(refusal(h), "positive side: span number 2 has bucket indexes out of range");
}

TEST(HistogramValidation, RefusesNegativeCounts) {
  FloatHistogram h = exponential(0, 0, {1, -0.5});
  EXPECT_EQ(refusal(h),
            "positive side: bucket number 2 has observation count of -0.5: histogram has a bucket whose "
            "observation count is negative");
  h = exponential(0, 0, {});
  h.zero_count = -1;
  EXPECT_EQ(
      refusal(h),
      "zero bucket has observation count of -1: histogram has a bucket whose observation count is negative");
  h.zero_count = 0;
  h.count = -1e6;
  EXPECT_EQ(refusal(h), "observation count is  -1e+06: histogram's observation count is negative");
}

TEST(HistogramValidation, RefusesFieldsOfTheOtherKind) {
  FloatHistogram h = exponential(0, 0, {1});
  h.custom_values = {1};
  EXPECT_EQ(refusal(h), "histogram with exponential schema must not have custom bounds");
  h = custom({1}, {1});
  h.zero_count = 1;
  EXPECT_EQ(refusal(h), "custom buckets: must have zero count of 0");
  h = custom({1}, {1});
  h.zero_threshold = 1;
  EXPECT_EQ(refusal(h), "custom buckets: must have zero threshold of 0");
  h = custom({1}, {1});
  h.negative_spans = {{0, 0}};
  EXPECT_EQ(refusal(h), "custom buckets: must not have negative spans");
  h = exponential(0, 0, {1});
  h.zero_threshold = std::nan("");
  EXPECT_EQ(refusal(h), "zero threshold must not be NaN");
}

TEST(HistogramValidation, RefusesCustomBounds) {
  EXPECT_EQ(
      refusal(custom({1, 1}, {1})),
      "custom buckets: previous bound is 1.000000 and current is 1.000000: histogram custom bounds must be "
      "in strictly increasing order");
  EXPECT_EQ(refusal(custom({1, std::nan("")}, {1})),
            "custom buckets: histogram custom bounds must not be NaN");
  EXPECT_EQ(refusal(custom({1, std::numeric_limits<double>::infinity()}, {1})),
            "custom buckets: last +Inf bound must not be explicitly defined: histogram custom bounds must be "
            "finite");
  EXPECT_EQ(
      refusal(custom({1}, {1, 2, 3})),
      "custom buckets: only 1 custom bounds defined which is insufficient to cover total span length of 3: "
      "histogram custom bounds are too few");
  FloatHistogram h = custom({1}, {1});
  h.positive_spans[0].offset = -1;
  EXPECT_EQ(refusal(h),
            "custom buckets: span number 1 with offset -1: histogram has a span whose offset is negative");
}

}  // namespace
}  // namespace prome::model
