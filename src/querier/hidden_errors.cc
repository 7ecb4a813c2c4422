#include "querier/hidden_errors.h"

#include <algorithm>

namespace prome::querier {

void expectHiddenErrors(const Leaf& leaf, FetchedSeries& fetched) {
  if (!leaf.node.checks.empty()) fetched.trackSteps();
}

Result<void> refuseHiddenErrors(const Leaf& leaf, const FetchedSeries& fetched) {
  for (const plan::Check& check : leaf.node.checks) {
    plan::Fetch asked{.texts = check.fetch.texts, .pieces = {}};
    for (std::size_t i = 0; i < fetched.shards(); ++i) {
      if (fetched.filled(i)) continue;
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
