// Exponential buckets are recognized by their bounds, which must be Prometheus' own to the bit. The ratio of
// the bounds of one bucket gives the schema; every other bucket must then fit. Schemas from 1 up have bounds
// that nobody would choose for himself, but those of 0 and below are powers of two, which custom buckets
// often have, too: such buckets are told from custom ones by a zero bucket or a negative one, or not at all.
#include "querier/rebuilt_histogram.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "model/exponential_bounds.h"

namespace prome::querier {
namespace {

using model::Bucket;
using model::FloatHistogram;
using model::Span;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr std::int32_t kExponentOfInf = 1024;

bool isZeroBucket(const Bucket& bucket) {
  return bucket.lower_inclusive && bucket.upper_inclusive && bucket.lower == -bucket.upper &&
         std::isfinite(bucket.upper) && bucket.upper >= 0;
}

bool isNegative(const Bucket& bucket) {
  return bucket.lower_inclusive && !bucket.upper_inclusive && bucket.lower < 0;
}

/// A bucket beside the zero bucket by the magnitudes of its bounds.
struct Magnitudes {
  double inner = 0;
  double outer = 0;
};

Magnitudes magnitudesOf(const Bucket& bucket) {
  if (isNegative(bucket)) return {-bucket.upper, -bucket.lower};
  return {bucket.lower, bucket.upper};
}

/// 2^exponent's index at `schema`.
std::int32_t indexOfPower(std::int32_t exponent, std::int32_t schema) {
  return schema >= 0 ? exponent << schema : exponent >> -schema;
}

/// The bucket that ends at `outer`, if one of `schema` does.
std::optional<std::int32_t> indexOf(double outer, std::int32_t schema) {
  if (!(outer > 0)) return std::nullopt;
  if (outer == kInf) return indexOfPower(kExponentOfInf, schema) + 1;
  const auto index = static_cast<std::int32_t>(std::round(std::ldexp(std::log2(outer), schema)));
  if (model::exponentialBound(index, schema) != outer) return std::nullopt;
  return index;
}

std::optional<std::int32_t> schemaOf(Magnitudes bounds) {
  if (!(bounds.inner > 0) || !(bounds.outer > bounds.inner) || bounds.outer > kLargest) return std::nullopt;
  const double octaves = std::log2(bounds.outer) - std::log2(bounds.inner);
  const double schema = -std::round(std::log2(octaves));
  if (!(schema >= model::kMinExponentialSchema && schema <= model::kMaxExponentialSchema))
    return std::nullopt;
  const auto found = static_cast<std::int32_t>(schema);
  const auto index = indexOf(bounds.outer, found);
  if (!index || model::exponentialBound(*index - 1, found) != bounds.inner) return std::nullopt;
  return found;
}

/// Writes buckets outwards from zero; an index must be above the one before.
class SideWriter {
 public:
  SideWriter(std::vector<Span>& spans, std::vector<double>& counts) : spans_(spans), counts_(counts) {}

  bool append(std::int32_t index, double count) {
    if (spans_.empty() || index != end_) {
      if (!spans_.empty() && index < end_) return false;
      spans_.push_back({.offset = index - end_, .length = 0});
    }
    ++spans_.back().length;
    counts_.push_back(count);
    end_ = index + 1;
    return true;
  }

 private:
  std::vector<Span>& spans_;
  std::vector<double>& counts_;
  std::int32_t end_ = 0;
};

class ExponentialBuckets {
 public:
  explicit ExponentialBuckets(std::span<const Bucket> buckets) : buckets_(buckets) {
    const auto zero = std::ranges::find_if(buckets, isZeroBucket);
    if (zero == buckets.end()) return;
    zero_ = &*zero;
    threshold_ = zero->upper;
  }

  /// False where they are not exponential ones.
  bool place(FloatHistogram& histogram);
  HistogramLoss loss() const;

 private:
  bool findSchema();
  std::optional<std::int32_t> indexAt(const Bucket& bucket);

