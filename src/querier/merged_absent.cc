// absent() where every shard says so.
#include "querier/hidden_errors.h"

namespace prome::querier {
namespace {

using engine::isAbsent;

class MergedAbsent final : public engine::SeriesStream {
 public:
  explicit MergedAbsent(const Leaf& leaf)
      : leaf_(leaf), fetched_(leaf.node.fetches[0], leaf.grid, leaf.context) {
    expectHiddenErrors(leaf, fetched_);
  }

  Result<bool> next(engine::Series& series) override {
    if (given_) return false;
    given_ = true;
    series.clear();
    for (std::size_t shard = 0; shard < fetched_.shards(); ++shard) {
      engine::Series part;
      const Result<bool> said = fetched_.next(shard, part);
      if (!said) return said;
      any_shard_silent_ = any_shard_silent_ || !*said;
      if (!*said) continue;
      if (series.floats.empty()) {
        series = std::move(part);
      } else {
        for (std::size_t step = 0; step < leaf_.grid.steps(); ++step) {
          if (isAbsent(part.floats[step])) series.floats[step] = engine::kAbsent;
        }
      }
      engine::Series rest;  // there is one series at most; its annotations come behind it
      const Result<bool> more = fetched_.next(shard, rest);
      if (!more) return more;
    }
    if (const Result<void> sure = refuseDoubts(leaf_, fetched_); !sure) return std::unexpected(sure.error());
    return !any_shard_silent_ && !series.floats.empty();
  }

 private:
  const Leaf leaf_;
  FetchedSeries fetched_;
  bool given_ = false;
  bool any_shard_silent_ = false;
};

}  // namespace

SeriesStreamPtr mergeAbsent(const Leaf& leaf) {
  return std::make_unique<MergedAbsent>(leaf);
}

}  // namespace prome::querier
