// Label flow: which routing labels does the shard's answer lack at each node of the tree?
//
// Pure; the tree's depth is bounded by the parser.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "model/dialect.h"
#include "plan/text_edits.h"
#include "promql/ast.h"
#include "topology/shard_map.h"

namespace prome::plan {

/// A set of routing labels of one shard: bit i is label i of ShardMap::routingLabels.
using LabelMask = std::uint64_t;
inline constexpr std::size_t kMaxRoutingLabels = 64;

/// Labels that have to be made real on the series of `expr`: its text is enclosed in label_replace().
struct RealLabels {
  const promql::Expr* expr = nullptr;
  LabelMask labels = 0;
};

struct LabelFlow {
  /// What every series of the result has in one Prometheus but lacks in the shard's answer.
  LabelMask implied = 0;
  /// Where labels must be made real for that, what stands inside before what stands around it.
  std::vector<RealLabels> real;
};

/// Follows the labels through a query that goes whole to `shard`. Selectors in `untouched` (sorted by
/// address) match nothing there.
///
/// Fails with kExecution for what no rewriting of the text can say (info(), whose series come from every
/// shard).
Result<LabelFlow> followLabels(const promql::Expr& root, topology::ShardId shard,
                               const topology::ShardMap& shards,
                               std::span<const promql::Expr* const> untouched, model::Dialect dialect);

/// What goes behind the text of an expression, which `label_replace(` goes before, to make `labels` real:
/// ends for each label in turn.
std::vector<std::string> realLabelEnds(LabelMask labels, topology::ShardId shard,
                                       const topology::ShardMap& shards);

/// followLabels, and what has to be real made so in the text. Returns the implied labels.
Result<LabelMask> placeRoutingLabels(const promql::Expr& root, topology::ShardId shard,
                                     const topology::ShardMap& shards,
                                     std::span<const promql::Expr* const> untouched, model::Dialect dialect,
                                     TextEdits& edits);

}  // namespace prome::plan