  std::span<const Bucket> buckets_;
  const Bucket* zero_ = nullptr;
  std::optional<double> threshold_;
  std::int32_t schema_ = 0;
};

/// A bucket cut at the zero threshold shows no ratio.
bool ExponentialBuckets::findSchema() {
  for (const Bucket& bucket : buckets_) {
    const Magnitudes bounds = magnitudesOf(bucket);
    if (&bucket == zero_ || bounds.inner == threshold_) continue;
    const auto schema = schemaOf(bounds);
    if (!schema) continue;
    schema_ = *schema;
    return true;
  }
  return false;
}

std::optional<std::int32_t> ExponentialBuckets::indexAt(const Bucket& bucket) {
  const Magnitudes bounds = magnitudesOf(bucket);
  const auto index = indexOf(bounds.outer, schema_);
  if (!index) return std::nullopt;
  const double inner = model::exponentialBound(*index - 1, schema_);
  if (inner == bounds.inner) return index;
  const bool may_be_cut = inner < bounds.inner && bounds.inner < bounds.outer;
  if (!may_be_cut || (threshold_ && *threshold_ != bounds.inner)) return std::nullopt;
  threshold_ = bounds.inner;
  return index;
}

bool ExponentialBuckets::place(FloatHistogram& histogram) {
  const bool regular = buckets_.size() > (zero_ == nullptr ? 0U : 1U);
  if (regular && !findSchema()) return false;
  SideWriter negative(histogram.negative_spans, histogram.negative_buckets);
  SideWriter positive(histogram.positive_spans, histogram.positive_buckets);
  const auto place_regular = [&](const Bucket& bucket, SideWriter& side) {
    const auto index = indexAt(bucket);
    return index && side.append(*index, bucket.count);
  };
  const auto positives = std::ranges::find_if_not(buckets_, isNegative);
  for (auto at = positives; at != buckets_.begin();) {
    if (!place_regular(*--at, negative)) return false;
  }
  for (auto at = positives; at != buckets_.end(); ++at) {
    if (&*at == zero_ && at == positives) continue;
    const bool left_open = !at->lower_inclusive && at->upper_inclusive && at->lower >= 0;
    if (!left_open || !place_regular(*at, positive)) return false;
  }
  histogram.schema = schema_;
  histogram.zero_threshold = threshold_.value_or(0);
  histogram.zero_count = zero_ == nullptr ? 0 : zero_->count;
  return true;
}

HistogramLoss ExponentialBuckets::loss() const {
  if (buckets_.size() == (zero_ == nullptr ? 0U : 1U)) return HistogramLoss::kSchema;
  const bool certain = zero_ != nullptr || isNegative(buckets_.front());
  if (schema_ <= 0 && !certain) return HistogramLoss::kLayout;
  return threshold_ ? HistogramLoss::kNone : HistogramLoss::kZeroThreshold;
}

/// Custom buckets with the bounds that are seen.
bool placeCustom(std::span<const Bucket> buckets, FloatHistogram& histogram) {
  std::vector<double>& bounds = histogram.custom_values;
  for (const Bucket& bucket : buckets) {
    for (const double bound : {bucket.lower, bucket.upper}) {
      if (std::isnan(bound)) return false;
      if (std::isfinite(bound)) bounds.push_back(bound);
    }
  }
  std::ranges::sort(bounds);
  bounds.erase(std::ranges::unique(bounds).begin(), bounds.end());
  SideWriter side(histogram.positive_spans, histogram.positive_buckets);
  for (const Bucket& bucket : buckets) {
    const auto upper = std::ranges::lower_bound(bounds, bucket.upper);
    const double lower = upper == bounds.begin() ? -kInf : *std::prev(upper);
    const auto index = static_cast<std::int32_t>(upper - bounds.begin());
    const bool fits =
        bucket.upper_inclusive && bucket.lower == lower && bucket.lower_inclusive == (index == 0);
    if (!fits || !side.append(index, bucket.count)) return false;
  }
  histogram.schema = model::kCustomBucketsSchema;
  return true;
}

void dropBuckets(FloatHistogram& histogram) {
  FloatHistogram without;
  without.count = histogram.count;
  without.sum = histogram.sum;
  histogram = std::move(without);
}

}  // namespace

HistogramLoss rebuildBuckets(std::span<const Bucket> buckets, FloatHistogram& histogram) {
  dropBuckets(histogram);
  ExponentialBuckets exponential(buckets);
  if (exponential.place(histogram)) return exponential.loss();
  dropBuckets(histogram);
  if (!placeCustom(buckets, histogram)) dropBuckets(histogram);
  return HistogramLoss::kLayout;
}

}  // namespace prome::querier
