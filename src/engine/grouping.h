// Groups of an aggregation: the labels that tell them apart and the number each set of labels has.
//
// Used by one thread, for one evaluation; the expression must outlive it.
#pragma once

#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/memory_budget.h"
#include "model/labels.h"
#include "promql/ast.h"

namespace prome::engine {

/// What `by` and `without` keep of a series' labels. `without` takes the metric name off as well.
class Grouping {
 public:
  explicit Grouping(const promql::AggregateExpr& aggregate);

  model::Labels of(const model::Labels& series) const;
  bool isWithout() const { return without_; }
  bool names(std::string_view label) const;

  /// From here on `label` is in no group's labels: count_values writes it anew.
  void leaveOut(std::string_view label);

 private:
  bool without_;
  std::vector<std::string_view> names_;  // sorted; those to keep, or those to drop
};

/// Numbers groups from 0 in the order in which their first series come.
class GroupIndex {
 public:
  GroupIndex(const promql::AggregateExpr& aggregate, MemoryBudget& budget)
      : grouping_(aggregate), claim_(budget) {}
  GroupIndex(Grouping grouping, MemoryBudget& budget) : grouping_(std::move(grouping)), claim_(budget) {}

  /// The group of a series; equal to size() as it was before where the group is new.
  std::size_t of(const model::Labels& series);
  std::size_t size() const { return groups_.size(); }
  const model::Labels& labels(std::size_t group) const { return groups_[group]; }

 private:
  Grouping grouping_;
  MemoryClaim claim_;
  std::unordered_map<model::Labels, std::size_t, model::LabelsHash> numbers_;
  std::vector<model::Labels> groups_;
};

}  // namespace prome::engine
