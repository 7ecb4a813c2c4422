// topk and bottomk: heaps take what series offer; a series that is in no heap at once, or is driven out of
// all, is not held. At an instant the answer is the groups' heaps one after the other, best first; over a
// range each series that is left stands with the steps at which it is.
#include <vector>

#include "engine/aggregation_kinds.h"
#include "engine/parametric_aggregation.h"
#include "engine/top_heaps.h"

namespace prome::engine {
namespace {

template <Best best>
class TopAggregation final : public ParametricAggregation {
 public:
  using ParametricAggregation::ParametricAggregation;

 protected:
  Result<void> begin() override {
    const Result<Demand> demand = demandOf(parameter().checkCount(context()));
    if (!demand) return std::unexpected(demand.error());
    if (*demand == Demand::kNothing) return {};
    Series series;
    while (true) {
      const Result<bool> more = input().next(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      offer(series);
    }
    releaseInput();
    collect();
    return {};
  }

  Result<bool> nextResult(Series& result) override {
    if (next_ == survivors_.size()) return false;
    const std::uint32_t owner = survivors_[next_].owner;
    result.labels = std::move(candidates_[owner].labels);
    result.drop_name = candidates_[owner].drop_name;
    result.floats = evaluation().columns().absent(steps());
    for (; next_ < survivors_.size() && survivors_[next_].owner == owner; ++next_) {
      result.floats[survivors_[next_].step] = survivors_[next_].value;
    }
    return true;
  }

 private:
  /// A series that was taken when it was offered.
  struct Candidate {
    model::Labels labels;
    bool drop_name = false;
  };
  struct Survivor {
    double value = 0;
    std::uint32_t owner = 0;
    std::uint32_t step = 0;
  };

  void offer(const Series& series) {
    const bool any_histogram = holdsHistogram(series);
    if (series.density == Density::kEmpty && !any_histogram) return;
    if (any_histogram) informIgnored(series);
    const std::size_t number = groupIndex().of(series.labels);
    if (number == groups_.size()) {
      claim().add(sizeof(TopHeaps<best>));
      groups_.emplace_back(parameter(), steps(), evaluation());
    }
    if (groups_[number].offer(series.floats.values(), static_cast<std::uint32_t>(candidates_.size()))) {
      claim().add(sizeof(Candidate));
      candidates_.push_back({series.labels, series.drop_name});
    }
  }

  // Prometheus does not look at the samples of a step whose k is below one.
  void informIgnored(const Series& series) {
    for (std::size_t step = 0; step < series.histograms.size(); ++step) {
      if (series.histograms[step] == nullptr || parameter().count(step) == 0) continue;
      context().informIgnoredHistogram(context().call());
      return;
    }
  }

  void collect() {
    for (TopHeaps<best>& heaps : groups_) {
      for (std::size_t step = 0; step < steps(); ++step) {
        const std::span<RankedValue> values = heaps.at(step);
        if (steps() == 1) sortBestFirst<best>(values);
        claim().add(values.size() * sizeof(Survivor));
        for (const RankedValue& ranked : values) {
          survivors_.push_back({ranked.value, ranked.owner, static_cast<std::uint32_t>(step)});
        }
        evaluation().checkpoint();
      }
    }
    groups_.clear();
    if (steps() > 1) orderByOwner();
  }

  // Owners are numbers below candidates_.size(): a counting sort.
  void orderByOwner() {
    std::vector<std::size_t> begins(candidates_.size() + 1);
    for (const Survivor& survivor : survivors_) ++begins[survivor.owner + 1];
    for (std::size_t owner = 1; owner < begins.size(); ++owner) begins[owner] += begins[owner - 1];
    claim().add(survivors_.size() * sizeof(Survivor));
    std::vector<Survivor> ordered(survivors_.size());
    for (const Survivor& survivor : survivors_) ordered[begins[survivor.owner]++] = survivor;
    survivors_ = std::move(ordered);
  }

  std::vector<TopHeaps<best>> groups_;
  std::vector<Candidate> candidates_;
  std::vector<Survivor> survivors_;
  std::size_t next_ = 0;
};

}  // namespace

OperatorPtr makeTop(const Place& place, OperatorPtr input, OperatorPtr param) {
  if (promql::as<promql::AggregateExpr>(place.expr)->op == promql::AggregateOp::kTopk) {
    return std::make_unique<TopAggregation<Best::kGreatest>>(place, std::move(input), std::move(param));
  }
  return std::make_unique<TopAggregation<Best::kLeast>>(place, std::move(input), std::move(param));
}

}  // namespace prome::engine
