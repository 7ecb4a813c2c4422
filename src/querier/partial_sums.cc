#include "querier/partial_sums.h"

#include <cmath>

#include "base/compensated_sum.h"

namespace prome::querier {

using engine::isAbsent;

Result<bool> PartialSums::addAll(FetchedSeries& fetched) {
  for (std::size_t shard = 0; shard < fetched.shards(); ++shard) {
    engine::Series part;
    while (true) {
      const Result<bool> more = fetched.next(shard, part);
      if (!more) return more;
      if (!*more) break;
      evaluation_.checkpoint();
      if (!add(groups_.of(part.labels), part)) return false;
    }
    if (fetched.warnedOfHistograms(shard) || fetched.histogramsIncomplete(shard)) return false;
  }
  return true;
}

bool PartialSums::add(Group& group, engine::Series& part) {
  for (std::size_t step = 0; step < steps_ && !(part.histograms.empty() && group.histograms.empty());
       ++step) {
    const bool float_here = part.hasFloat(step) || (!group.sums.empty() && !isAbsent(group.sums[step]));
    const bool histogram_here =
        part.hasHistogram(step) || (!group.histograms.empty() && group.histograms[step] != nullptr);
    if (float_here && histogram_here) return false;
  }
  if (!part.floats.empty()) addFloats(group, part.floats);
  return part.histograms.empty() || addHistograms(group, part.histograms);
}

void PartialSums::addFloats(Group& group, engine::Column& part) {
  if (group.sums.empty()) {
    group.sums = std::move(part);
    return;
  }
  const bool compensated = evaluation_.is3x();
  if (compensated && group.lost.empty()) {
    group.lost = evaluation_.columns().uninitialized(steps_);
    std::ranges::fill(group.lost.values(), 0.0);
  }
  for (std::size_t step = 0; step < steps_; ++step) {
    if (isAbsent(part[step])) continue;
    const double before = group.sums[step];
    if (isAbsent(before)) {
      group.sums[step] = part[step];
      continue;
    }
    if (compensated) {
      CompensatedSum sum{group.sums[step], group.lost[step]};
      sum.add(part[step]);
      group.sums[step] = sum.sum;
      group.lost[step] = sum.lost;
    } else {
      group.sums[step] += part[step];
    }
    if (std::isnan(group.sums[step]) && !std::isnan(before) && !std::isnan(part[step])) doubtful_ = true;
  }
}

bool PartialSums::addHistograms(Group& group, engine::HistogramColumn& part) {
  if (group.histograms.empty()) {
    group.histograms = std::move(part);
    return true;
  }
  for (std::size_t step = 0; step < steps_; ++step) {
    if (part[step] == nullptr) continue;
    model::HistogramPtr& sum = group.histograms[step];
    if (sum == nullptr) {
      sum = part[step];
      continue;
    }
    auto total = std::make_shared<model::FloatHistogram>(*sum);
    const auto added = total->add(*part[step]);
    if (!added || added->bounds_reconciled || added->counter_reset_collision) return false;
    sum = std::move(total);
  }
  return true;
}

bool PartialSums::sure() {
  if (doubtful_) return false;
  for (std::size_t number = 0; number < groups_.size(); ++number) {
    for (const double sum : groups_[number].sums.values()) {
      if (std::isinf(sum)) return false;
    }
  }
  return true;
}

engine::Series PartialSums::take(std::size_t number) {
  Group& group = groups_[number];
  engine::Series series;
  series.labels = groups_.labels(number);
  series.floats = std::move(group.sums);
  series.histograms = std::move(group.histograms);
  if (!group.lost.empty()) {
    for (std::size_t step = 0; step < steps_; ++step) {
      if (!isAbsent(series.floats[step])) series.floats[step] += group.lost[step];
    }
  }
  return series;
}

}  // namespace prome::querier
