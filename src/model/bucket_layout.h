// The buckets of one sign: their places (spans) and counts, walked and changed together.
//
// What float_histogram.h offers is made of these. Memory is taken by the number of buckets there are, never
// by the indexes spans claim; indexes are 64-bit here, so that no sum of offsets overflows. Not thread-safe
// while they change.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "model/float_histogram.h"

namespace prome::model {

enum class Sign : std::uint8_t { kPositive, kNegative };

/// Are compensations kept next to counts?
enum class Summation : std::uint8_t { kPlain, kKahan };

struct BucketsView {
  std::span<const Span> spans;
  std::span<const double> counts;
  std::span<const double> compensations;  // as many as counts; or none, then they are all zero
};

struct Buckets {
  std::vector<Span> spans;
  std::vector<double> counts;
  std::vector<double> compensations;  // as many as counts with Summation::kKahan, else none

  operator BucketsView() const { return {spans, counts, compensations}; }
};

inline BucketsView bucketsOf(const FloatHistogram& histogram, Sign sign) {
  if (sign == Sign::kPositive) return {histogram.positive_spans, histogram.positive_buckets, {}};
  return {histogram.negative_spans, histogram.negative_buckets, {}};
}

/// Moves the buckets out of `histogram`, and their compensations out of `compensation` where there is one.
Buckets takeBuckets(FloatHistogram& histogram, FloatHistogram* compensation, Sign sign);
/// The way back. The compensation gets the same spans.
void putBuckets(FloatHistogram& histogram, FloatHistogram* compensation, Sign sign, Buckets buckets);

/// Goes through buckets in the order of their indexes.
class BucketCursor {
 public:
  explicit BucketCursor(BucketsView buckets) : spans_(buckets.spans), buckets_(buckets.counts.size()) {
    enterSpan();
  }
  bool done() const { return span_ == spans_.size() || position_ >= buckets_; }
  void next() {
    ++index_;
    ++position_;
    if (--left_in_span_ > 0) return;
    ++span_;
    enterSpan();
  }
  std::int64_t index() const { return index_; }
  std::size_t position() const { return position_; }

 private:
  /// To the first bucket of span_, or of the first span after it that has any.
  void enterSpan() {
    for (; span_ < spans_.size(); ++span_) {
      index_ += spans_[span_].offset;
      left_in_span_ = spans_[span_].length;
      if (left_in_span_ > 0) return;
    }
  }

  std::span<const Span> spans_;
  std::size_t buckets_;
  std::size_t span_ = 0;
  std::uint32_t left_in_span_ = 0;
  std::size_t position_ = 0;
  std::int64_t index_ = 0;
};

/// Writes buckets in the order of their indexes.
class BucketWriter {
 public:
  explicit BucketWriter(Buckets& out) : out_(out) {}
  /// The index after the last bucket; no index before the first one is written.
  std::int64_t end() const { return end_; }
  void beginSpan(std::int64_t index) {
    const std::int64_t offset = out_.spans.empty() ? index : index - end_;
    out_.spans.push_back({.offset = static_cast<std::int32_t>(offset), .length = 0});
    end_ = index;
  }
  void append(double count) {
    assert(!out_.spans.empty());
    ++out_.spans.back().length;
    out_.counts.push_back(count);
    ++end_;
  }
  void append(double count, double compensation) {
    append(count);
    out_.compensations.push_back(compensation);
  }

 private:
  Buckets& out_;
  std::int64_t end_ = std::numeric_limits<std::int64_t>::min();
};

/// The index that bucket `index` has after `steps` halvings of the resolution.
inline std::int64_t coarserIndex(std::int64_t index, std::int32_t steps) {
  return ((index - 1) >> steps) + 1;
}

/// `buckets` with 2^steps of them merged into one; adjacent spans become one.
Buckets coarserBuckets(BucketsView buckets, std::int32_t steps, Summation summation);

/// Drops empty buckets at the ends of spans and runs of more than `max_empty`, joins spans at most
/// `max_empty` apart. A compensated bucket is empty where its compensation is zero, too.
void compactBuckets(Buckets& buckets, std::size_t max_empty);

/// `to` += sign * `from`, without the first `skipped` buckets of `from`. Buckets missing from `to` are put
/// in: into the span they follow, else the span they precede, else one of their own.
void addBuckets(Buckets& to, BucketsView from, std::size_t skipped, double sign, Summation summation);

}  // namespace prome::model
