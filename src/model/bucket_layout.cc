#include "model/bucket_layout.h"

#include <utility>

namespace prome::model {

Buckets takeBuckets(FloatHistogram& histogram, FloatHistogram* compensation, Sign sign) {
  const bool positive = sign == Sign::kPositive;
  Buckets out;
  out.spans = std::move(positive ? histogram.positive_spans : histogram.negative_spans);
  out.counts = std::move(positive ? histogram.positive_buckets : histogram.negative_buckets);
  if (compensation != nullptr) {
    out.compensations = std::move(positive ? compensation->positive_buckets : compensation->negative_buckets);
    assert(out.compensations.size() == out.counts.size());
  }
  return out;
}

void putBuckets(FloatHistogram& histogram, FloatHistogram* compensation, Sign sign, Buckets buckets) {
  const bool positive = sign == Sign::kPositive;
  if (compensation != nullptr) {
    (positive ? compensation->positive_buckets : compensation->negative_buckets) =
        std::move(buckets.compensations);
    (positive ? compensation->positive_spans : compensation->negative_spans) = buckets.spans;
  }
  (positive ? histogram.positive_spans : histogram.negative_spans) = std::move(buckets.spans);
  (positive ? histogram.positive_buckets : histogram.negative_buckets) = std::move(buckets.counts);
}

}  // namespace prome::model
