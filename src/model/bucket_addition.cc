// Adding buckets of one layout to those of another. Equal layouts, by far the most common, are added in
// place; else both are merged in the order of their indexes.
#include <algorithm>

#include "base/compensated_sum.h"
#include "model/bucket_layout.h"

namespace prome::model {
namespace {

double compensationAt(BucketsView buckets, std::size_t i) {
  return buckets.compensations.empty() ? 0 : buckets.compensations[i];
}

/// Two counts with compensations, of which the second's is often zero.
CompensatedSum sumOf(double count, double compensation, double other_count, double other_compensation) {
  CompensatedSum result{count, compensation};
  result.add(other_count);
  if (other_compensation != 0) result.add(other_compensation);
  return result;
}

template <Summation kSummation>
void addInPlace(Buckets& to, BucketsView from, std::size_t skipped, double sign) {
  for (std::size_t i = skipped; i < to.counts.size(); ++i) {
    if constexpr (kSummation == Summation::kPlain) {
      to.counts[i] += sign * from.counts[i];
    } else {
      const CompensatedSum result =
          sumOf(to.counts[i], to.compensations[i], sign * from.counts[i], sign * compensationAt(from, i));
      to.counts[i] = result.sum;
      to.compensations[i] = result.lost;
    }
  }
}

template <Summation kSummation>
class Merge {
 public:
  Merge(const Buckets& to, BucketsView from, std::size_t skipped, double sign)
      : to_(to), from_(from), sign_(sign), at_(from), writer_(result_) {
    for (; skipped > 0 && !at_.done(); --skipped) at_.next();
    const std::size_t buckets = to.counts.size() + from.counts.size();
    result_.counts.reserve(buckets);
    if constexpr (kSummation == Summation::kKahan) result_.compensations.reserve(buckets);
  }

  Buckets run() && {
    std::int64_t index = 0;
    std::size_t position = 0;
    for (const Span& span : to_.spans) {
      index += span.offset;
      if (span.length == 0) continue;
      if (!copyBefore(index)) writer_.beginSpan(index);
      for (std::uint32_t i = 0; i < span.length; ++i) take(index++, position++);
    }
    copyBefore(std::numeric_limits<std::int64_t>::max());
    return std::move(result_);
  }

 private:
  /// Takes over what `from` has before `index`, where a span of `to` begins. True where its last bucket
  /// opened that span.
  bool copyBefore(std::int64_t index) {
    bool opened = false;
    for (; !at_.done() && at_.index() < index; at_.next()) {
      if (at_.index() != writer_.end()) {
        writer_.beginSpan(at_.index());
        opened = at_.index() == index - 1;
      }
      append(sign_ * from_.counts[at_.position()], sign_ * compensationAt(from_, at_.position()));
    }
    return opened;
  }

  /// The bucket of `to` at `position`, with what `from` has at its index.
  void take(std::int64_t index, std::size_t position) {
    const double count = to_.counts[position];
    if (at_.done() || at_.index() != index) {
      append(count, compensationAt(to_, position));
      return;
    }
    const double other = sign_ * from_.counts[at_.position()];
    if constexpr (kSummation == Summation::kPlain) {
      append(count + other, 0);
    } else {
      const CompensatedSum result =
          sumOf(count, compensationAt(to_, position), other, sign_ * compensationAt(from_, at_.position()));
      append(result.sum, result.lost);
    }
    at_.next();
  }

  void append(double count, double compensation) {
    if constexpr (kSummation == Summation::kPlain) {
      writer_.append(count);
    } else {
      writer_.append(count, compensation);
    }
  }

  const Buckets& to_;
  BucketsView from_;
  double sign_;
  BucketCursor at_;
  Buckets result_;
  BucketWriter writer_;
};

template <Summation kSummation>
void add(Buckets& to, BucketsView from, std::size_t skipped, double sign) {
  if (skipped >= from.counts.size()) return;
  if (std::ranges::equal(to.spans, from.spans)) {
    addInPlace<kSummation>(to, from, skipped, sign);
  } else {
    to = Merge<kSummation>(to, from, skipped, sign).run();
  }
}

}  // namespace

void addBuckets(Buckets& to, BucketsView from, std::size_t skipped, double sign, Summation summation) {
  if (summation == Summation::kPlain) {
    add<Summation::kPlain>(to, from, skipped, sign);
  } else {
    add<Summation::kKahan>(to, from, skipped, sign);
  }
}

}  // namespace prome::model
