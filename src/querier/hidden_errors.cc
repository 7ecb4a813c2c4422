#include "querier/hidden_errors.h"

#include <algorithm>

#include "promql/children.h"

namespace prome::querier {
namespace {

/// Meets the operations at or below `expr` that begin at `position`: the inmost of them is evaluated at the
/// router then, with all above it.
Result<void> meetAt(const promql::Expr& expr, std::uint32_t position, Hazards& hazards) {
  Result<void> met;
  promql::forEachChild(expr, [&](const promql::Expr& child) {
    if (Result<void> below = meetAt(child, position, hazards); !below) met = std::move(below);
  });
  if (promql::as<promql::BinaryExpr>(expr) != nullptr && expr.pos.start == position) met = hazards.meet(expr);
  return met;
}

}  // namespace

void expectHiddenErrors(const Leaf& leaf, FetchedSeries& fetched) {
  if (!leaf.node.checks.empty()) fetched.trackSteps();
}

Result<void> refuseDoubts(const Leaf& leaf, const FetchedSeries& fetched) {
  for (const std::uint32_t position : fetched.disagreements()) {
    if (const Result<void> sure = meetAt(*leaf.node.expr, position, leaf.hazards); !sure) return sure;
  }
  for (const plan::Check& check : leaf.node.checks) {
    plan::Fetch asked{.texts = check.fetch.texts, .pieces = {}};
    for (std::size_t i = 0; i < fetched.shards(); ++i) {
      if (check.asked == plan::Check::Asked::kWhereNothingIsShown && fetched.filled(i)) continue;
      const topology::ShardId shard = leaf.node.fetches[0].pieces[i].shard;
      const auto piece = std::ranges::find(check.fetch.pieces, shard, &plan::Piece::shard);
      if (piece != check.fetch.pieces.end()) asked.pieces.push_back(*piece);
    }
    FetchedSeries answers(asked, leaf.grid, leaf.context);
    for (std::size_t i = 0; i < answers.shards(); ++i) {
      engine::Series series;
      const Result<bool> duplicates = answers.next(i, series);
      if (!duplicates) return std::unexpected(duplicates.error());
      if (*duplicates) return leaf.hazards.meet(*check.operation);
    }
  }
  return {};
}

}  // namespace prome::querier
