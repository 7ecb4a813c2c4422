// A native histogram of the JSON of an answer. Pure.
#pragma once

#include "base/json_cursor.h"
#include "model/float_histogram.h"
#include "querier/rebuilt_histogram.h"

namespace prome::querier {

struct HistogramReading {
  model::FloatHistogram histogram;
  HistogramLoss loss = HistogramLoss::kNone;
};

/// Reads {"count":"..","sum":"..","buckets":[[rule,"lower","upper","count"],...]}, keys in any order, others
/// skipped. Source of the form: prometheus/util/jsonutil.MarshalHistogram.
bool readHistogram(JsonCursor& json, HistogramReading& out);

}  // namespace prome::querier
