#include "model/custom_bounds.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "base/compensated_sum.h"

namespace prome::model {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// Upper bound of bucket `index`; the last bucket has none in the list.
double upperBound(std::span<const double> bounds, std::int64_t index) {
  const auto i = static_cast<std::size_t>(index);
  return i < bounds.size() ? bounds[i] : kInf;
}

/// The sums of one histogram's buckets up to bounds asked for in ascending order.
class RollUp {
 public:
  explicit RollUp(const BoundedBuckets& all) : all_(all), at_(all.buckets) {}

  /// Of what lies between the bound asked for before and `bound`.
  double upTo(double bound) {
    double sum = 0;
    for (; !at_.done() && upperBound(all_.bounds, at_.index()) <= bound; at_.next()) {
      sum += all_.buckets.counts[at_.position()];
    }
    return sum;
  }

 private:
  const BoundedBuckets& all_;
  BucketCursor at_;
};

/// Adds every bucket (negated: subtracts) to the one of `sums` that covers it.
void addCovered(std::vector<CompensatedSum>& sums, const BoundedBuckets& from, std::span<const double> common,
                CombineOperation operation) {
  std::size_t target = 0;
  for (BucketCursor at(from.buckets); !at.done(); at.next()) {
    const double bound = upperBound(from.bounds, at.index());
    while (target < common.size() && common[target] < bound) ++target;
    const double count = from.buckets.counts[at.position()];
    sums[target].add(operation == CombineOperation::kSubtract ? -count : count);
    if (!from.buckets.compensations.empty()) sums[target].add(from.buckets.compensations[at.position()]);
  }
}

}  // namespace

bool sameBounds(std::span<const double> a, std::span<const double> b) {
  return std::ranges::equal(a, b);
}

std::vector<double> commonBounds(std::span<const double> a, std::span<const double> b) {
  std::vector<double> common;
  std::ranges::set_intersection(a, b, std::back_inserter(common));
  return common;
}

Buckets combineOnCommonBounds(const BoundedBuckets& a, const BoundedBuckets& b,
                              std::span<const double> common, CombineOperation operation,
                              Summation summation) {
  std::vector<CompensatedSum> sums(common.size() + 1);
  addCovered(sums, a, common, CombineOperation::kAdd);
  addCovered(sums, b, common, operation);

  Buckets out;
  BucketWriter writer(out);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (sums[i].sum == 0 && sums[i].lost == 0) continue;
    const auto index = static_cast<std::int64_t>(i);
    if (index != writer.end()) writer.beginSpan(index);
    if (summation == Summation::kPlain) {
      writer.append(sums[i].sum);
    } else {
      writer.append(sums[i].sum, sums[i].lost);
    }
  }
  return out;
}

bool anyCountFell(const BoundedBuckets& previous, const BoundedBuckets& current) {
  RollUp before(previous);
  RollUp now(current);
  for (const double bound : commonBounds(previous.bounds, current.bounds)) {
    if (now.upTo(bound) < before.upTo(bound)) return true;
  }
  return now.upTo(kInf) < before.upTo(kInf);
}

}  // namespace prome::model
