// Has a counter restarted between two histograms? It has where any count fell, or where a bound is finer than
// before: only a new process starts with that.
#include "model/bucket_layout.h"
#include "model/custom_bounds.h"
#include "model/exponential_bounds.h"
#include "model/float_histogram.h"
#include "model/zero_bucket.h"

namespace prome::model {
namespace {

struct CountAt {
  std::int64_t index = 0;
  double count = 0;
};

/// Buckets at a coarser (or the same) schema, of a side of a histogram, outside of a zero threshold.
class CoarserCursor {
 public:
  CoarserCursor(BucketsView buckets, std::int32_t from_schema, std::int32_t schema, double zero_threshold)
      : buckets_(buckets), at_(buckets), steps_(from_schema - schema) {
    next();
    if (schema == kCustomBucketsSchema || zero_threshold == 0) return;
    while (!done_ && exponentialBound(static_cast<std::int32_t>(bucket_.index), schema) <= zero_threshold) {
      next();
    }
  }
  bool done() const { return done_; }
  const CountAt& bucket() const { return bucket_; }
  void next() {
    done_ = at_.done();
    if (done_) return;
    bucket_ = {coarserIndex(at_.index(), steps_), 0};
    for (; !at_.done() && coarserIndex(at_.index(), steps_) == bucket_.index; at_.next()) {
      bucket_.count += buckets_.counts[at_.position()];
    }
  }

 private:
  BucketsView buckets_;
  BucketCursor at_;
  std::int32_t steps_;
  CountAt bucket_;
  bool done_ = false;
};

bool anyCountFell(CoarserCursor previous, CoarserCursor current) {
  for (; !previous.done(); previous.next()) {
    const CountAt& before = previous.bucket();
    while (!current.done() && current.bucket().index < before.index) current.next();
    // Where the current buckets end, Prometheus looks at one more of the previous ones, not at all of them.
    if (current.done()) return before.count != 0;
    if (current.bucket().index > before.index) {
      if (before.count != 0) return true;
    } else if (current.bucket().count < before.count) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool FloatHistogram::detectReset(const FloatHistogram& previous) const {
  // A gauge should not come here; it is looked at like a counter whose hint is unknown.
  if (counter_reset_hint == CounterResetHint::kReset) return true;
  if (counter_reset_hint == CounterResetHint::kNotReset) return false;
  if (count < previous.count) return true;
  if (usesCustomBuckets()) {
    if (!previous.usesCustomBuckets()) return true;
    if (!sameBounds(custom_values, previous.custom_values)) {
      return model::anyCountFell({bucketsOf(previous, Sign::kPositive), previous.custom_values},
                                 {bucketsOf(*this, Sign::kPositive), custom_values});
    }
  }
  if (schema > previous.schema || zero_threshold < previous.zero_threshold) return true;
  const WidenedZero zero = widenedZero(previous, nullptr, zero_threshold);
  if (zero.threshold != zero_threshold || zero_count < zero.count) return true;
  for (const Sign sign : {Sign::kPositive, Sign::kNegative}) {
    const CoarserCursor before(bucketsOf(previous, sign), previous.schema, schema, zero_threshold);
    const CoarserCursor now(bucketsOf(*this, sign), schema, schema, zero_threshold);
    if (anyCountFell(before, now)) return true;
  }
  return false;
}

}  // namespace prome::model
