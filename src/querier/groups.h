// Groups: the merged series of a leaf by their labels, in the order in which they came.
//
// Used by one thread.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "engine/memory_budget.h"
#include "model/labels.h"

namespace prome::querier {

template <class Group>
class Groups {
 public:
  explicit Groups(engine::MemoryBudget& budget) : claim_(budget) {}

  /// The group with `labels`, made where there is none.
  Group& of(const model::Labels& labels) {
    const auto [entry, is_new] = numbers_.try_emplace(labels, groups_.size());
    if (is_new) {
      claim_.add(sizeof(Group) + labels.bytes().size() + kEntryBytes);
      groups_.emplace_back();
      labels_.push_back(labels);
    }
    return groups_[entry->second];
  }

  std::size_t size() const { return groups_.size(); }
  Group& operator[](std::size_t number) { return groups_[number]; }
  const model::Labels& labels(std::size_t number) const { return labels_[number]; }

 private:
  static constexpr std::size_t kEntryBytes = 64;  // what an entry of the table takes, about

  engine::MemoryClaim claim_;
  std::unordered_map<model::Labels, std::size_t, model::LabelsHash> numbers_;
  std::deque<Group> groups_;
  std::vector<model::Labels> labels_;
};

}  // namespace prome::querier
