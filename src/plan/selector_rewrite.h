// Selectors as a shard must see them: without matchers on labels that it does not store.
#pragma once

#include <span>
#include <vector>

#include "plan/text_edits.h"
#include "promql/ast.h"
#include "topology/shard_map.h"

namespace prome::plan {

/// Blanks the matchers on the shard's routing labels in place, and adds `__name__!=""` where nothing is left
/// that excludes the empty string. `selector` must be a VectorSelector of the text behind `edits`.
void stripRoutingMatchers(const promql::Expr& selector, topology::ShardId shard,
                          const topology::ShardMap& shards, TextEdits& edits);

/// Makes the selector match no series at all, whatever the shard holds. All its matchers stay, so that
/// absent() still reads its labels from them.
void matchNothing(const promql::Expr& selector, TextEdits& edits);

/// The same two for a text that is printed anew: the matchers of a selector as `shard` must see them, and
/// such as match no series at all. What they refer to are `matchers`' own texts.
std::vector<promql::LabelMatcher> matchersAt(std::span<const promql::LabelMatcher> matchers,
                                             topology::ShardId shard, const topology::ShardMap& shards);
std::vector<promql::LabelMatcher> matchingNothing(std::span<const promql::LabelMatcher> matchers);

}  // namespace prome::plan
