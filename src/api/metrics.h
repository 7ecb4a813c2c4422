// What the router tells about itself on /metrics.
//
// Created once; shared by all loops. Metrics of endpoints exist from the start, those of shards from their
// first use.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "telemetry/registry.h"

namespace prome::api {

enum class Endpoint : std::uint8_t {
  kQuery,
  kQueryRange,
  kSeries,
  kExplain,
  kFormatQuery,
  kParseQuery,
  kStatus,
  kHealth,
  kReload,
  kMetrics,
  kVerification,  // a query that the router asks itself to verify an answer
  kOther,
};
inline constexpr std::size_t kEndpointCount = 12;

enum class Decision : std::uint8_t { kShard, kAnyShard, kLocal, kPlanned, kRefused, kInvalid };
inline constexpr std::size_t kDecisionCount = 6;

/// The value of the `handler` label, e.g. "/api/v1/query".
std::string_view endpointName(Endpoint endpoint);

class Metrics {
 public:
  struct OfShard {
    prometheus::Histogram* duration;
    prometheus::Counter* bytes;
    prometheus::Counter* foreign_labels;
    prometheus::Counter* misplaced_series;
    prometheus::Gauge* in_flight;
    prometheus::Counter* ok;      // 2xx
    prometheus::Counter* errors;  // an error status of the shard's own
    prometheus::Counter* failed;  // no answer, or a broken one
  };

  explicit Metrics(telemetry::Registry& registry);

  void requestStarted(Endpoint endpoint) { in_flight_[index(endpoint)]->Increment(); }
  void requestEnded(Endpoint endpoint, int status, double seconds, std::uint64_t bytes);
  void decided(Decision decision) { decisions_[static_cast<std::size_t>(decision)]->Increment(); }
  void answeredPartially() { partial_answers_->Increment(); }
  void reloaded(bool good);
  /// The metrics of the shard called `name`; valid as long as this object.
  OfShard& ofShard(const std::string& name);

 private:
  static std::size_t index(Endpoint endpoint) { return static_cast<std::size_t>(endpoint); }
  prometheus::Counter& requests(Endpoint endpoint, int status);

  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Counter>& shard_requests_;
  prometheus::Family<prometheus::Histogram>& shard_duration_;
  prometheus::Family<prometheus::Counter>& shard_bytes_;
  prometheus::Family<prometheus::Counter>& shard_foreign_;
  prometheus::Family<prometheus::Counter>& shard_misplaced_;
  prometheus::Family<prometheus::Gauge>& shard_in_flight_;
  std::array<prometheus::Histogram*, kEndpointCount> duration_{};
  std::array<prometheus::Counter*, kEndpointCount> bytes_{};
  std::array<prometheus::Gauge*, kEndpointCount> in_flight_{};
  std::array<prometheus::Counter*, kEndpointCount> ok_{};
  std::array<prometheus::Counter*, kDecisionCount> decisions_{};
  prometheus::Counter* partial_answers_ = nullptr;
  prometheus::Gauge* reload_good_ = nullptr;
  prometheus::Gauge* reload_time_ = nullptr;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<OfShard>> shards_;
};

}  // namespace prome::api
