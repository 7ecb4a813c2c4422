#include "engine/one_side.h"

#include <algorithm>
#include <utility>

namespace prome::engine {

OneSide::OneSide(const Place& place, const MatchKey& key, std::optional<double> fill)
    : place_(place), key_(key), steps_(place.grid.steps()), fill_(fill), claim_(place.evaluation.budget()) {}

Result<void> OneSide::read(Operator& input) {
  while (true) {
    Series series;
    const Result<bool> more = input.next(series);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
    add(std::move(series));
  }
  if (fill_) {
    for (Group& group : groups_) fill(group);
  }
  return {};
}

void OneSide::add(Series series) {
  StepSet present(series, steps_);
  if (present.none()) return;
  claim_.add(sizeof(model::Labels) + sizeof(Ordinal));
  const auto index = static_cast<SeriesIndex>(labels_.size());
  const MatchGroups::Found found = groups_by_key_.findOrAdd(key_.of(series.labels));
  labels_.push_back(series.labels);
  group_of_.push_back(found.ordinal);
  if (found.is_new) {
    claim_.add(sizeof(Group) + StepSet::bytes(steps_));
    groups_.push_back(
        {std::move(series.floats), std::move(series.histograms), std::move(present), index, {}});
  } else {
    lay(groups_[found.ordinal], index, series);
  }
}

// Series come in the order Prometheus looks at them, so the first clash of a step is the one it reports.
void OneSide::lay(Group& group, SeriesIndex index, Series& series) {
  if (group.owners.empty()) {
    claim_.add(steps_ * sizeof(SeriesIndex));
    group.owners.assign(steps_, group.first);
  }
  for (std::size_t step = 0; step < steps_; ++step) {
    if (!series.present(step)) continue;
    if (group.present.has(step)) {
      clashes_.try_emplace(step, Clash{group.owners[step], index});
      continue;
    }
    if (series.hasFloat(step)) {
      if (group.floats.empty()) group.floats = place_.evaluation.columns().absent(steps_);
      group.floats[step] = series.floats[step];
    } else {
      if (group.histograms.empty()) group.histograms = place_.evaluation.columns().histograms(steps_);
      group.histograms[step] = std::move(series.histograms[step]);
    }
    group.owners[step] = index;
    group.present.insert(step);
  }
}

void OneSide::fill(Group& group) {
  if (group.floats.empty()) group.floats = place_.evaluation.columns().absent(steps_);
  for (std::size_t step = 0; step < steps_; ++step) {
    if (!group.present.has(step)) group.floats[step] = *fill_;
  }
}

OneSide::Ordinal OneSide::findOrFill(const model::Labels& key) {
  const MatchGroups::Found found = groups_by_key_.findOrAdd(key);
  if (found.is_new) {
    claim_.add(sizeof(Group) + StepSet::bytes(steps_));
    groups_.push_back({{}, {}, StepSet(steps_), 0, {}});
    if (all_filled_.empty()) {
      all_filled_ = place_.evaluation.columns().uninitialized(steps_);
      std::ranges::fill(all_filled_.values(), *fill_);
    }
  }
  return found.ordinal;
}

Values OneSide::values(Ordinal ordinal) const {
  const Group& group = groups_[ordinal];
  if (group.floats.empty() && group.histograms.empty()) return {all_filled_.values(), {}};
  return {group.floats.values(), group.histograms};
}

StepSet OneSide::ownedBy(SeriesIndex series) const {
  const Group& group = groups_[group_of_[series]];
  StepSet owned = group.present;
  if (group.owners.empty()) return owned;
  group.present.forEach([&](std::size_t step) {
    if (group.owners[step] != series) owned.erase(step);
  });
  return owned;
}

// 2.x names the later series first, 3.x the one whose labels come first.
std::string OneSide::describe(const Clash& clash, std::string_view hand) const {
  const model::Labels* first = &labels_[clash.later];
  const model::Labels* second = &labels_[clash.earlier];
  if (place_.evaluation.is3x() && *second < *first) std::swap(first, second);
  return "found duplicate series for the match group " + key_.of(*first).toString() + " on the " +
         std::string(hand) + " hand-side of the operation: [" + first->toString() + ", " +
         second->toString() +
         "];many-to-many matching not allowed: matching labels must be unique on one side";
}

}  // namespace prome::engine
