#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "base/go_math.h"
#include "engine/histogram_quantile.h"
#include "model/histogram_buckets.h"
#include "model/sample.h"

namespace prome::engine {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// The zero bucket of a histogram of only positive (negative) observations begins (ends) at zero.
void cutAtZero(model::Bucket& bucket, const model::FloatHistogram& histogram) {
  const bool has_negative = !histogram.negative_buckets.empty();
  const bool has_positive = !histogram.positive_buckets.empty();
  if (!has_negative && has_positive) bucket.lower = 0;
  if (has_negative && !has_positive) bucket.upper = 0;
}

/// The bucket a rank falls into, and the observations up to its end (from the side counted from).
struct Found {
  model::Bucket bucket;
  double count = 0;
  std::size_t next = 0;  // of the buckets after it
};

Found findRank(std::span<const model::Bucket> buckets, double rank) {
  Found found;
  for (; found.next < buckets.size(); ++found.next) {
    found.bucket = buckets[found.next];
    if (found.bucket.count == 0) continue;
    found.count += found.bucket.count;
    if (found.count >= rank) {
      ++found.next;
      break;
    }
  }
  return found;
}

/// At `fraction` of the width of `bucket`.
double within(const model::Bucket& bucket, double fraction, bool custom) {
  if (custom || (bucket.lower <= 0 && bucket.upper >= 0))
    return bucket.lower + (bucket.upper - bucket.lower) * fraction;
  const double log_lower = go_math::log2(std::fabs(bucket.lower));
  const double log_upper = go_math::log2(std::fabs(bucket.upper));
  if (bucket.lower > 0) return go_math::exp2(log_lower + (log_upper - log_lower) * fraction);
  return -go_math::exp2(log_upper + (log_lower - log_upper) * (1 - fraction));
}

/// The share of `bucket`'s width below `value`, which lies in it.
double fractionBelow(const model::Bucket& bucket, double value, bool linear) {
  if (linear) return (value - bucket.lower) / (bucket.upper - bucket.lower);
  const double log_lower = go_math::log2(std::fabs(bucket.lower));
  const double log_upper = go_math::log2(std::fabs(bucket.upper));
  const double log_value = go_math::log2(std::fabs(value));
  if (value > 0) return (log_value - log_lower) / (log_upper - log_lower);
  return 1 - ((log_value - log_upper) / (log_lower - log_upper));
}

}  // namespace

NativeEstimate nativeQuantile(double q, const model::FloatHistogram& histogram) {
  if (q < 0) return {-kInf};
  if (q > 1) return {kInf};
  if (histogram.count == 0 || std::isnan(q)) return {model::kNormalNaN};

  // NaN observations are in the count but in no bucket, so with them ranks hold only from below.
  const bool may_have_nan = std::isnan(histogram.sum);
  const bool ascending = may_have_nan || q < 0.5;
  double rank = (ascending ? q : 1 - q) * histogram.count;
  const std::vector<model::Bucket> buckets =
      allBuckets(histogram, ascending ? model::BucketOrder::kAscending : model::BucketOrder::kDescending);
  auto [bucket, count, next] = findRank(buckets, rank);

  const bool custom = histogram.usesCustomBuckets();
  if (!custom && bucket.lower < 0 && bucket.upper > 0) {
    cutAtZero(bucket, histogram);
  } else if (custom && bucket.lower == -kInf) {
    if (bucket.upper <= 0) return {bucket.upper};
    bucket.lower = 0;
  } else if (custom && bucket.upper == kInf) {
    return {bucket.lower};
  }
  if (count > histogram.count) count = histogram.count;
  if (count < rank) {
    if (may_have_nan) return {model::kNormalNaN, NanObservations::kResultIsNan};
    return {bucket.upper};
  }

  rank = ascending ? rank - (count - bucket.count) : count - rank;
  NativeEstimate result;
  if (may_have_nan) {
    for (; next < buckets.size(); ++next) {
      bucket = buckets[next];  // as in Prometheus, where the last bucket is then interpolated in
      count += bucket.count;
    }
    if (count < histogram.count) result.nan_observations = NanObservations::kSkewed;
  }
  result.value = within(bucket, rank / bucket.count, custom);
  return result;
}

NativeEstimate nativeFraction(double lower, double upper, const model::FloatHistogram& histogram) {
  if (histogram.count == 0 || std::isnan(lower) || std::isnan(upper)) return {model::kNormalNaN};
  if (lower >= upper) return {0};

  const bool custom = histogram.usesCustomBuckets();
  std::optional<double> lower_rank;
  std::optional<double> upper_rank;
  double rank = 0;
  double counted = 0;
  for (model::Bucket bucket : allBuckets(histogram)) {
    counted += bucket.count;
    if (lower_rank && upper_rank) continue;
    const bool is_zero = bucket.lower <= 0 && bucket.upper >= 0;
    if (is_zero) cutAtZero(bucket, histogram);
    const auto below = [&](double value) -> std::optional<double> {
      if (bucket.lower >= value) return rank;
      if (!(bucket.lower < value && bucket.upper > value)) return std::nullopt;
      const bool linear = custom || is_zero;
      if (linear && bucket.lower == -kInf) return bucket.count;
      return rank + bucket.count * fractionBelow(bucket, value, linear);
    };
    if (!lower_rank) lower_rank = below(lower);
    if (!upper_rank) upper_rank = below(upper);
    rank += bucket.count;
  }

  NativeEstimate result;
  double total = histogram.count;
  if (std::isnan(histogram.sum)) {
    total = counted;
    if (counted < histogram.count) result.nan_observations = NanObservations::kSkewed;
  }
  const auto capped = [&](std::optional<double> value) { return !value || *value > total ? total : *value; };
  result.value = (capped(upper_rank) - capped(lower_rank)) / histogram.count;
  return result;
}

}  // namespace prome::engine
