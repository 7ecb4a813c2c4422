// Addition, subtraction and scaling of histograms. What two of them do not share is brought to what both can
// have: the wider zero bucket, the coarser schema, the common custom bounds.
#include <algorithm>
#include <cassert>
#include <memory>
#include <utility>
#include <vector>

#include "base/compensated_sum.h"
#include "model/bucket_layout.h"
#include "model/custom_bounds.h"
#include "model/exponential_bounds.h"
#include "model/float_histogram.h"
#include "model/zero_bucket.h"

namespace prome::model {
namespace {

/// `to` += or -= `other`. With a compensation the sums are Kahan-Neumaier's; only additions have one.
class Combination {
 public:
  Combination(FloatHistogram& to, FloatHistogram* compensation, const FloatHistogram& other,
              CombineOperation operation)
      : to_(to),
        compensation_(compensation),
        other_(other),
        operation_(operation),
        summation_(compensation != nullptr ? Summation::kKahan : Summation::kPlain) {
    assert(compensation == nullptr || operation == CombineOperation::kAdd);
  }

  /// True where custom bounds had to be reconciled.
  bool run() {
    if (to_.usesCustomBuckets()) {
      combineTotals();
      return combineCustom();
    }
    combineZero();
    combineTotals();
    combineExponential(Sign::kPositive);
    combineExponential(Sign::kNegative);
    if (other_.schema < to_.schema) to_.schema = other_.schema;
    if (compensation_ != nullptr) {
      compensation_->schema = to_.schema;
      compensation_->zero_threshold = to_.zero_threshold;
    }
    return false;
  }

 private:
  void combine(double& count, double* compensation, double other) const {
    if (compensation != nullptr) {
      CompensatedSum sum{count, *compensation};
      sum.add(other);
      count = sum.sum;
      *compensation = sum.lost;
    } else if (operation_ == CombineOperation::kAdd) {
      count += other;
    } else {
      count -= other;
    }
  }

  void combineZero() {
    const WidenedZero zero = reconcileZeroBuckets(to_, compensation_, other_);
    double* const compensation = compensation_ != nullptr ? &compensation_->zero_count : nullptr;
    combine(to_.zero_count, compensation, zero.count);
    if (compensation != nullptr) combine(to_.zero_count, compensation, zero.compensation);
  }

  void combineTotals() {
    combine(to_.count, compensation_ != nullptr ? &compensation_->count : nullptr, other_.count);
    combine(to_.sum, compensation_ != nullptr ? &compensation_->sum : nullptr, other_.sum);
  }

  bool combineCustom() {
    const BucketsView others = bucketsOf(other_, Sign::kPositive);
    if (sameBounds(to_.custom_values, other_.custom_values)) {
      Buckets buckets = takeBuckets(to_, compensation_, Sign::kPositive);
      addBuckets(buckets, others, 0, sign(), summation_);
      putBuckets(to_, compensation_, Sign::kPositive, std::move(buckets));
      return false;
    }
    std::vector<double> common = commonBounds(to_.custom_values, other_.custom_values);
    const Buckets own = takeBuckets(to_, compensation_, Sign::kPositive);
    Buckets combined = combineOnCommonBounds({own, to_.custom_values}, {others, other_.custom_values}, common,
                                             operation_, summation_);
    putBuckets(to_, compensation_, Sign::kPositive, std::move(combined));
    if (compensation_ != nullptr) compensation_->custom_values = common;
    to_.custom_values = std::move(common);
    return true;
  }

  void combineExponential(Sign bucket_sign) {
    Buckets buckets = takeBuckets(to_, compensation_, bucket_sign);
    BucketsView others = bucketsOf(other_, bucket_sign);
    Buckets others_coarser;
    if (other_.schema < to_.schema) {
      buckets = coarserBuckets(buckets, to_.schema - other_.schema, summation_);
    } else if (other_.schema > to_.schema) {
      others_coarser = coarserBuckets(others, other_.schema - to_.schema, summation_);
      others = others_coarser;
    }
    addBuckets(buckets, others, bucketsInZero(others), sign(), summation_);
    putBuckets(to_, compensation_, bucket_sign, std::move(buckets));
  }

