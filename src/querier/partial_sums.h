// PartialSums: sums of shards' partial results by labels, step by step.
//
// Used by one thread.
#pragma once

#include <cstddef>

#include "engine/evaluation.h"
#include "engine/series.h"
#include "querier/fetched_series.h"
#include "querier/groups.h"

namespace prome::querier {

class PartialSums {
 public:
  PartialSums(engine::Evaluation& evaluation, std::size_t steps)
      : evaluation_(evaluation), steps_(steps), groups_(evaluation.budget()) {}

  /// Adds all series of `fetched`. False: what came cannot be added so that one Prometheus' sum is sure.
  Result<bool> addAll(FetchedSeries& fetched);

  std::size_t size() const { return groups_.size(); }
  const model::Labels& labels(std::size_t group) const { return groups_.labels(group); }
  /// The sum of a group, once.
  engine::Series take(std::size_t group);
  /// False where a sum may have overflown, here or at a shard: it is infinite, or NaN of parts that were not.
  bool sure();

 private:
  struct Group {
    engine::Column sums;
    engine::Column lost;  // to rounding, in 3.x
    engine::HistogramColumn histograms;
  };

  bool add(Group& group, engine::Series& part);
  void addFloats(Group& group, engine::Column& part);
  bool addHistograms(Group& group, engine::HistogramColumn& part);

  engine::Evaluation& evaluation_;
  const std::size_t steps_;
  Groups<Group> groups_;
  bool doubtful_ = false;
};

}  // namespace prome::querier
