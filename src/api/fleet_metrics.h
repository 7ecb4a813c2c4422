// What /metrics tells of the shards as probes found them. Pure functions of the fleet.
#pragma once

#include <prometheus/metric_family.h>

#include <vector>

#include "remote/prober.h"
#include "remote/replica.h"

namespace prome::api {

/// prome_route_replica_build_info, one a replica that told its version;
/// prome_route_shard_foreign_label_values, one for each routing label that a shard was asked for;
/// prome_route_probes_total. As many as are configured.
std::vector<prometheus::MetricFamily> fleetMetrics(const remote::Fleet& fleet,
                                                   const remote::ProbeStats& stats);

}  // namespace prome::api
