// Aggregations that fold: each series of the input is added to its group's columns and let go of.
//
// Memory is that of the groups. A Fold is what one kind of aggregation keeps of one group:
//   explicit Fold(const AggregationContext&);
//   void add(const Series&);        // series of a group in the input's order
//   bool seen(step) const;          // is there anything at that step so far?
//   void finish(Series& result);    // floats and histograms; the fold is done with
// Used by one thread.
#pragma once

#include <utility>
#include <vector>

#include "engine/aggregation_context.h"
#include "engine/dropped_name.h"
#include "engine/grouping.h"
#include "engine/step_set.h"

namespace prome::engine {

template <class Fold>
class FoldingAggregation final : public Operator {
 public:
  FoldingAggregation(const Place& place, OperatorPtr input)
      : Operator(place),
        context_(place),
        input_(std::move(input)),
        index_(context_.aggregate(), place.evaluation.budget()),
        claim_(place.evaluation.budget()) {}

 protected:
  Result<bool> produce(Series& result) override {
    if (input_ != nullptr) {
      if (Result<void> folded = foldInput(); !folded) return std::unexpected(folded.error());
      input_ = nullptr;
    }
    if (next_ == groups_.size()) return false;
    Group& group = groups_[next_];
    group.fold.finish(result);
    result.labels = index_.labels(next_++);
    result.drop_name = group.dropped_name.of(result);
    return true;
  }

 private:
  struct Group {
    explicit Group(const AggregationContext& context) : fold(context) {}
    Fold fold;
    DroppedName dropped_name;
  };

  Result<void> foldInput() {
    Series series;
    while (true) {
      const Result<bool> more = input_->next(series);
      if (!more) return std::unexpected(more.error());
      if (!*more) return {};
      if (series.density == Density::kEmpty && !holdsHistogram(series)) continue;
      add(series);
    }
  }

  void add(const Series& series) {
    const std::size_t number = index_.of(series.labels);
    if (number == groups_.size()) {
      claim_.add(sizeof(Group) + StepSet::bytes(steps()));  // folds keep at most one set of steps
      groups_.emplace_back(context_);
    }
    Group& group = groups_[number];
    const auto seen = [&group](std::size_t step) { return group.fold.seen(step); };
    group.dropped_name.before(series, steps(), context_.budget(), seen);
    group.fold.add(series);
    group.dropped_name.after(series, seen);
  }

  const AggregationContext context_;
  OperatorPtr input_;  // null once folded
  GroupIndex index_;
  MemoryClaim claim_;
  std::vector<Group> groups_;
  std::size_t next_ = 0;
};

}  // namespace prome::engine
