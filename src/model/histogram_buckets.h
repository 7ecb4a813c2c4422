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
/// is not 0 or zero_threshold is told), positive ones. As Prometheus' AllBucketIterator.
std::vector<Bucket> allBuckets(const FloatHistogram& histogram, BucketOrder order = BucketOrder::kAscending);
/// Positive (or negative) buckets, from zero outwards.
std::vector<Bucket> positiveBuckets(const FloatHistogram& histogram);
std::vector<Bucket> negativeBuckets(const FloatHistogram& histogram);
Bucket zeroBucket(const FloatHistogram& histogram);

/// Upper bound of bucket `index` at `schema`: 2^(index * 2^-schema), computed as Prometheus does (a table of
/// fractions for schemas above 0), or custom_values[index].
double bucketBound(std::int32_t index, std::int32_t schema, std::span<const double> custom_values);

}  // namespace prome::model
