// Limits, timeouts and the address of the HTTP server. Defaults are fit for a router in front of Grafana.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace prome::http {

struct ServerOptions {
  std::string listen_addr =
      ":9097";               // `host:port`, `:port` (all addresses), `[::1]:port`; port 0 picks a free one
  std::string route_prefix;  // empty or `/prefix`: the endpoints are served below it
  unsigned threads = 0;      // event loops; 0: one a core
  std::size_t max_head_bytes = (1u << 20) + 4096;  // request line and fields; over it 431
  std::size_t max_body_bytes = 10u << 20;  // request body; a larger one is dropped, as Prometheus drops it
  std::size_t max_connections = 50'000;    // over it a new connection is answered 503 and closed
  std::chrono::milliseconds idle_timeout{300'000};  // between requests of a kept-alive connection
  std::chrono::milliseconds read_timeout{30'000};   // from the first byte of a request to its last
  std::chrono::milliseconds write_timeout{
      60'000};  // a client that takes no byte of an answer for so long is cut
  std::chrono::milliseconds drain_timeout{30'000};  // after SIGTERM, before requests in flight are cut
  bool compress = true;                             // gzip answers for clients that accept it

  friend bool operator==(const ServerOptions&, const ServerOptions&) = default;
};

}  // namespace prome::http
