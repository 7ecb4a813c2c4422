// Routing is an intersection of id lists.
//
// Each set keeps, for each of its routing labels, the shards by value. An `=` matcher is one hash look-up and
// yields the list itself. Any other matcher is evaluated against the distinct values once, and the union of
// the lists it accepts is remembered under (set, label, type, value), so that a dashboard's regular
// expression costs a look-up too.
#include "topology/shard_map.h"

#include <algorithm>
#include <cassert>

#include "model/regex.h"

namespace prome::topology {

using promql::LabelMatcher;
using promql::MatchType;

bool accepts(const LabelMatcher& matcher, std::string_view value) {
  switch (matcher.type) {
    case MatchType::kEqual:
      return value == matcher.value;
    case MatchType::kNotEqual:
      return value != matcher.value;
    case MatchType::kRegexp:
    case MatchType::kNotRegexp:
      break;
  }
  const auto regex = model::cachedRegex(matcher.value);
  assert(regex.has_value());
  return regex.has_value() && (*regex)->matches(value) == (matcher.type == MatchType::kRegexp);
}

ShardMap::ShardMap(std::vector<ShardSet> sets) : sets_(std::move(sets)) {
  for (const ShardSet& set : sets_) {
    SetIndex index;
    for (const std::string& name : set.routing_labels) index.labels.push_back({.name = name, .by_value = {}});
    for (const Shard& shard : set.shards) {
      const auto id = static_cast<ShardId>(shards_.size());
      Entry entry{.shard = &shard, .labels = {}};
      for (LabelIndex& label : index.labels) {
        const auto own = std::ranges::find(shard.external_labels, label.name, &LabelPairs::value_type::first);
        const std::string value = own == shard.external_labels.end() ? "" : own->second;
        entry.labels.emplace_back(label.name, value);
        label.by_value[value].push_back(id);
      }
      std::ranges::sort(entry.labels);
      any_time_bounds_ = any_time_bounds_ || !shard.times.unbounded();
      shards_.push_back(std::move(entry));
      index.all.push_back(id);
    }
    indexes_.push_back(std::move(index));
  }
}

bool ShardMap::isRoutingLabel(ShardId id, std::string_view name) const {
  return std::ranges::any_of(shards_[id].labels, [&](const auto& label) { return label.first == name; });
}

std::shared_ptr<const ShardMap::Ids> ShardMap::evaluate(const LabelIndex& label,
                                                        const LabelMatcher& matcher) const {
  auto ids = std::make_shared<Ids>();
  for (const auto& [value, of_value] : label.by_value) {
    if (accepts(matcher, value)) ids->insert(ids->end(), of_value.begin(), of_value.end());
  }
  std::ranges::sort(*ids);
  return ids;
}

ShardList ShardMap::select(const LabelIndex& label, std::size_t set_number,
                           const LabelMatcher& matcher) const {
  if (matcher.type == MatchType::kEqual) {
    const auto found = label.by_value.find(matcher.value);
    return found == label.by_value.end() ? ShardList() : ShardList(found->second);
  }
  std::string key = std::to_string(set_number);
  key.append(1, static_cast<char>('0' + static_cast<int>(matcher.type))).append(label.name).append(1, '\xFF');
  key.append(matcher.value);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = remembered_.find(key); found != remembered_.end()) return ShardList(found->second);
  }
  auto ids = evaluate(label, matcher);
  const std::lock_guard lock(mutex_);
  if (remembered_.size() >= kMaxRememberedMatchers || remembered_ids_ + ids->size() > kMaxRememberedIds) {
    remembered_.clear();
    remembered_ids_ = 0;
  }
  if (remembered_.emplace(std::move(key), ids).second) remembered_ids_ += ids->size();
  return ShardList(std::move(ids));
}

ShardList ShardMap::routeInSet(const SetIndex& set, std::size_t set_number,
                               std::span<const LabelMatcher> matchers) const {
  ShardList result(set.all);
  bool narrowed = false;
  for (const LabelMatcher& matcher : matchers) {
    const auto label = std::ranges::find(set.labels, matcher.name, &LabelIndex::name);
    if (label == set.labels.end()) continue;
    ShardList selected = select(*label, set_number, matcher);
    if (!narrowed) {
      result = std::move(selected);
      narrowed = true;
      continue;
    }
    auto both = std::make_shared<Ids>();
    std::ranges::set_intersection(result.ids(), selected.ids(), std::back_inserter(*both));
    result = ShardList(std::move(both));
  }
  return result;
}

ShardList ShardMap::route(std::span<const LabelMatcher> matchers) const {
  if (indexes_.size() == 1) return routeInSet(indexes_[0], 0, matchers);
  auto all = std::make_shared<Ids>();
  for (std::size_t i = 0; i < indexes_.size(); ++i) {
    const ShardList part = routeInSet(indexes_[i], i, matchers);
    all->insert(all->end(), part.ids().begin(), part.ids().end());  // sets have ascending ids
  }
  return ShardList(std::move(all));
}

}  // namespace prome::topology
