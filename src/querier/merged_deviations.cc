// stddev, stdvar: of two parts with counts n, m, means a, b and sums of squared distances from them S, T, the
// whole has count n + m, mean a + (b - a) m / (n + m) and sum S + T + (b - a)^2 n m / (n + m).
#include <cmath>

#include "querier/groups.h"
#include "querier/hidden_errors.h"

namespace prome::querier {
namespace {

using engine::isAbsent;

class MergedDeviations final : public engine::SeriesStream {
 public:
  explicit MergedDeviations(const Leaf& leaf)
      : leaf_(leaf),
        counts_(leaf.node.fetches[0], leaf.grid, leaf.context),
        means_(leaf.node.fetches[1], leaf.grid, leaf.context),
        variances_(leaf.node.fetches[2], leaf.grid, leaf.context),
        groups_(leaf.context.evaluation.budget()) {
    expectHiddenErrors(leaf, counts_);
  }

  Result<bool> next(engine::Series& series) override {
    if (!gathered_) {
      if (const Result<void> done = gather(); !done) return std::unexpected(done.error());
      gathered_ = true;
    }
    if (next_ == groups_.size()) return false;
    return give(next_++, series);
  }

 private:
  /// All columns of one group: there is a value where there is a count.
  struct Group {
    engine::Column count;
    engine::Column mean;
    engine::Column squares;
  };
  struct Part {
    engine::Column count;
    engine::Column mean;
    engine::Column variance;
  };
  using Parts = Groups<Part>;

  Result<void> gather() {
    for (std::size_t shard = 0; shard < counts_.shards(); ++shard) {
      Parts parts(leaf_.context.evaluation.budget());
      for (auto [fetched, column] : {std::pair{&counts_, &Part::count}, std::pair{&means_, &Part::mean},
                                     std::pair{&variances_, &Part::variance}}) {
        if (const Result<void> read = readColumns(*fetched, shard, column, parts); !read) return read;
      }
      for (std::size_t i = 0; i < parts.size(); ++i) {
        if (!add(groups_.of(parts.labels(i)), parts[i])) return leaf_.hazards.meet(*leaf_.node.expr);
      }
    }
    return refuseDoubts(leaf_, counts_);
  }

  Result<void> readColumns(FetchedSeries& fetched, std::size_t shard, engine::Column Part::* column,
                           Parts& parts) {
    engine::Series series;
    while (true) {
      const Result<bool> more = fetched.next(shard, series);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      leaf_.context.evaluation.checkpoint();
      // A group with histograms: floats are counted alone, but by count().
      if (!series.histograms.empty()) return leaf_.hazards.meet(*leaf_.node.expr);
      parts.of(series.labels).*column = std::move(series.floats);
    }
    if (fetched.warnedOfHistograms(shard)) return leaf_.hazards.meet(*leaf_.node.expr);
    return {};
  }

  /// False where the part's columns do not go together.
  bool add(Group& group, Part& part) {
    if (part.count.empty()) return part.mean.empty() && part.variance.empty();
    const std::size_t steps = leaf_.grid.steps();
    engine::ColumnPool& columns = leaf_.context.evaluation.columns();
    if (group.count.empty()) {
      group.count = columns.absent(steps);
      group.mean = columns.absent(steps);
      group.squares = columns.absent(steps);
    }
    for (std::size_t step = 0; step < steps; ++step) {
      const double count = part.count[step];
      if (isAbsent(count)) continue;
      if (part.mean.empty() || part.variance.empty()) return false;
      if (isAbsent(part.mean[step]) || isAbsent(part.variance[step])) return false;
      addAt(group, step, count, part.mean[step], part.variance[step] * count);
    }
    return true;
  }

  static void addAt(Group& group, std::size_t step, double count, double mean, double squares) {
    if (isAbsent(group.count[step])) {
      group.count[step] = count;
      group.mean[step] = mean;
      group.squares[step] = squares;
      return;
    }
    const double before = group.count[step];
    const double all = before + count;
    const double distance = mean - group.mean[step];
    group.mean[step] += distance * (count / all);
    group.squares[step] += squares + distance * distance * (before * (count / all));
    group.count[step] = all;
  }

  Result<bool> give(std::size_t number, engine::Series& series) {
    Group& group = groups_[number];
    series.clear();
    series.labels = groups_.labels(number);
    series.floats = std::move(group.squares);
    if (series.floats.empty()) return leaf_.hazards.meet(*leaf_.node.expr);
    for (std::size_t step = 0; step < leaf_.grid.steps(); ++step) {
      double& value = series.floats[step];
      if (isAbsent(value)) continue;
      if (!std::isfinite(value)) return leaf_.hazards.meet(*leaf_.node.expr);
      value /= group.count[step];
      if (leaf_.node.merge == plan::Merge::kStddev) value = std::sqrt(value);
    }
    return true;
  }

  const Leaf leaf_;
  FetchedSeries counts_;
  FetchedSeries means_;
  FetchedSeries variances_;
  Groups<Group> groups_;
  bool gathered_ = false;
  std::size_t next_ = 0;
};

}  // namespace

SeriesStreamPtr mergeDeviations(const Leaf& leaf) {
  return std::make_unique<MergedDeviations>(leaf);
}

}  // namespace prome::querier
