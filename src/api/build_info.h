// What status/buildinfo answers. Pure.
//
// Clients choose what they ask by the version (Grafana, other routers), so it is that of one of the shards,
// as one Prometheus would answer: the newest of those whose rules the router follows. The router's own stands
// beside it.
#pragma once

#include <string>
#include <string_view>

#include "api/snapshot.h"

namespace prome::api {

/// The release told while no shard's is known: what either kind of client request works with.
inline constexpr std::string_view kAssumedPrometheus2 = "2.42.0";
inline constexpr std::string_view kAssumedPrometheus3 = "3.0.0";

/// The data of the answer, JSON.
std::string buildInfoData(const Snapshot& snapshot);

}  // namespace prome::api
