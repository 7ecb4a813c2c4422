// Replica and RemoteShard: the servers behind a shard, as the request path sees them.
//
// Built once per configuration and shared, read-only but for ReplicaHealth and what probes tell, by all event
// loops. A replica that is unchanged across a reload is the same object, so health and pooled connections
// live on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "http/asio.h"
#include "remote/client_options.h"
#include "remote/shard_facts.h"
#include "topology/shard.h"

namespace boost::asio::ssl {
class context;
}

namespace prome::remote {

/// What requests have told about a replica. Lock-free; written by every loop.
class ReplicaHealth {
 public:
  /// True if the replica is not known to be unreachable at `now`.
  bool up(http::Clock::time_point now) const {
    return now.time_since_epoch().count() >= down_until_.load(std::memory_order_relaxed);
  }
  void markDown(http::Clock::time_point until) {
    down_until_.store(until.time_since_epoch().count(), std::memory_order_relaxed);
  }
  void markUp() {
    if (down_until_.load(std::memory_order_relaxed) == 0) return;
    down_until_.store(0, std::memory_order_relaxed);
    comebacks_.fetch_add(1, std::memory_order_relaxed);
  }
  /// How often it answered again after it had been down: it may be another server now.
  std::uint32_t comebacks() const { return comebacks_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> down_until_{0};
  std::atomic<std::uint32_t> comebacks_{0};
};

struct Replica {
  std::uint32_t id = 0;  // dense and unique in the process: index of per-loop pools
  topology::Endpoint endpoint;
  topology::RequestOptions request;
  std::string fixed_fields;  // complete header lines sent with every request: Host, configured headers, ...
  std::shared_ptr<boost::asio::ssl::context> tls;  // set iff the endpoint is https
  mutable ReplicaHealth health;

  bool loopback() const;
};

/// One shard and its replicas, in order of preference.
struct RemoteShard {
  topology::Shard shard;
  std::vector<std::shared_ptr<const Replica>> replicas;
  std::shared_ptr<ShardFacts> facts;  // what probes have told

  /// The order to ask the replicas in: those believed up first, else as listed. Empty if that is as listed.
  std::vector<std::size_t> byHealth(http::Clock::time_point now) const;
};

/// All shards of a configuration; the index is topology::ShardId.
struct Fleet {
  std::vector<RemoteShard> shards;
  mutable FleetRelease release;  // the newest of all shards' facts
};

/// Makes the fleet's release what its shards' facts say now.
void refreshRelease(const Fleet& fleet);

/// Builds the fleet for `shards`; replicas equal to one of `previous` (may be null) are taken over from it,
/// and the facts of shards that are wholly equal. Fails where a certificate or key file cannot be used; the
/// message names the file.
Result<std::shared_ptr<const Fleet>> buildFleet(const std::vector<topology::Shard>& shards,
                                                const Fleet* previous);

}  // namespace prome::remote
