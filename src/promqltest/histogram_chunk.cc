#include "promqltest/histogram_chunk.h"

#include <utility>
#include <vector>

#include "model/histogram_buckets.h"

namespace prome::promqltest {
namespace {

using model::Bucket;
using model::CounterResetHint;
using model::FloatHistogram;

/// Is there a bucket in `before` that holds more than in `after`, or that `after` lacks?
bool shrinks(const std::vector<Bucket>& before, const std::vector<Bucket>& after) {
  auto at = after.begin();
  for (const Bucket& bucket : before) {
    while (at != after.end() && at->index < bucket.index) ++at;
    const bool found = at != after.end() && at->index == bucket.index;
    if (found ? bucket.count > at->count : bucket.count != 0) return true;
  }
  return false;
}

}  // namespace

CounterResetHint HistogramChunk::add(model::HistogramPtr histogram) {
  const bool gauge = histogram->counter_reset_hint == CounterResetHint::kGauge;
  const bool continues = last_ != nullptr && gauge == is_gauge_ && admits(*histogram);
  is_gauge_ = gauge;
  last_ = std::move(histogram);
  if (gauge) return CounterResetHint::kGauge;
  return continues ? CounterResetHint::kNotReset : CounterResetHint::kUnknown;
}

bool HistogramChunk::admits(const FloatHistogram& histogram) const {
  if (is_gauge_) return true;
  if (histogram.counter_reset_hint == CounterResetHint::kReset) return false;
  if (histogram.isStale()) return true;
  if (last_->isStale()) return false;
  if (histogram.count < last_->count || histogram.zero_count < last_->zero_count) return false;
  if (histogram.schema != last_->schema || histogram.zero_threshold != last_->zero_threshold) return false;
  if (histogram.custom_values != last_->custom_values) return false;
  return !shrinks(positiveBuckets(*last_), positiveBuckets(histogram)) &&
         !shrinks(negativeBuckets(*last_), negativeBuckets(histogram));
}

}  // namespace prome::promqltest
