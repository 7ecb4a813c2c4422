// topk and bottomk: heaps take what series offer; a series that is in no heap at once, or is driven out of
// all, is not held. At an instant the answer is the groups' heaps one after the other, best first; over a
// range each series that is left stands with the steps at which it is.
#include <optional>
#include <vector>

#include "engine/aggregation_kinds.h"
#include "engine/aggregation_parameter.h"
#include "engine/grouping.h"
#include "engine/top_heaps.h"

namespace prome::engine {
namespace {

template <Best best>
class TopAggregation final : public Operator {
 public:
  TopAggregation(const Place& place, OperatorPtr input, OperatorPtr param)
      : Operator(place),
        context_(place),
        input_(std::move(input)),
        param_(std::move(param)),
        index_(context_.aggregate(), place.evaluation.budget()),
        claim_(place.evaluation.budget()) {}

 protected:
  Result<bool> produce(Series& result) override {
    if (input_ != nullptr) {
      if (Result<void> ranked = rankInput(); !ranked) return std::unexpected(ranked.error());
      input_ = nullptr;
    }
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

  Result<void> rankInput() {
    Result<AggregationParameter> read = AggregationParameter::read(*param_);
    if (!read) return std::unexpected(read.error());
    limits_.emplace(*std::move(read));
    const Result<Demand> demand = limits_->checkCount(context_);
    if (!demand || *demand == Demand::kNothing) {
      if (Result<void> discarded = discard(*input_); !discarded) return discarded;
      return demand ? Result<void>() : std::unexpected(demand.error());
    }
    Series series;
    while (true) {
      const Result<bool> more = input_->next(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) break;
      offer(series);
    }
    collect();
    return {};
  }

  void offer(const Series& series) {
    const bool any_histogram = holdsHistogram(series);
    if (series.density == Density::kEmpty && !any_histogram) return;
    if (any_histogram) informIgnored(series);
    const std::size_t number = index_.of(series.labels);
    if (number == groups_.size()) {
      claim_.add(sizeof(TopHeaps<best>));
      groups_.emplace_back(*limits_, steps(), evaluation().columns(), evaluation().budget());
    }
    if (groups_[number].offer(series.floats.values(), static_cast<std::uint32_t>(candidates_.size()))) {
      claim_.add(sizeof(Candidate));
      candidates_.push_back({series.labels, series.drop_name});
    }
  }

  // Prometheus does not look at the samples of a step whose k is below one.
  void informIgnored(const Series& series) {
    for (std::size_t step = 0; step < series.histograms.size(); ++step) {
      if (series.histograms[step] == nullptr || limits_->count(step) == 0) continue;
      context_.informIgnoredHistogram(context_.call());
      return;
    }
  }

  void collect() {
    for (TopHeaps<best>& heaps : groups_) {
      for (std::size_t step = 0; step < steps(); ++step) {
        const std::span<RankedValue> values = heaps.at(step);
        if (steps() == 1) sortBestFirst<best>(values);
        claim_.add(values.size() * sizeof(Survivor));
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
    claim_.add(survivors_.size() * sizeof(Survivor));
    std::vector<Survivor> ordered(survivors_.size());
    for (const Survivor& survivor : survivors_) ordered[begins[survivor.owner]++] = survivor;
    survivors_ = std::move(ordered);
  }

  const AggregationContext context_;
  OperatorPtr input_;  // null once ranked
  OperatorPtr param_;
  std::optional<AggregationParameter> limits_;
  GroupIndex index_;
  MemoryClaim claim_;
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
