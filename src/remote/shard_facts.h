// ShardFacts and FleetRelease: what probes have told of the servers behind a shard, and of all of them.
//
// Written by the prober, read by every loop and by /metrics: thread-safe. Nothing here is needed to route a
// query; what is not known yet is simply absent. The last answer stays when a later probe fails.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "model/dialect.h"
#include "remote/build_info.h"

namespace prome::remote {

/// Distinct values of a routing label that are counted in a shard's own series; more are not told apart.
inline constexpr std::size_t kMaxForeignValues = 1'000;
/// Of them, those that are kept to be shown, and the bytes of each that are.
inline constexpr std::size_t kShownForeignValues = 3;
inline constexpr std::size_t kShownForeignBytes = 128;

/// A routing label, and the values that a shard's own series carry although they should not carry it at all.
struct ForeignLabel {
  std::string name;
  std::size_t values = 0;          // up to kMaxForeignValues
  std::vector<std::string> first;  // up to kShownForeignValues

  friend bool operator==(const ForeignLabel&, const ForeignLabel&) = default;
};

class ShardFacts {
 public:
  explicit ShardFacts(std::size_t replica_count) : replicas_(replica_count) {}

  void setBuildInfo(std::size_t replica, BuildInfo info);
  std::optional<BuildInfo> buildInfo(std::size_t replica) const;
  std::size_t replicaCount() const { return replicas_.size(); }

  /// `labels`: every routing label that was asked for, those without values too.
  void setForeignLabels(std::size_t replica, std::vector<ForeignLabel> labels);
  /// Every routing label that was asked for, with the most values that a replica has of it.
  std::vector<ForeignLabel> foreignLabels() const;

 private:
  struct OfReplica {
    std::optional<BuildInfo> build_info;
    std::vector<ForeignLabel> labels;
  };

  mutable std::mutex mutex_;
  std::vector<OfReplica> replicas_;
};

/// The newest release of Prometheus among the replicas of a fleet.
class FleetRelease {
 public:
  /// Takes a replica's answer into account if it is newer than all before.
  void raise(const BuildInfo& info);
  /// Forgets all, to be raised anew: a replica has become older.
  void clear();

  /// Costs one load.
  std::optional<Version> version() const;
  /// What the newest replica says of itself; nothing where no release is known.
  std::optional<BuildInfo> buildInfo() const;

 private:
  std::atomic<std::uint64_t> packed_{0};  // the version's three numbers; 0: unknown
  mutable std::mutex mutex_;
  std::optional<BuildInfo> newest_;
};

/// Which rules a fleet's queries follow where it is to be found out: those of its newest release, and 3.x
/// where none is known.
model::Dialect dialectOf(const FleetRelease& release);

}  // namespace prome::remote
