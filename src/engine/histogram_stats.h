// Histograms of which only sum and count are asked: `histogram_count(x)` and its like need no buckets.
//
// Prometheus reads such selectors through an iterator of its own, which leaves the buckets out and, as resets
// could then no longer be seen, looks for them while it reads: hints that storage left unknown become known.
// Source: prometheus/promql/histogram_stats_iterator.go. Not thread-safe.
#pragma once

#include "engine/leaf_source.h"

namespace prome::engine {

/// Gives what `leaves` gives, histograms without buckets and with reset hints. `leaves` must outlive it.
class HistogramStatsLeaves : public LeafSource {
 public:
  explicit HistogramStatsLeaves(LeafSource& leaves) : leaves_(leaves) {}

  Result<std::unique_ptr<SampleStream>> samples(const SamplesRequest& request) override;

 private:
  LeafSource& leaves_;
};

}  // namespace prome::engine
