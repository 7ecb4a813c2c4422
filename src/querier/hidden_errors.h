// What a pushed-down operation may hide: one Prometheus matches the sides of an operation only at steps where
// neither is empty. So a shard that has nothing at a step may have met an empty side there, and hides the
// error that the union raises for duplicates on the other.
#pragma once

#include "querier/merging.h"

namespace prome::querier {

/// To be called before the first series of `fetched` is read.
void expectHiddenErrors(const Leaf& leaf, FetchedSeries& fetched);

/// When all of them are: asks the node's checks of the shards that had nothing at some step, and meets the
/// hazard where one of these answers with series.
Result<void> refuseHiddenErrors(const Leaf& leaf, const FetchedSeries& fetched);

}  // namespace prome::querier
