// Partial aggregates that merge by themselves: sums of sums and counts, least of least, any of any.
#include <cmath>

#include "querier/groups.h"
#include "querier/hidden_errors.h"
#include "querier/partial_sums.h"

namespace prome::querier {
namespace {

using engine::isAbsent;
using plan::Merge;

/// Sums: of sums, of counts.
class MergedSums final : public engine::SeriesStream {
 public:
  explicit MergedSums(const Leaf& leaf)
      : leaf_(leaf),
        fetched_(leaf.node.fetches[0], leaf.grid, leaf.context),
        sums_(leaf.context.evaluation, leaf.grid.steps()) {
    expectHiddenErrors(leaf, fetched_);
  }

  Result<bool> next(engine::Series& series) override {
    if (!gathered_) {
      const Result<bool> added = sums_.addAll(fetched_);
      if (!added) return added;
      if (!*added || !sums_.sure()) return leaf_.hazards.meet(*leaf_.node.expr);
      const Result<void> sure = refuseDoubts(leaf_, fetched_);
      if (!sure) return std::unexpected(sure.error());
      gathered_ = true;
    }
    if (next_ == sums_.size()) return false;
    series = sums_.take(next_++);
    return true;
  }

 private:
  const Leaf leaf_;
  FetchedSeries fetched_;
  PartialSums sums_;
  bool gathered_ = false;
  std::size_t next_ = 0;
};

/// min, max and group, which look at floats alone.
class MergedExtremes final : public engine::SeriesStream {
 public:
  explicit MergedExtremes(const Leaf& leaf)
      : leaf_(leaf),
        fetched_(leaf.node.fetches[0], leaf.grid, leaf.context),
        groups_(leaf.context.evaluation.budget()) {
    expectHiddenErrors(leaf, fetched_);
  }

  Result<bool> next(engine::Series& series) override {
    if (!gathered_) {
      if (const Result<void> done = gather(); !done) return std::unexpected(done.error());
      gathered_ = true;
    }
    if (next_ == groups_.size()) return false;
    series.clear();
    series.labels = groups_.labels(next_);
    series.floats = std::move(groups_[next_++]);
    return true;
  }

 private:
  Result<void> gather() {
    for (std::size_t shard = 0; shard < fetched_.shards(); ++shard) {
      engine::Series part;
      while (true) {
        const Result<bool> more = fetched_.next(shard, part);
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        leaf_.context.evaluation.checkpoint();
        if (!part.histograms.empty()) return leaf_.hazards.meet(*leaf_.node.expr);
        merge(groups_.of(part.labels), part.floats);
      }
    }
    return refuseDoubts(leaf_, fetched_);
  }

  void merge(engine::Column& best, engine::Column& part) const {
    if (best.empty()) {
      best = std::move(part);
      return;
    }
    for (std::size_t step = 0; step < best.size(); ++step) {
      if (isAbsent(part[step])) continue;
      if (isAbsent(best[step]) || isBetter(part[step], best[step])) best[step] = part[step];
    }
  }

  /// Any number is better than NaN.
  bool isBetter(double value, double best) const {
    if (std::isnan(best)) return true;
    return leaf_.node.merge == Merge::kMin ? value < best : value > best;
  }

  const Leaf leaf_;
  FetchedSeries fetched_;
  Groups<engine::Column> groups_;
  bool gathered_ = false;
  std::size_t next_ = 0;
};

}  // namespace

SeriesStreamPtr mergePartials(const Leaf& leaf) {
  const Merge merge = leaf.node.merge;
  const bool sums = merge == Merge::kSum || merge == Merge::kCount || merge == Merge::kCountValues;
  if (sums) return std::make_unique<MergedSums>(leaf);
  return std::make_unique<MergedExtremes>(leaf);
}

}  // namespace prome::querier
