// Which counter reset hint storage gives a histogram back with.
//
// Prometheus' TSDB keeps histograms in chunks and only tells, of a counter histogram, whether it is the first
// of its chunk (unknown: nobody knows what the chunk before held) or not (not_reset: a reset would have begun
// a new chunk). A chunk ends where a counter histogram restarts, at another schema, zero threshold or custom
// bounds, after a stale marker, between counter and gauge, and between floats and histograms. Chunks that
// fill up are not modelled. Not thread-safe.
// Source of the rule: prometheus/tsdb/chunkenc, float_histogram.go and histogram_meta.go.
#pragma once

#include "model/float_histogram.h"

namespace prome::promqltest {

class HistogramChunk {
 public:
  /// Takes `histogram` as the newest and tells the hint it is stored with.
  model::CounterResetHint add(model::HistogramPtr histogram);
  /// What comes next begins a new chunk.
  void close() { last_ = nullptr; }

 private:
  bool admits(const model::FloatHistogram& histogram) const;

  model::HistogramPtr last_;  // null: the chunk is empty
  bool is_gauge_ = false;
};

}  // namespace prome::promqltest
