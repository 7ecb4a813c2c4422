// Histograms for tests, in few words.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "model/float_histogram.h"

namespace prome::model {

/// Exponential, with one span of positive buckets from `offset` on.
inline FloatHistogram exponential(std::int32_t schema, std::int32_t offset, std::vector<double> counts) {
  FloatHistogram out;
  out.schema = schema;
  if (!counts.empty()) {
    out.positive_spans = {{.offset = offset, .length = static_cast<std::uint32_t>(counts.size())}};
  }
  out.positive_buckets = std::move(counts);
  return out;
}

/// Custom buckets, one span from the first bucket on.
inline FloatHistogram custom(std::vector<double> bounds, std::vector<double> counts) {
  FloatHistogram out = exponential(kCustomBucketsSchema, 0, std::move(counts));
  out.custom_values = std::move(bounds);
  return out;
}

using Counts = std::map<std::int64_t, double>;

/// Populated buckets by index, straight from the definition of spans.
inline Counts populated(const std::vector<Span>& spans, const std::vector<double>& counts) {
  Counts out;
  std::int64_t index = 0;
  std::size_t position = 0;
  for (const Span& span : spans) {
    index += span.offset;
    for (std::uint32_t i = 0; i < span.length; ++i, ++index, ++position) {
      if (counts.at(position) != 0) out[index] = counts[position];
    }
  }
  return out;
}

}  // namespace prome::model
