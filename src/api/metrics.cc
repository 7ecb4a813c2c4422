#include "api/metrics.h"

#include <chrono>

#include "base/version.h"

namespace prome::api {
namespace {

constexpr std::array<std::string_view, kDecisionCount> kDecisions = {"shard",   "any_shard", "local",
                                                                     "planned", "refused",   "invalid"};

}  // namespace

std::string_view endpointName(Endpoint endpoint) {
  switch (endpoint) {
    case Endpoint::kQuery:
      return "/api/v1/query";
    case Endpoint::kQueryRange:
      return "/api/v1/query_range";
    case Endpoint::kSeries:
      return "/api/v1/series";
    case Endpoint::kExplain:
      return "/api/v1/explain";
    case Endpoint::kFormatQuery:
      return "/api/v1/format_query";
    case Endpoint::kParseQuery:
      return "/api/v1/parse_query";
    case Endpoint::kStatus:
      return "/api/v1/status";
    case Endpoint::kHealth:
      return "/-/health";
    case Endpoint::kReload:
      return "/-/reload";
    case Endpoint::kMetrics:
      return "/metrics";
    case Endpoint::kVerification:
      return "verification";
    case Endpoint::kOther:
      return "other";
  }
  return "other";
}

Metrics::Metrics(telemetry::Registry& registry)
    : requests_(registry.counters("prome_route_http_requests_total",
                                  "Requests answered, by handler and status code.")),
      shard_requests_(registry.counters(
          "prome_route_shard_requests_total",
          "Requests to shards: ok, error (the shard's own error status), failed (no or a broken answer).")),
      shard_duration_(registry.histograms("prome_route_shard_request_duration_seconds",
                                          "Time from asking a shard to the last byte of its answer.")),
      shard_bytes_(registry.counters("prome_route_shard_response_bytes_total",
                                     "Bytes of shards' answers, heads included.")),
      shard_foreign_(
          registry.counters("prome_route_shard_foreign_labels_total",
                            "Series answered by a shard that carried a routing label of their own.")),
      shard_misplaced_(registry.counters(
          "prome_route_shard_misplaced_series_total",
          "Series sent out of the order of their labels: too much would have had to be held back.")),
      shard_in_flight_(registry.gauges("prome_route_shard_requests_in_flight",
                                       "Requests to shards not yet answered whole.")) {
  auto& duration = registry.histograms("prome_route_http_request_duration_seconds",
                                       "Time from a request's last byte to its answer's last byte.");
  auto& bytes =
      registry.counters("prome_route_http_response_bytes_total", "Bytes of answers, heads included.");
  auto& in_flight =
      registry.gauges("prome_route_http_requests_in_flight", "Requests not yet answered whole.");
  for (std::size_t i = 0; i < kEndpointCount; ++i) {
    const auto endpoint = static_cast<Endpoint>(i);
    const std::map<std::string, std::string> labels = {{"handler", std::string(endpointName(endpoint))}};
    duration_[i] = &duration.Add(labels, telemetry::durationBuckets());
    bytes_[i] = &bytes.Add(labels);
    in_flight_[i] = &in_flight.Add(labels);
    ok_[i] = &requests(endpoint, 200);
  }
  auto& decisions = registry.counters(
      "prome_route_routing_decisions_total",
      "Where queries went: shard, any_shard, local, planned (several shards), refused (too many), invalid.");
  for (std::size_t i = 0; i < kDecisionCount; ++i)
    decisions_[i] = &decisions.Add({{"decision", std::string(kDecisions[i])}});
  registry.gauges("prome_route_build_info", "Always 1; the labels tell what was built.")
      .Add({{"version", std::string(kVersion)},
            {"revision", std::string(kRevision)},
            {"compiler", std::string(kCompiler)}})
      .Set(1);
  partial_answers_ = &registry
                          .counters("prome_route_partial_answers_total",
                                    "Answers without some of the shards they asked for.")
                          .Add({});
  reload_good_ = &registry
                      .gauges("prome_route_config_last_reload_successful",
                              "Whether the last configuration reload was successful.")
                      .Add({});
  reload_time_ = &registry
                      .gauges("prome_route_config_last_reload_success_timestamp_seconds",
                              "Time of the last successful configuration load.")
                      .Add({});
}

prometheus::Counter& Metrics::requests(Endpoint endpoint, int status) {
  return requests_.Add({{"handler", std::string(endpointName(endpoint))}, {"code", std::to_string(status)}});
}

void Metrics::requestEnded(Endpoint endpoint, int status, double seconds, std::uint64_t bytes) {
  in_flight_[index(endpoint)]->Decrement();
  duration_[index(endpoint)]->Observe(seconds);
  bytes_[index(endpoint)]->Increment(static_cast<double>(bytes));
  (status == 200 ? *ok_[index(endpoint)] : requests(endpoint, status)).Increment();
}

void Metrics::reloaded(bool good) {
  reload_good_->Set(good ? 1 : 0);
  if (!good) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  reload_time_->Set(std::chrono::duration<double>(now).count());
}

Metrics::OfShard& Metrics::ofShard(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto& entry = shards_[name];
  if (entry != nullptr) return *entry;
  const std::map<std::string, std::string> labels = {{"shard", name}};
  const auto outcome = [&](const char* what) {
    return &shard_requests_.Add({{"shard", name}, {"outcome", what}});
  };
  entry = std::make_unique<OfShard>(OfShard{
      .duration = &shard_duration_.Add(labels, telemetry::durationBuckets()),
      .bytes = &shard_bytes_.Add(labels),
      .foreign_labels = &shard_foreign_.Add(labels),
      .misplaced_series = &shard_misplaced_.Add(labels),
      .in_flight = &shard_in_flight_.Add(labels),
      .ok = outcome("ok"),
      .errors = outcome("error"),
      .failed = outcome("failed"),
  });
  return *entry;
}

}  // namespace prome::api
