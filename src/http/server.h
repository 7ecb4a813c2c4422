// The HTTP/1.1 server: one event loop a core, each with its own listening socket (SO_REUSEPORT).
//
// Life: construct, listen(), start(), run(), and drain() from any thread. The first loop runs on the thread
// that calls run(), the others on threads of their own: with one loop the process is single-threaded, which
// the kernel, malloc and stdio all reward.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "http/exchange.h"
#include "http/loop.h"
#include "http/server_options.h"

namespace prome::http {

/// Counted by the loops, read by anyone.
struct ServerStats {
  std::atomic<std::uint64_t> connections_accepted{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> connections_refused{0};  // over max_connections
  std::atomic<std::uint64_t> requests_malformed{0};
  std::atomic<std::uint64_t> request_bytes_buffered{0};
};

/// Memory that all requests not yet answered may hold together; over it a request is refused with 503.
inline constexpr std::uint64_t kMaxBufferedRequestBytes = 512u << 20;

class LoopServer;  // the part of the server that lives on one loop

class Server {
 public:
  using HandlerFactory = std::function<std::unique_ptr<Handler>(Loop&)>;

  explicit Server(const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Binds and listens on every loop. The error names the address.
  Result<void> listen();
  /// The port bound, e.g. when port 0 was asked for. Valid after listen().
  std::uint16_t port() const { return port_; }

  /// Prepares the loops and starts the threads of all but the first. The factory is called once a loop.
  void start(const HandlerFactory& factory);
  /// Runs the first loop until a drain has ended, then waits for the others.
  void run();
  /// Stops accepting, lets requests in flight finish (at most drain_timeout), closes idle connections.
  void drain();

  Loop& firstLoop();

  /// Runs `task` on every loop, from its thread.
  void postToAll(const std::function<void(Loop&)>& task);

  const ServerStats& stats() const { return stats_; }
  std::size_t loopCount() const { return loops_.size(); }

 private:
  ServerOptions options_;
  ServerStats stats_;
  std::uint16_t port_ = 0;
  std::vector<std::unique_ptr<LoopServer>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace prome::http
