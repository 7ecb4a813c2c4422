// A native histogram from the buckets that the JSON of an answer shows. Pure.
//
// The JSON has neither schema nor zero threshold nor counter reset hint, and no empty bucket; the bounds of
// the populated buckets tell most of it. What they do not tell is said, for a histogram that is only shown
// again loses nothing, but one that is added to others or asked for a quantile may.
#pragma once

#include <cstdint>
#include <span>

#include "model/float_histogram.h"

namespace prome::querier {

/// What could not be told of a histogram, each worse than the one before.
enum class HistogramLoss : std::uint8_t {
  kNone,
  kZeroThreshold,  // the zero bucket is empty: taken to be of width 0
  kSchema,         // no bucket but the zero bucket, or none at all: taken to be of schema 0
  kLayout,  // custom bounds, of which some may not be seen, or bounds that may be either: do not compute
};

/// Sets schema, zero bucket, spans and buckets of `histogram` by `buckets`, ascending, of which only bounds,
/// inclusiveness and count are looked at. The result prints the same JSON again, but for buckets that no
/// histogram has: then it has none, and kLayout is said.
HistogramLoss rebuildBuckets(std::span<const model::Bucket> buckets, model::FloatHistogram& histogram);

}  // namespace prome::querier
