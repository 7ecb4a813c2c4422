// Shards that are not told apart by their labels: their series may be one.
#include <algorithm>
#include <map>

#include "querier/hidden_errors.h"

namespace prome::querier {
namespace {

class UnitedSeries final : public engine::SeriesStream {
 public:
  explicit UnitedSeries(const Leaf& leaf)
      : leaf_(leaf), fetched_(leaf.node.fetches[0], leaf.grid, leaf.context) {
    expectHiddenErrors(leaf, fetched_);
  }

  Result<bool> next(engine::Series& series) override {
    if (!gathered_) {
      if (const Result<void> done = gather(); !done) return std::unexpected(done.error());
      gathered_ = true;
    }
    if (series_.empty()) return false;
    series = std::move(series_.begin()->second);
    series_.erase(series_.begin());
    return true;
  }

 private:
  Result<void> gather() {
    for (std::size_t shard = 0; shard < fetched_.shards(); ++shard) {
      while (true) {
        engine::Series series;
        const Result<bool> more = fetched_.next(shard, series);
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        const auto [entry, is_new] = series_.try_emplace(series.labels);
        if (is_new) {
          entry->second = std::move(series);
        } else if (!join(entry->second, series)) {
          return fail(ErrorKind::kExecution, "vector cannot contain metrics with the same labelset");
        }
      }
      if (fetched_.histogramsIncomplete(shard)) return leaf_.hazards.meet(*leaf_.node.expr);
    }
    return refuseDoubts(leaf_, fetched_);
  }

  /// False where both have a value at a step.
  bool join(engine::Series& into, engine::Series& from) {
    const std::size_t steps = leaf_.grid.steps();
    for (std::size_t step = 0; step < steps; ++step) {
      if (into.present(step) && from.present(step)) return false;
    }
    engine::ColumnPool& columns = leaf_.context.evaluation.columns();
    if (!from.floats.empty() && into.floats.empty()) into.floats = columns.absent(steps);
    if (!from.histograms.empty() && into.histograms.empty()) into.histograms = columns.histograms(steps);
    for (std::size_t step = 0; step < steps; ++step) {
      if (from.hasFloat(step)) into.floats[step] = from.floats[step];
      if (from.hasHistogram(step)) into.histograms[step] = from.histograms[step];
    }
    return true;
  }

  const Leaf leaf_;
  FetchedSeries fetched_;
  bool gathered_ = false;
  std::map<model::Labels, engine::Series> series_;
};

}  // namespace

SeriesStreamPtr unite(const Leaf& leaf) {
  return std::make_unique<UnitedSeries>(leaf);
}

}  // namespace prome::querier
