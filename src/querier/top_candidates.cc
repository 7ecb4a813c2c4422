// Candidates of topk and bottomk: each shard has given the first k + 1 of every group. The first k of all are
// among them, and where the k-th and the one behind it are equal the union's order of series decides, which
// only the whole input shows.
#include <algorithm>
#include <cmath>

#include "engine/grouping.h"
#include "querier/groups.h"
#include "querier/hidden_errors.h"

namespace prome::querier {
namespace {

using engine::isAbsent;

class TopCandidates final : public engine::SeriesStream {
 public:
  explicit TopCandidates(const Leaf& leaf)
      : leaf_(leaf),
        aggregate_(*promql::as<promql::AggregateExpr>(*leaf.aggregate)),
        fetched_(leaf.node.fetches[0], leaf.grid, leaf.context) {
    expectHiddenErrors(leaf, fetched_);
  }

  Result<bool> next(engine::Series& series) override {
    if (!gathered_) {
      if (const Result<void> done = gather(); !done) return std::unexpected(done.error());
      if (sharesLastPlace()) return leaf_.hazards.meet(*leaf_.aggregate);
      gathered_ = true;
    }
    if (next_ == series_.size()) return false;
    series = std::move(series_[next_++]);
    return true;
  }

 private:
  Result<void> gather() {
    for (std::size_t shard = 0; shard < fetched_.shards(); ++shard) {
      engine::Series series;
      while (true) {
        const Result<bool> more = fetched_.next(shard, series);
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        series_.push_back(std::move(series));
      }
      if (fetched_.histogramsIncomplete(shard)) return leaf_.hazards.meet(*leaf_.aggregate);
    }
    std::ranges::sort(series_, {}, &engine::Series::labels);
    return refuseDoubts(leaf_, fetched_);
  }

  /// Is there a step and a group whose k-th value is that of another behind it?
  bool sharesLastPlace() {
    const auto* k = promql::as<promql::NumberLiteral>(promql::withoutParens(*aggregate_.param));
    if (k == nullptr) return true;
    const auto last = static_cast<std::size_t>(k->value) - 1;
    const engine::Grouping grouping(aggregate_);
    Groups<std::vector<const engine::Series*>> groups(leaf_.context.evaluation.budget());
    for (const engine::Series& series : series_) groups.of(grouping.of(series.labels)).push_back(&series);
    std::vector<double> values;
    for (std::size_t group = 0; group < groups.size(); ++group) {
      if (groups[group].size() <= last + 1) continue;
      for (std::size_t step = 0; step < leaf_.grid.steps(); ++step) {
        leaf_.context.evaluation.checkpoint();
        values.clear();
        for (const engine::Series* series : groups[group]) {
          if (series->hasFloat(step)) values.push_back(series->floats[step]);
        }
        if (values.size() <= last + 1) continue;
        std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(last),
                                 ComesBefore{aggregate_.op == promql::AggregateOp::kTopk});
        const double kth = values[last];
        const auto behind =
            std::ranges::subrange(values.begin() + static_cast<std::ptrdiff_t>(last) + 1, values.end());
        if (std::ranges::any_of(behind, [&](double other) { return areEqual(kth, other); })) return true;
      }
    }
    return false;
  }

  /// NaN comes last in either direction.
  struct ComesBefore {
    bool largest;
    bool operator()(double x, double y) const {
      if (std::isnan(x) || std::isnan(y)) return !std::isnan(x) && std::isnan(y);
      return largest ? x > y : x < y;
    }
  };
  static bool areEqual(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

  const Leaf leaf_;
  const promql::AggregateExpr& aggregate_;
  FetchedSeries fetched_;
  std::vector<engine::Series> series_;
  bool gathered_ = false;
  std::size_t next_ = 0;
};

}  // namespace

SeriesStreamPtr gatherCandidates(const Leaf& leaf) {
  return std::make_unique<TopCandidates>(leaf);
}

}  // namespace prome::querier
