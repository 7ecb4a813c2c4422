// What a pushed-down operation may hide. One Prometheus matches the sides of an operation only at steps where
// neither is empty: a shard where one is hides the error that the union raises for duplicates on the other.
// And of what there is to say of an operation at a step it says the last: shards that say different things
// say too much.
#pragma once

#include "querier/merging.h"

namespace prome::querier {

/// To be called before the first series of `fetched` is read.
void expectHiddenErrors(const Leaf& leaf, FetchedSeries& fetched);

/// When all of them are: asks the node's checks of the shards whose answers may hide errors, and meets the
/// hazard where one of these answers with series, or where what the shards say of an operation differs.
Result<void> refuseDoubts(const Leaf& leaf, const FetchedSeries& fetched);

}  // namespace prome::querier
