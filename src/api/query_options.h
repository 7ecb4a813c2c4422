// Limits and settings of the query endpoints.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace prome::api {

/// Which Prometheus' rules the router follows: the shards' own (of the newest), or one that is set.
enum class DialectChoice : std::uint8_t { kAuto, kPrometheus2, kPrometheus3 };

struct QueryOptions {
  std::chrono::milliseconds timeout{
      120'000};  // a whole query; a request's `timeout` parameter can only shorten it
  std::size_t max_query_bytes = 1u << 20;  // text of one expression; over it bad_data
  std::size_t max_in_flight = 4'096;       // queries at once; over it 503 unavailable
  DialectChoice dialect = DialectChoice::kAuto;

  friend bool operator==(const QueryOptions&, const QueryOptions&) = default;
};

}  // namespace prome::api
