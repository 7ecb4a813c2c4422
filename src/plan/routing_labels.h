// RoutingLabels: the names of all shard sets' routing labels, and which of them tell given shards apart.
//
// Made for one plan; remembers its answers. Not thread-safe. The ShardMap must outlive it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "topology/shard_map.h"

namespace prome::plan {

/// A set of routing labels of a whole map: bit i is name i of RoutingLabels. Names beyond the 64th are in no
/// mask; they never tell shards apart.
using RoutingMask = std::uint64_t;
inline constexpr RoutingMask kAllLabels = ~RoutingMask{0};

/// Ascending, without duplicates; shared between the nodes that touch the same shards.
using ShardIds = std::shared_ptr<const std::vector<topology::ShardId>>;

class RoutingLabels {
 public:
  explicit RoutingLabels(const topology::ShardMap& shards);

  /// The bit of `name`, 0 where it is no routing label of any shard.
  RoutingMask bit(std::string_view name) const;
  RoutingMask among(std::span<const std::string_view> names) const;

  /// Do no two of `ids` have equal values of the labels in `mask`? Labels that are routing labels of some of
  /// the shards only are not looked at: the others' series may have any value of theirs.
  bool tellApart(const ShardIds& ids, RoutingMask mask);

 private:
  RoutingMask labelsOf(topology::ShardId id) const;
  bool allDiffer(const std::vector<topology::ShardId>& ids, RoutingMask mask) const;

  const topology::ShardMap& shards_;
  std::vector<std::string> names_;
  std::map<std::pair<const void*, RoutingMask>, bool> remembered_;
};

}  // namespace prome::plan
