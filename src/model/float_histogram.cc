// Plain questions about a histogram, and changes of its layout alone. The rest of FloatHistogram is in
// histogram_{arithmetic,reset,trimming,text,validation}.cc.
#include "model/float_histogram.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <utility>

#include "model/bucket_layout.h"
#include "model/custom_bounds.h"
#include "model/sample.h"

namespace prome::model {
namespace {

bool sameBits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool sameBits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) { return sameBits(x, y); });
}

/// The next span that is not empty from `i` on, with the offsets of empty ones before it; {} at the end.
Span nextSpan(std::span<const Span> spans, std::size_t& i) {
  std::int64_t offset = 0;
  while (i < spans.size()) {
    const Span& span = spans[i++];
    offset += span.offset;
    if (span.length > 0) return {.offset = static_cast<std::int32_t>(offset), .length = span.length};
  }
  return {};
}

/// Spans are compared one by one: two adjacent ones differ from one as long.
bool sameSpans(std::span<const Span> a, std::span<const Span> b) {
  std::size_t in_a = 0;
  std::size_t in_b = 0;
  for (;;) {
    const Span next = nextSpan(a, in_a);
    if (next != nextSpan(b, in_b)) return false;
    if (next.length == 0) return true;
  }
}

/// Whether spans place as many buckets as there are, in ascending order.
Result<void> checkPlaces(std::span<const Span> spans, std::size_t buckets) {
  std::uint64_t placed = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (i > 0 && spans[i].offset < 0) {
      return fail(ErrorKind::kBadData, "span number " + std::to_string(i + 1) + " with offset " +
                                           std::to_string(spans[i].offset) +
                                           ": histogram has a span whose offset is negative");
    }
    placed += spans[i].length;
    if (placed > buckets) {
      return fail(ErrorKind::kBadData,
                  "have " + std::to_string(buckets) +
                      " buckets but spans need more: histogram spans specify different number of buckets "
                      "than provided");
    }
  }
  if (placed == buckets) return {};
  return fail(ErrorKind::kBadData, "spans need " + std::to_string(placed) + " buckets, have " +
                                       std::to_string(buckets) +
                                       " buckets: histogram spans specify different number of buckets than "
                                       "provided");
}

void coarsen(FloatHistogram& to, const FloatHistogram& from, std::int32_t target) {
  for (const Sign sign : {Sign::kPositive, Sign::kNegative}) {
    putBuckets(to, nullptr, sign,
               coarserBuckets(bucketsOf(from, sign), from.schema - target, Summation::kPlain));
  }
  to.schema = target;
}

}  // namespace

bool FloatHistogram::isStale() const {
  return isStaleNaN(sum);
}

bool FloatHistogram::hasOverflow() const {
  const auto is_infinite = [](double value) { return std::isinf(value); };
  return is_infinite(zero_count) || is_infinite(count) || is_infinite(sum) ||
         std::ranges::any_of(positive_buckets, is_infinite) ||
         std::ranges::any_of(negative_buckets, is_infinite) ||
         std::ranges::any_of(custom_values, is_infinite);
}

bool FloatHistogram::equals(const FloatHistogram& other) const {
  if (schema != other.schema || !sameBits(count, other.count) || !sameBits(sum, other.sum)) return false;
  if (usesCustomBuckets() && !sameBounds(custom_values, other.custom_values)) return false;
  return zero_threshold == other.zero_threshold && sameBits(zero_count, other.zero_count) &&
         sameSpans(negative_spans, other.negative_spans) &&
         sameBits(negative_buckets, other.negative_buckets) &&
         sameSpans(positive_spans, other.positive_spans) &&
         sameBits(positive_buckets, other.positive_buckets);
}

std::size_t FloatHistogram::size() const {
  constexpr std::size_t kFixedBytes = 168;  // of the Go struct and a pointer to it
  constexpr std::size_t kElementBytes = 8;  // of spans, counts and bounds alike
  return kFixedBytes +
         kElementBytes * (positive_spans.size() + negative_spans.size() + positive_buckets.size() +
                          negative_buckets.size() + custom_values.size());
}

FloatHistogram& FloatHistogram::compact(int max_empty) {
  assert(max_empty >= 0);
  for (const Sign sign : {Sign::kPositive, Sign::kNegative}) {
    Buckets buckets = takeBuckets(*this, nullptr, sign);
    compactBuckets(buckets, static_cast<std::size_t>(max_empty));
    putBuckets(*this, nullptr, sign, std::move(buckets));
  }
  return *this;
}

FloatHistogram FloatHistogram::copyToSchema(std::int32_t target) const {
  if (target == schema) return *this;
  assert(!usesCustomBuckets() && target >= kMinExponentialSchema && target < schema);
  FloatHistogram out;
  out.zero_threshold = zero_threshold;
  out.zero_count = zero_count;
  out.count = count;
  out.sum = sum;
  coarsen(out, *this, target);
  return out;
}

Result<void> FloatHistogram::reduceResolution(std::int32_t target) {
  if (usesCustomBuckets()) {
    return fail(ErrorKind::kBadData, "cannot reduce resolution when there are custom buckets");
  }
  if (target == kCustomBucketsSchema) {
    return fail(ErrorKind::kBadData, "cannot reduce resolution to custom buckets schema");
  }
  if (target >= schema) {
    return fail(ErrorKind::kBadData, "cannot reduce resolution from schema " + std::to_string(schema) +
                                         " to " + std::to_string(target));
  }
  if (Result<void> checked = checkPlaces(positive_spans, positive_buckets.size()); !checked) return checked;
  if (Result<void> checked = checkPlaces(negative_spans, negative_buckets.size()); !checked) return checked;
  coarsen(*this, *this, target);
  return {};
}

}  // namespace prome::model
