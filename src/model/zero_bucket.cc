#include "model/zero_bucket.h"

#include <cassert>
#include <utility>

#include "base/compensated_sum.h"
#include "model/bucket_layout.h"
#include "model/exponential_bounds.h"

namespace prome::model {
namespace {

double boundAt(const FloatHistogram& histogram, std::int64_t index) {
  return exponentialBound(static_cast<std::int32_t>(index), histogram.schema);
}

/// Adds to `zero` what `buckets` have nearer to zero than `threshold`. Where it falls into a populated
/// bucket, that bucket is added, too, and its outer bound is returned; else `threshold`.
double addInner(CompensatedSum& zero, const FloatHistogram& histogram, BucketsView buckets,
                double threshold) {
  for (BucketCursor at(buckets); !at.done(); at.next()) {
    if (boundAt(histogram, at.index() - 1) >= threshold) return threshold;
    const double count = buckets.counts[at.position()];
    zero.add(count);
    if (!buckets.compensations.empty()) zero.add(buckets.compensations[at.position()]);
    const double outer = boundAt(histogram, at.index());
    if (outer > threshold) return count != 0 ? outer : threshold;
  }
  return threshold;
}

BucketsView withCompensations(BucketsView buckets, const std::vector<double>* compensations) {
  if (compensations != nullptr) buckets.compensations = *compensations;
  return buckets;
}

/// Empties the buckets that the zero bucket has taken over.
void clearInner(FloatHistogram& histogram, FloatHistogram* compensation, Sign sign) {
  Buckets buckets = takeBuckets(histogram, compensation, sign);
  for (BucketCursor at(buckets); !at.done(); at.next()) {
    if (boundAt(histogram, at.index() - 1) >= histogram.zero_threshold) break;
    buckets.counts[at.position()] = 0;
    if (compensation != nullptr) buckets.compensations[at.position()] = 0;
  }
  compactBuckets(buckets, 0);
  putBuckets(histogram, compensation, sign, std::move(buckets));
}

}  // namespace

WidenedZero widenedZero(const FloatHistogram& histogram, const FloatHistogram* compensation,
                        double threshold) {
  CompensatedSum zero{histogram.zero_count, compensation != nullptr ? compensation->zero_count : 0};
  if (threshold == histogram.zero_threshold) return {zero.sum, zero.lost, threshold};
  assert(threshold > histogram.zero_threshold);
  const BucketsView positive =
      withCompensations(bucketsOf(histogram, Sign::kPositive),
                        compensation != nullptr ? &compensation->positive_buckets : nullptr);
  const BucketsView negative =
      withCompensations(bucketsOf(histogram, Sign::kNegative),
                        compensation != nullptr ? &compensation->negative_buckets : nullptr);
  for (;;) {
    // From the start where the threshold grew, but for the compensation: so does Prometheus.
    zero.sum = histogram.zero_count;
    threshold = addInner(zero, histogram, positive, threshold);
    const double grown = addInner(zero, histogram, negative, threshold);
    if (grown == threshold) return {zero.sum, zero.lost, threshold};
    threshold = grown;
  }
}

WidenedZero reconcileZeroBuckets(FloatHistogram& histogram, FloatHistogram* compensation,
                                 const FloatHistogram& other) {
  WidenedZero others{other.zero_count, 0, other.zero_threshold};
  while (others.threshold != histogram.zero_threshold) {
    if (histogram.zero_threshold > others.threshold) {
      others = widenedZero(other, nullptr, histogram.zero_threshold);
    }
    if (others.threshold > histogram.zero_threshold) {
      const WidenedZero own = widenedZero(histogram, compensation, others.threshold);
      histogram.zero_count = own.count;
      histogram.zero_threshold = own.threshold;
      if (compensation != nullptr) compensation->zero_count = own.compensation;
      clearInner(histogram, compensation, Sign::kPositive);
      clearInner(histogram, compensation, Sign::kNegative);
    }
  }
  return others;
}

}  // namespace prome::model
