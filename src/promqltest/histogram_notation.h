// `{{schema:1 count:6 sum:12.5 buckets:[1 2 3]}}` -> FloatHistogram. A pure function.
#pragma once

#include "model/float_histogram.h"
#include "promqltest/cursor.h"

namespace prome::promqltest {

struct NotedHistogram {
  model::FloatHistogram histogram;
  bool hint_given = false;  // counter_reset_hint was written
};

/// Reads a histogram from the `{{` at `cursor` to behind its `}}`. Keys, each at most once: schema, sum,
/// count, z_bucket, z_bucket_w, buckets, offset, n_buckets, n_offset, custom_values, counter_reset_hint
/// (unknown, reset, not_reset, gauge).
Notation<NotedHistogram> parseHistogram(Cursor& cursor);

}  // namespace prome::promqltest
