#include "api/fleet_metrics.h"

namespace prome::api {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily familyOf(const char* name, const char* help, MetricType type) {
  MetricFamily family;
  family.name = name;
  family.help = help;
  family.type = type;
  return family;
}

ClientMetric gauge(std::vector<ClientMetric::Label> labels, double value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  metric.gauge.value = value;
  return metric;
}

ClientMetric counter(const char* outcome, const std::atomic<std::uint64_t>& value) {
  ClientMetric metric;
  metric.label = {{"outcome", outcome}};
  metric.counter.value = static_cast<double>(value.load(std::memory_order_relaxed));
  return metric;
}

}  // namespace

std::vector<MetricFamily> fleetMetrics(const remote::Fleet& fleet, const remote::ProbeStats& stats) {
  auto builds = familyOf("prome_route_replica_build_info",
                         "Always 1; the version that a shard's replica tells.", MetricType::Gauge);
  auto foreign =
      familyOf("prome_route_shard_foreign_label_values",
               "Values of a routing label in a shard's own series, which should have none; up to 1000.",
               MetricType::Gauge);
  auto probes = familyOf("prome_route_probes_total", "Probes of replicas: ok, failed (not all was answered).",
                         MetricType::Counter);
  for (const remote::RemoteShard& shard : fleet.shards) {
    const std::string& name = shard.shard.name;
    for (std::size_t i = 0; i < shard.replicas.size(); ++i) {
      const auto info = shard.facts->buildInfo(i);
      if (!info) continue;
      builds.metric.push_back(gauge(
          {{"shard", name}, {"replica", shard.replicas[i]->endpoint.url()}, {"version", info->version}}, 1));
    }
    for (const auto& label : shard.facts->foreignLabels()) {
      foreign.metric.push_back(
          gauge({{"shard", name}, {"label", label.name}}, static_cast<double>(label.values)));
    }
  }
  probes.metric = {counter("ok", stats.answered), counter("failed", stats.failed)};
  std::vector<MetricFamily> out;
  for (auto* family : {&builds, &foreign, &probes}) {
    if (!family->metric.empty()) out.push_back(std::move(*family));
  }
  return out;
}

}  // namespace prome::api
