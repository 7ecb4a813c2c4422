#include "model/histogram_buckets.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "model/bucket_layout.h"
#include "model/exponential_bounds.h"

namespace prome::model {
namespace {

Bucket bucketAt(const FloatHistogram& histogram, Sign sign, std::int32_t index, double count) {
  const double outer = bucketBound(index, histogram.schema, histogram.custom_values);
  const double inner = bucketBound(index - 1, histogram.schema, histogram.custom_values);
  Bucket bucket{.count = count, .index = index};
  bucket.lower = sign == Sign::kPositive ? inner : -outer;
  bucket.upper = sign == Sign::kPositive ? outer : -inner;
  const bool custom = histogram.usesCustomBuckets();
  bucket.lower_inclusive = custom ? index == 0 : bucket.lower < 0;
  bucket.upper_inclusive = custom || bucket.upper > 0;
  return bucket;
}

void appendSide(std::vector<Bucket>& out, const FloatHistogram& histogram, Sign sign) {
  const BucketsView buckets = bucketsOf(histogram, sign);
  for (BucketCursor at(buckets); !at.done(); at.next()) {
    out.push_back(
        bucketAt(histogram, sign, static_cast<std::int32_t>(at.index()), buckets.counts[at.position()]));
  }
}

/// A bucket that overlaps with the zero bucket begins where that one ends.
void cutAtZeroBucket(Bucket& bucket, double zero_threshold) {
  if (bucket.upper < 0 && bucket.upper > -zero_threshold) {
    bucket.upper = -zero_threshold;
  } else if (bucket.lower > 0 && bucket.lower < zero_threshold) {
    bucket.lower = zero_threshold;
  }
}

}  // namespace

std::vector<Bucket> allBuckets(const FloatHistogram& histogram, BucketOrder order) {
  std::vector<Bucket> buckets;
  buckets.reserve(histogram.negative_buckets.size() + 1 + histogram.positive_buckets.size());
  appendSide(buckets, histogram, Sign::kNegative);
  std::ranges::reverse(buckets);
  if (histogram.zero_count > 0) buckets.push_back(zeroBucket(histogram));
  appendSide(buckets, histogram, Sign::kPositive);
  for (Bucket& bucket : buckets) cutAtZeroBucket(bucket, histogram.zero_threshold);
  if (order == BucketOrder::kDescending) std::ranges::reverse(buckets);
  return buckets;
}

std::vector<Bucket> positiveBuckets(const FloatHistogram& histogram) {
  std::vector<Bucket> buckets;
  buckets.reserve(histogram.positive_buckets.size());
  appendSide(buckets, histogram, Sign::kPositive);
  return buckets;
}

std::vector<Bucket> negativeBuckets(const FloatHistogram& histogram) {
  std::vector<Bucket> buckets;
  buckets.reserve(histogram.negative_buckets.size());
  appendSide(buckets, histogram, Sign::kNegative);
  return buckets;
}

Bucket zeroBucket(const FloatHistogram& histogram) {
  return {.lower = -histogram.zero_threshold,
          .upper = histogram.zero_threshold,
          .lower_inclusive = true,
          .upper_inclusive = true,
          .count = histogram.zero_count};
}

double bucketBound(std::int32_t index, std::int32_t schema, std::span<const double> custom_values) {
  if (schema != kCustomBucketsSchema) return exponentialBound(index, schema);
  constexpr double kInf = std::numeric_limits<double>::infinity();
  if (index == -1) return -kInf;
  const auto i = static_cast<std::size_t>(index);
  assert(index >= 0 && i <= custom_values.size());
  return i < custom_values.size() ? custom_values[i] : kInf;
}

}  // namespace prome::model
