// Snapshot: everything a request needs of the configuration, immutable.
//
// A reload makes a new one and hands it to every loop; requests in flight keep the one they started with.
// What probes tell of the fleet changes below it; it is read anew by each request that needs it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/query_options.h"
#include "model/dialect.h"
#include "remote/client_options.h"
#include "remote/probe_options.h"
#include "remote/replica.h"
#include "topology/shard_map.h"

namespace prome::api {

struct Snapshot {
  explicit Snapshot(std::vector<topology::ShardSet> sets) : shards(std::move(sets)) {}

  topology::ShardMap shards;
  std::shared_ptr<const remote::Fleet> fleet;  // by ShardId
  QueryOptions query;
  remote::ClientOptions client;
  remote::ProbeOptions probe;
  bool access_log = false;
  std::string yaml;  // for status/config

  /// The rules that what the router evaluates follows: the setting's, else the newest shard's; 3.x while none
  /// is known. May change from one call to the next; a query asks once.
  model::Dialect dialect() const;
};

using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace prome::api
