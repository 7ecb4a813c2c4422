// Custom bucket bounds of two histograms that differ: only those both have can be kept. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/bucket_layout.h"

namespace prome::model {

bool sameBounds(std::span<const double> a, std::span<const double> b);

/// Bounds that are in both. Both are sorted.
std::vector<double> commonBounds(std::span<const double> a, std::span<const double> b);

/// Custom buckets with the bounds they have.
struct BoundedBuckets {
  BucketsView buckets;
  std::span<const double> bounds;
};

enum class CombineOperation : std::uint8_t { kAdd, kSubtract };

/// `a` plus or minus `b` on `common` bounds, each bucket going into the one that covers it. Sums are
/// compensated with either `summation`, kPlain drops the compensations. Buckets that come out as zero are
/// left out.
Buckets combineOnCommonBounds(const BoundedBuckets& a, const BoundedBuckets& b,
                              std::span<const double> common, CombineOperation operation,
                              Summation summation);

/// Has a count, between two neighbouring common bounds, fallen from `previous` to `current`?
bool anyCountFell(const BoundedBuckets& previous, const BoundedBuckets& current);

}  // namespace prome::model