  /// The first buckets of `buckets`, of the schema of the result, that are within its zero bucket.
  std::size_t bucketsInZero(BucketsView buckets) const {
    const std::int32_t schema = std::min(to_.schema, other_.schema);
    BucketCursor at(buckets);
    while (!at.done() &&
           exponentialBound(static_cast<std::int32_t>(at.index()), schema) <= to_.zero_threshold) {
      at.next();
    }
    return at.position();
  }

  double sign() const { return operation_ == CombineOperation::kAdd ? 1 : -1; }

  FloatHistogram& to_;
  FloatHistogram* compensation_;
  const FloatHistogram& other_;
  CombineOperation operation_;
  Summation summation_;
};

/// The hint of the result goes to `to`. True where one said reset, the other not_reset.
bool combineHints(CounterResetHint& to, CounterResetHint other) {
  if (to == other || to == CounterResetHint::kGauge) return false;
  if (other == CounterResetHint::kGauge) {
    to = CounterResetHint::kGauge;
    return false;
  }
  const bool collision = to != CounterResetHint::kUnknown && other != CounterResetHint::kUnknown;
  to = CounterResetHint::kUnknown;
  return collision;
}

/// Zeros in the layout of `histogram`.
FloatHistogram noCompensation(const FloatHistogram& histogram) {
  FloatHistogram out;
  out.counter_reset_hint = histogram.counter_reset_hint;
  out.schema = histogram.schema;
  out.zero_threshold = histogram.zero_threshold;
  out.custom_values = histogram.custom_values;
  out.positive_spans = histogram.positive_spans;
  out.negative_spans = histogram.negative_spans;
  out.positive_buckets.resize(histogram.positive_buckets.size());
  out.negative_buckets.resize(histogram.negative_buckets.size());
  return out;
}

Result<HistogramAddition> combine(FloatHistogram& to, const FloatHistogram& other,
                                  CombineOperation operation) {
  if (&to == &other) return combine(to, FloatHistogram(other), operation);
  if (to.usesCustomBuckets() != other.usesCustomBuckets()) return fail(ErrorKind::kExecution, kMixedSchemas);
  HistogramAddition met;
  met.counter_reset_collision = combineHints(to.counter_reset_hint, other.counter_reset_hint);
  met.bounds_reconciled = Combination(to, nullptr, other, operation).run();
  return met;
}

}  // namespace

Result<HistogramAddition> FloatHistogram::add(const FloatHistogram& other) {
  return combine(*this, other, CombineOperation::kAdd);
}

Result<HistogramAddition> FloatHistogram::subtract(const FloatHistogram& other) {
  return combine(*this, other, CombineOperation::kSubtract);
}

Result<HistogramAddition> FloatHistogram::kahanAdd(const FloatHistogram& other,
                                                   std::unique_ptr<FloatHistogram>& compensation) {
  if (this == &other) return kahanAdd(FloatHistogram(other), compensation);
  if (usesCustomBuckets() != other.usesCustomBuckets()) return fail(ErrorKind::kExecution, kMixedSchemas);
  HistogramAddition met;
  met.counter_reset_collision = combineHints(counter_reset_hint, other.counter_reset_hint);
  if (compensation == nullptr) compensation = std::make_unique<FloatHistogram>(noCompensation(*this));
  met.bounds_reconciled = Combination(*this, compensation.get(), other, CombineOperation::kAdd).run();
  return met;
}

FloatHistogram& FloatHistogram::multiply(double factor) {
  zero_count *= factor;
  count *= factor;
  sum *= factor;
  for (double& bucket : positive_buckets) bucket *= factor;
  for (double& bucket : negative_buckets) bucket *= factor;
  if (factor < 0) counter_reset_hint = CounterResetHint::kGauge;
  return *this;
}

FloatHistogram& FloatHistogram::divide(double divisor) {
  zero_count /= divisor;
  count /= divisor;
  sum /= divisor;
  if (divisor == 0) {
    positive_spans.clear();
    negative_spans.clear();
    positive_buckets.clear();
    negative_buckets.clear();
    return *this;
  }
  for (double& bucket : positive_buckets) bucket /= divisor;
  for (double& bucket : negative_buckets) bucket /= divisor;
  if (divisor < 0) counter_reset_hint = CounterResetHint::kGauge;
  return *this;
}

}  // namespace prome::model
