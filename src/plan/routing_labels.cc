#include "plan/routing_labels.h"

#include <algorithm>
#include <unordered_set>

namespace prome::plan {

using topology::ShardId;

RoutingLabels::RoutingLabels(const topology::ShardMap& shards) : shards_(shards) {
  for (const auto& set : shards.sets())
    names_.insert(names_.end(), set.routing_labels.begin(), set.routing_labels.end());
  std::ranges::sort(names_);
  names_.erase(std::ranges::unique(names_).begin(), names_.end());
  if (names_.size() > 64) names_.resize(64);
}

RoutingMask RoutingLabels::bit(std::string_view name) const {
  const auto at = std::ranges::find(names_, name);
  return at == names_.end() ? 0 : RoutingMask{1} << (at - names_.begin());
}

RoutingMask RoutingLabels::among(std::span<const std::string_view> names) const {
  RoutingMask mask = 0;
  for (const auto name : names) mask |= bit(name);
  return mask;
}

RoutingMask RoutingLabels::labelsOf(ShardId id) const {
  RoutingMask mask = 0;
  for (const auto& [name, value] : shards_.routingLabels(id)) mask |= bit(name);
  return mask;
}

bool RoutingLabels::allDiffer(const std::vector<ShardId>& ids, RoutingMask mask) const {
  for (const ShardId id : ids) mask &= labelsOf(id);
  if (mask == 0) return false;
  std::unordered_set<std::string> seen;
  for (const ShardId id : ids) {
    std::string values;
    for (const auto& [name, value] : shards_.routingLabels(id)) {
      if ((bit(name) & mask) != 0) values.append(value).push_back('\xff');  // in no UTF-8 text
    }
    if (!seen.insert(std::move(values)).second) return false;
  }
  return true;
}

bool RoutingLabels::tellApart(const ShardIds& ids, RoutingMask mask) {
  if (ids->size() <= 1) return true;
  if (mask == 0) return false;
  const auto [entry, is_new] = remembered_.try_emplace({ids.get(), mask}, false);
  if (is_new) entry->second = allDiffer(*ids, mask);
  return entry->second;
}

}  // namespace prome::plan
