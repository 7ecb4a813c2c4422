// How shards' answers become the series of one leaf: a stream for each kind of plan::Merge.
//
// Questions are asked when a stream is made. Used by one thread.
#pragma once

#include <memory>

#include "engine/leaf_source.h"
#include "plan/plan.h"
#include "querier/fetched_series.h"
#include "querier/hazards.h"

namespace prome::querier {

/// One leaf of an evaluation. What it refers to outlives the streams made of it.
struct Leaf {
  const plan::PlanNode& node;
  const promql::Expr* aggregate = nullptr;  // of Merge::kTop: the node that takes the candidates
  bool sorted = false;                      // the order of labels decides what is made of the series
  engine::StepGrid grid;
  LeafContext context;
  Hazards& hazards;
};

using SeriesStreamPtr = std::unique_ptr<engine::SeriesStream>;

/// kConcatenate: in the order of labels as far as the shards' answers are.
SeriesStreamPtr concatenate(const Leaf& leaf);
/// kUnite: equal label sets become one. kExecution, as Prometheus words it, where two have a value at the
/// same step.
SeriesStreamPtr unite(const Leaf& leaf);
/// kSum, kCount, kMin, kMax, kGroup, kCountValues.
SeriesStreamPtr mergePartials(const Leaf& leaf);
/// kAverage.
SeriesStreamPtr mergeAverages(const Leaf& leaf);
/// kStddev, kStdvar. Source: T. Chan et al., Updating Formulae and a Pairwise Algorithm for Computing Sample
/// Variances, 1979.
SeriesStreamPtr mergeDeviations(const Leaf& leaf);
/// kAbsent.
SeriesStreamPtr mergeAbsent(const Leaf& leaf);
/// kTop.
SeriesStreamPtr gatherCandidates(const Leaf& leaf);

/// The stream for the node's kind.
SeriesStreamPtr merge(const Leaf& leaf);

}  // namespace prome::querier
