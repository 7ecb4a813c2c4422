// The buckets of a FloatHistogram in order, and bounds of the exponential schemas.
// Pure; the histogram must outlive what is made of it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/float_histogram.h"

namespace prome::model {

enum class BucketOrder : std::uint8_t { kAscending, kDescending };

/// Every bucket with a span, empty ones included, by value: negative ones, the zero bucket (where zero_count
/// is above 0), positive ones. One that overlaps with the zero bucket is cut at the zero threshold. As
/// Prometheus' AllBucketIterator.
std::vector<Bucket> allBuckets(const FloatHistogram& histogram, BucketOrder order = BucketOrder::kAscending);
/// Positive (or negative) buckets, from zero outwards.
std::vector<Bucket> positiveBuckets(const FloatHistogram& histogram);
std::vector<Bucket> negativeBuckets(const FloatHistogram& histogram);
/// Exponential schemas only.
Bucket zeroBucket(const FloatHistogram& histogram);

/// Upper bound of bucket `index` at `schema`: 2^(index * 2^-schema) as exponential_bounds.h has it, or
/// custom_values[index]; -Inf before the first of those, +Inf after the last.
double bucketBound(std::int32_t index, std::int32_t schema, std::span<const double> custom_values);

}  // namespace prome::model
