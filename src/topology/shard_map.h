// ShardMap: which shards can a selector touch?
//
// Built once from the shard sets and never changed; a new configuration makes a new map, and readers keep the
// old one for as long as they need it. Thread-safe: the memory of regular expressions is guarded by a mutex.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "promql/ast.h"
#include "topology/shard.h"

namespace prome::topology {

using ShardId = std::uint32_t;

/// Shards by id, ascending. Refers to the map's own lists where it can; the map must outlive it.
class ShardList {
 public:
  ShardList() = default;
  explicit ShardList(std::span<const ShardId> ids) : ids_(ids) {}
  explicit ShardList(std::shared_ptr<const std::vector<ShardId>> owned)
      : ids_(*owned), owned_(std::move(owned)) {}

  std::span<const ShardId> ids() const { return ids_; }
  bool empty() const { return ids_.empty(); }
  std::size_t size() const { return ids_.size(); }

 private:
  std::span<const ShardId> ids_;
  std::shared_ptr<const std::vector<ShardId>> owned_;
};

/// What a map remembers of matchers, in triples (label, type, value) and in shard ids listed; over either the
/// memory starts anew.
inline constexpr std::size_t kMaxRememberedMatchers = 4096;
inline constexpr std::size_t kMaxRememberedIds = 4u << 20;

class ShardMap {
 public:
  explicit ShardMap(std::vector<ShardSet> sets);

  std::size_t size() const { return shards_.size(); }
  const Shard& shard(ShardId id) const { return *shards_[id].shard; }
  const std::vector<ShardSet>& sets() const { return sets_; }
  /// The routing labels of the shard's set, sorted by name, with the shard's values ("" where it has none).
  const LabelPairs& routingLabels(ShardId id) const { return shards_[id].labels; }
  /// Does any shard have bounds in time?
  bool anyTimeBounds() const { return any_time_bounds_; }
  bool isRoutingLabel(ShardId id, std::string_view name) const;

  /// The shards whose routing labels all of `matchers` accept. Matchers on other labels accept every shard.
  /// Regular expressions must be valid (the parser has checked them).
  ShardList route(std::span<const promql::LabelMatcher> matchers) const;

 private:
  struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  template <class T>
  using ByString = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;
  using Ids = std::vector<ShardId>;

  /// The shards of one set, by the values of one routing label.
  struct LabelIndex {
    std::string name;
    ByString<Ids> by_value;
  };
  struct SetIndex {
    std::vector<LabelIndex> labels;
    Ids all;
  };
  struct Entry {
    const Shard* shard = nullptr;
    LabelPairs labels;
  };

  ShardList routeInSet(const SetIndex& set, std::size_t set_number,
                       std::span<const promql::LabelMatcher> matchers) const;
  ShardList select(const LabelIndex& label, std::size_t set_number,
                   const promql::LabelMatcher& matcher) const;
  std::shared_ptr<const Ids> evaluate(const LabelIndex& label, const promql::LabelMatcher& matcher) const;

  std::vector<ShardSet> sets_;
  std::vector<SetIndex> indexes_;
  std::vector<Entry> shards_;
  bool any_time_bounds_ = false;

  mutable std::mutex mutex_;
  mutable ByString<std::shared_ptr<const Ids>> remembered_;
  mutable std::size_t remembered_ids_ = 0;
};

/// True if `matcher` accepts `value`, by Prometheus' rules (anchored; a missing label is "").
bool accepts(const promql::LabelMatcher& matcher, std::string_view value);

}  // namespace prome::topology
