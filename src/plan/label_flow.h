// Label flow: which routing labels does the shard's answer lack at each node of the tree?
//
// Pure; the tree's depth is bounded by the parser.
#pragma once

#include <span>

#include "base/error.h"
#include "plan/text_edits.h"
#include "promql/ast.h"
#include "topology/shard_map.h"

namespace prome::plan {

/// A set of routing labels of one shard: bit i is label i of ShardMap::routingLabels.
using LabelMask = std::uint64_t;
inline constexpr std::size_t kMaxRoutingLabels = 64;

/// Follows the labels through a query that goes whole to `shard`, and makes them real where their absence
/// would change the result. Returns the labels that every series of the query's result has in one Prometheus
/// but lacks in the shard's answer. Selectors in `untouched` (sorted by address) match nothing there.
///
/// Fails with kExecution for what no rewriting of the text can say (info(), whose series come from every
/// shard).
Result<LabelMask> placeRoutingLabels(const promql::Expr& root, topology::ShardId shard,
                                     const topology::ShardMap& shards,
                                     std::span<const promql::Expr* const> untouched, TextEdits& edits);

}  // namespace prome::plan
