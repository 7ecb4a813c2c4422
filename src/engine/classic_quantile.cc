#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/histogram_quantile.h"
#include "model/sample.h"

namespace prome::engine {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
/// Of the sum of two counts: what they may differ by and still be taken as equal.
constexpr double kTolerance = 1e-12;
constexpr double kMinNormal = std::numeric_limits<double>::min();

/// Do `a` and `b`, which are not equal, differ by less than 1e-12 of their sum? Two NaNs do not differ.
bool almostEqual(double a, double b) {
  const double sum = std::fabs(a) + std::fabs(b);
  const double difference = std::fabs(a - b);
  // Far from the tolerance, whichever way the division below would round: spares it for nearly all buckets.
  if (difference > 2 * kTolerance * sum && difference > kMinNormal) return false;
  if (std::isnan(a) && std::isnan(b)) return true;
  if (a == 0 || b == 0 || sum < kMinNormal) return difference < kTolerance * kMinNormal;
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kTolerance;
}

std::optional<model::ForcedMonotonicity> makeMonotonic(ClassicBuckets buckets) {
  bool forced = false;
  model::ForcedMonotonicity mended{.min_bucket = kInf, .max_bucket = -kInf};
  double previous = buckets.counts[0];
  for (std::size_t i = 1; i < buckets.counts.size(); ++i) {
    const double count = buckets.counts[i];
    if (count == previous) continue;
    if (almostEqual(previous, count)) {
      buckets.counts[i] = previous;
    } else if (count < previous) {
      buckets.counts[i] = previous;
      forced = true;
      mended.min_bucket = std::min(mended.min_bucket, buckets.bounds[i]);
      mended.max_bucket = std::max(mended.max_bucket, buckets.bounds[i]);
      mended.max_difference = std::max(mended.max_difference, previous - count);
    } else {
      previous = count;
    }
  }
  return forced ? std::optional(mended) : std::nullopt;
}

void makeMonotonicAs2x(std::span<double> counts) {
  double highest = counts[0];
  for (double& count : counts.subspan(1)) {
    if (count > highest) {
      highest = count;
    } else if (count < highest) {
      count = highest;
    }
  }
}

/// The first of all buckets but the last whose count is not below `rank`. A binary search, whose outcome
/// among counts that hold NaNs depends on where it looks: it looks where Go's does.
template <class Count>
std::size_t findRank(std::size_t last, Count count, double rank) {
  std::size_t from = 0;
  std::size_t to = last;
  while (from < to) {
    const std::size_t middle = (from + to) / 2;
    if (count(middle) >= rank) {
      to = middle;
    } else {
      from = middle + 1;
    }
  }
  return from;
}

/// `count(i)` is the count of bucket `i`, monotonic.
template <class Count>
double interpolated(double q, std::span<const double> bounds, Count count) {
  const std::size_t last = bounds.size() - 1;
  if (last == 0 || count(last) == 0) return model::kNormalNaN;
  double rank = q * count(last);
  const std::size_t at = findRank(last, count, rank);
  if (at == last) return bounds[last - 1];
  if (at == 0 && bounds[0] <= 0) return bounds[0];
  double lower = 0;
  double observations = count(at);
  if (at > 0) {
    lower = bounds[at - 1];
    observations -= count(at - 1);
    rank -= count(at - 1);
  }
  return lower + (bounds[at] - lower) * (rank / observations);
}

/// What the quantile is whatever the counts are, if so.
std::optional<double> trivialQuantile(double q, std::span<const double> bounds) {
  if (std::isnan(q)) return model::kNormalNaN;
  if (q < 0) return -kInf;
  if (q > 1) return kInf;
  if (bounds.back() != kInf) return model::kNormalNaN;
  return std::nullopt;
}

}  // namespace

ClassicQuantile classicQuantile(double q, ClassicBuckets buckets, Dialect dialect) {
  if (const auto trivial = trivialQuantile(q, buckets.bounds)) return {*trivial, {}};
  ClassicQuantile result;
  if (dialect == Dialect::kPrometheus3) {
    result.mended = makeMonotonic(buckets);
  } else {
    makeMonotonicAs2x(buckets.counts);
  }
  result.value = interpolated(q, buckets.bounds, [&](std::size_t i) { return buckets.counts[i]; });
  return result;
}

double soundQuantile(double q, std::span<const double> bounds, std::span<const double* const> columns,
                     std::size_t step) {
  if (const auto trivial = trivialQuantile(q, bounds)) return *trivial;
  return interpolated(q, bounds, [&](std::size_t i) { return columns[i][step]; });
}

void markUnsound(std::span<const double> lower, std::span<const double> upper,
                 std::span<std::uint8_t> unsound) {
  // More than the tolerance, since the sum of two counts is at most twice the higher one.
  constexpr double kSurelyApart = 4 * kTolerance;
  for (std::size_t step = 0; step < unsound.size(); ++step) {
    const double count = upper[step];
    const double difference = count - lower[step];
    const bool is_sound = (difference == 0) | (difference > count * kSurelyApart + kMinNormal);
    unsound[step] |= static_cast<std::uint8_t>(!is_sound);
  }
}

double classicFraction(double lower, double upper, ClassicBuckets buckets) {
  const auto [bounds, counts] = buckets;
  if (bounds.back() != kInf) return model::kNormalNaN;
  const double total = counts.back();
  if (total == 0 || std::isnan(lower) || std::isnan(upper)) return model::kNormalNaN;
  if (lower >= upper) return 0;

  // The counts below `lower` and `upper`, once their bucket is passed. A bucket of infinite width adds
  // nothing by interpolation.
  std::optional<double> lower_rank;
  std::optional<double> upper_rank;
  double rank = 0;
  double from = bounds[0] <= 0 ? -kInf : 0;
  for (std::size_t i = 0; i < bounds.size() && !(lower_rank && upper_rank); ++i) {
    const double to = bounds[i];
    const auto below = [&](double value) -> std::optional<double> {
      if (from >= value) return rank;
      if (!(from < value && to > value)) return std::nullopt;
      if (from == -kInf) return counts[i];
      return rank + (counts[i] - rank) * (value - from) / (to - from);
    };
    if (!lower_rank) lower_rank = below(lower);
    if (!upper_rank) upper_rank = below(upper);
    rank = counts[i];
    from = to;
  }
  const auto capped = [&](std::optional<double> value) { return !value || *value > total ? total : *value; };
  return (capped(upper_rank) - capped(lower_rank)) / total;
}

}  // namespace prome::engine
