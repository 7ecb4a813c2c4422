// Timeouts and limits of requests to shards.
#pragma once

#include <chrono>
#include <cstddef>

namespace prome::remote {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{2'000};
  std::chrono::milliseconds first_byte_timeout{
      120'000};                                    // from the request sent to the first byte of the answer
  std::chrono::milliseconds idle_timeout{30'000};  // between two bytes of an answer
  std::chrono::milliseconds pool_idle_timeout{
      60'000};                                    // an unused kept-alive connection is closed after this
  std::size_t max_idle_connections = 256;         // kept per replica and event loop
  std::size_t max_head_bytes = 64u << 10;         // response status line and fields
  std::chrono::milliseconds down_backoff{2'000};  // an unreachable replica is tried last for so long

  friend bool operator==(const ClientOptions&, const ClientOptions&) = default;
};

}  // namespace prome::remote
