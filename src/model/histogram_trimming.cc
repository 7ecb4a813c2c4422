// Cutting a histogram off at a value. A bucket the value falls into keeps the share of its observations that
// interpolation puts on the kept side; the sum is estimated anew from the middles of what is kept.
#include <cmath>
#include <vector>

#include "base/go_math.h"
#include "model/bucket_layout.h"
#include "model/float_histogram.h"
#include "model/histogram_buckets.h"

namespace prome::model {
namespace {

/// Observations kept, and the value they are taken to have.
struct Kept {
  double count = 0;
  double middle = 0;
};

/// How values spread within a bucket: evenly, or on a logarithmic scale on one side of zero.
enum class Spread : std::uint8_t { kLinear, kPositive, kNegative };

/// The share of a bucket's width below `bound`, which is inside of it.
double shareBelow(const Bucket& bucket, double bound, Spread spread) {
  if (spread == Spread::kLinear) return (bound - bucket.lower) / (bucket.upper - bucket.lower);
  const double log_lower = go_math::log2(std::fabs(bucket.lower));
  const double log_upper = go_math::log2(std::fabs(bucket.upper));
  const double log_bound = go_math::log2(std::fabs(bound));
  if (bound > 0) return (log_bound - log_lower) / (log_upper - log_lower);
  return 1 - ((log_bound - log_upper) / (log_lower - log_upper));
}

double countBelow(const Bucket& bucket, double bound, Spread spread) {
  if (bound <= bucket.lower) return 0;
  if (bound >= bucket.upper) return bucket.count;
  return bucket.count * shareBelow(bucket, bound, spread);
}

double middle(double lower, double upper, Spread spread) {
  if (std::isinf(lower)) {
    if (std::isinf(upper)) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (std::isinf(upper)) return lower;
  if (spread == Spread::kLinear) return (lower + upper) / 2;
  const double geometric = std::sqrt(std::fabs(lower * upper));
  return spread == Spread::kPositive ? geometric : -geometric;
}

/// A bucket from -Inf: below zero nothing is known of its values, above it they are taken to be even from
/// zero.
Kept keptFromMinusInf(const Bucket& bucket, double bound, FloatHistogram::Trim trim) {
  const bool is_finite = !std::isinf(bucket.upper);
  const Kept none{0, is_finite ? bucket.upper : 0};
  if (trim == FloatHistogram::Trim::kUpper) {
    if (bound >= bucket.upper) return {bucket.count, 0};
    if (bound > 0 && bucket.upper > 0 && is_finite) return {bucket.count * bound / bucket.upper, bound / 2};
    if (bucket.upper <= 0) return {bucket.count, bound};
    return none;
  }
  if (bound <= bucket.lower) return {bucket.count, 0};
  if (bound >= 0 && bucket.upper > bound && is_finite) {
    return {bucket.count * (1 - bound / bucket.upper), (bound + bucket.upper) / 2};
  }
  return none;
}

/// A bucket to +Inf.
Kept keptToInf(const Bucket& bucket, double bound, FloatHistogram::Trim trim) {
  if (trim == FloatHistogram::Trim::kLower && bound >= bucket.lower) return {bucket.count, bound};
  return {0, std::isinf(bucket.lower) ? 0 : bucket.lower};
}

/// Of a bucket that `bound` falls into.
Kept keptPart(const Bucket& bucket, double bound, FloatHistogram::Trim trim, Spread spread) {
  if (std::isinf(bucket.lower) && bucket.lower < 0) return keptFromMinusInf(bucket, bound, trim);
  if (std::isinf(bucket.upper) && bucket.upper > 0) return keptToInf(bucket, bound, trim);
  const double below = countBelow(bucket, bound, spread);
  if (trim == FloatHistogram::Trim::kUpper) return {below, middle(bucket.lower, bound, spread)};
  return {bucket.count - below, middle(bound, bucket.upper, spread)};
}

Kept keptOfZero(const Bucket& zero, double bound, FloatHistogram::Trim trim) {
  const Kept all{zero.count, (zero.lower + zero.upper) / 2};
  const bool upper = trim == FloatHistogram::Trim::kUpper;
  if (bound <= zero.lower) return upper ? Kept{} : all;
  if (bound >= zero.upper) return upper ? all : Kept{};
  const double width = zero.upper - zero.lower;
  if (upper) return {zero.count * ((bound - zero.lower) / width), (zero.lower + bound) / 2};
  return {zero.count * ((zero.upper - bound) / width), (bound + zero.upper) / 2};
}

class Trimming {
 public:
  Trimming(FloatHistogram& histogram, double bound, FloatHistogram::Trim trim)
      : histogram_(histogram), bound_(bound), trim_(trim) {}

  void run() {
    const bool has_positive = trimSide(Sign::kPositive);
    const bool has_negative = trimSide(Sign::kNegative);
    if (histogram_.zero_count > 0) trimZero(has_positive, has_negative);
    if (!trimmed_) return;
    histogram_.count = count_;
    histogram_.sum = sum_;
    histogram_.compact(0);
  }

 private:
  /// True where the side has observations.
  bool trimSide(Sign sign) {
    const bool positive = sign == Sign::kPositive;
    Spread spread = positive ? Spread::kPositive : Spread::kNegative;
    if (histogram_.usesCustomBuckets()) spread = Spread::kLinear;
    std::vector<double>& counts = positive ? histogram_.positive_buckets : histogram_.negative_buckets;
    const std::vector<Bucket> buckets = positive ? positiveBuckets(histogram_) : negativeBuckets(histogram_);
    bool has_observations = false;
    for (std::size_t i = 0; i < buckets.size(); ++i) {
      if (buckets[i].count == 0) continue;
      has_observations = true;
      trimBucket(counts[i], buckets[i], spread);
    }
    return has_observations;
  }

  void trimBucket(double& count, const Bucket& bucket, Spread spread) {
    const bool upper = trim_ == FloatHistogram::Trim::kUpper;
    if (upper ? bucket.upper <= bound_ : bucket.lower >= bound_) {
      keep({bucket.count, middle(bucket.lower, bucket.upper, spread)});
    } else if (upper ? bucket.lower < bound_ : bucket.upper > bound_) {
      const Kept kept = keptPart(bucket, bound_, trim_, spread);
      keep(kept);
      set(count, kept.count);
    } else {
      count = 0;
      trimmed_ = true;
    }
  }

  /// A side of the zero bucket is taken to be empty where the other side alone has observations.
  void trimZero(bool has_positive, bool has_negative) {
    Bucket zero = zeroBucket(histogram_);
    if (has_negative && !has_positive) zero.upper = 0;
    if (has_positive && !has_negative) zero.lower = 0;
    const Kept kept = keptOfZero(zero, bound_, trim_);
    set(histogram_.zero_count, kept.count);
    keep(kept);
  }

  void keep(const Kept& kept) {
    count_ += kept.count;
    sum_ += kept.middle * kept.count;
  }

  void set(double& count, double kept) {
    if (count == kept) return;
    count = kept;
    trimmed_ = true;
  }

  FloatHistogram& histogram_;
  double bound_;
  FloatHistogram::Trim trim_;
  double count_ = 0;
  double sum_ = 0;
  bool trimmed_ = false;
};

}  // namespace

FloatHistogram FloatHistogram::trimBuckets(double bound, Trim trim) const {
  FloatHistogram out = *this;
  Trimming(out, bound, trim).run();
  return out;
}

}  // namespace prome::model
