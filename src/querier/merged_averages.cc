// avg: the sum of the shards' sums over that of their counts.
#include <unordered_map>

#include "querier/hidden_errors.h"
#include "querier/partial_sums.h"

namespace prome::querier {
namespace {

using engine::isAbsent;

class MergedAverages final : public engine::SeriesStream {
 public:
  explicit MergedAverages(const Leaf& leaf)
      : leaf_(leaf),
        fetched_sums_(leaf.node.fetches[0], leaf.grid, leaf.context),
        fetched_counts_(leaf.node.fetches[1], leaf.grid, leaf.context),
        sums_(leaf.context.evaluation, leaf.grid.steps()),
        counts_(leaf.context.evaluation, leaf.grid.steps()) {
    expectHiddenErrors(leaf, fetched_counts_);
  }

  Result<bool> next(engine::Series& series) override {
    if (!gathered_) {
      for (auto [sums, fetched] :
           {std::pair{&sums_, &fetched_sums_}, std::pair{&counts_, &fetched_counts_}}) {
        const Result<bool> added = sums->addAll(*fetched);
        if (!added) return added;
        if (!*added || !sums->sure()) return leaf_.hazards.meet(*leaf_.node.expr);
      }
      const Result<void> sure = refuseDoubts(leaf_, fetched_counts_);
      if (!sure) return std::unexpected(sure.error());
      for (std::size_t i = 0; i < counts_.size(); ++i) numbers_.emplace(counts_.labels(i), i);
      gathered_ = true;
    }
    if (next_ == sums_.size()) return false;
    series = sums_.take(next_++);
    const auto count = numbers_.find(series.labels);
    if (count == numbers_.end()) return leaf_.hazards.meet(*leaf_.node.expr);  // of sums there is always one
    return divide(series, counts_.take(count->second));
  }

 private:
  Result<bool> divide(engine::Series& series, const engine::Series& counts) {
    for (std::size_t step = 0; step < leaf_.grid.steps(); ++step) {
      if (!series.present(step)) continue;
      if (!counts.hasFloat(step)) return leaf_.hazards.meet(*leaf_.node.expr);
      const double count = counts.floats[step];
      if (series.hasFloat(step)) {
        series.floats[step] /= count;
      } else {
        auto average = std::make_shared<model::FloatHistogram>(*series.histograms[step]);
        average->divide(count);
        series.histograms[step] = std::move(average);
      }
    }
    return true;
  }

  const Leaf leaf_;
  FetchedSeries fetched_sums_;
  FetchedSeries fetched_counts_;
  PartialSums sums_;
  PartialSums counts_;
  std::unordered_map<model::Labels, std::size_t, model::LabelsHash> numbers_;
  bool gathered_ = false;
  std::size_t next_ = 0;
};

}  // namespace

SeriesStreamPtr mergeAverages(const Leaf& leaf) {
  return std::make_unique<MergedAverages>(leaf);
}

}  // namespace prome::querier
