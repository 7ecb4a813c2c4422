// ShardConnection: one TCP or TLS connection to a replica, and the per-loop pool of kept-alive ones.
//
// Belongs to one event loop. Whoever awaits on a connection must have armed a RequestGuard on its socket:
// every wait here is unbounded by itself.
#pragma once

#include <atomic>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "http/asio.h"
#include "http/loop.h"
#include "remote/client_options.h"
#include "remote/name_resolver.h"
#include "remote/replica.h"

namespace prome::remote {

class ShardConnection;

/// Bounds the waits of one request: aborts the guarded connection when its deadline passes or the client is
/// gone.
class RequestGuard final : public http::Watch {
 public:
  using http::Watch::Watch;

  void guard(ShardConnection* connection) { connection_ = connection; }
  /// Forgets an earlier firing; the next wait is judged by itself.
  void reset() { fired_.reset(); }
  /// Why it fired, if it did since reset().
  const std::optional<Cause>& fired() const { return fired_; }

 private:
  void fire(Cause cause) override;

  ShardConnection* connection_ = nullptr;
  std::optional<Cause> fired_;
};

class ShardConnection {
 public:
  ShardConnection(http::Loop& loop, NameResolver& resolver, std::shared_ptr<const Replica> replica);

  /// Looks the replica's addresses up. Returns "" or why it failed. A loop makes one look-up at a time.
  http::Awaitable<std::string> resolve();
  /// Resolves, if that is not done, connects and, for https, shakes hands. Returns "" or why it failed.
  http::Awaitable<std::string> connect();
  /// Sends what of `text` the socket takes at once and removes it. False when the connection is broken.
  bool tryWrite(std::string_view& text);
  /// Sends all of `text`. False when the connection is broken.
  http::Awaitable<bool> write(std::string_view text);
  /// Reads at least one byte, or reports the error (eof included).
  http::Awaitable<std::tuple<http::ErrorCode, std::size_t>> read(std::span<char> room);
  /// Closes the connection; whatever waits on it fails soon.
  void abort();

  const Replica& replica() const { return *replica_; }
  /// True if the peer has closed or sent something unasked while the connection was idle.
  bool stale();
  bool reused() const { return reused_; }

 private:
  friend class ConnectionPool;
  using Tcp = http::asio::ip::tcp;

  struct Tls {
    explicit Tls(http::Executor executor, boost::asio::ssl::context& context)
        : socket(executor), stream(socket, context) {}

    http::TcpSocket socket;
    boost::asio::ssl::stream<http::TcpSocket&> stream;
  };

  http::Awaitable<http::ErrorCode> connectTo(const Tcp::endpoint& address);
  http::Awaitable<std::string> handshake();
  int fd();

  http::Loop& loop_;
  NameResolver& resolver_;
  std::optional<http::Socket> plain_;
  std::unique_ptr<Tls> tls_;
  NameQuery* query_ = nullptr;  // while resolving
  std::vector<Tcp::endpoint> addresses_;
  bool aborted_ = false;
  std::shared_ptr<const Replica> replica_;
  http::Clock::time_point idle_since_{};
  bool reused_ = false;
};

/// Kept-alive connections of one loop, by replica; the warmest is handed out first. Idle ones are closed in
/// time.
class ConnectionPool final : private http::Watch {
 public:
  ConnectionPool(http::Loop& loop, const ClientOptions& options);
  ~ConnectionPool() override;

  /// An idle connection to `replica`, or nullptr.
  std::unique_ptr<ShardConnection> take(const Replica& replica);
  /// Keeps a connection whose answer has been read to its very end.
  void put(std::unique_ptr<ShardConnection> connection, http::Clock::time_point now);
  void setOptions(const ClientOptions& options) { options_ = options; }
  std::size_t idleCount() const { return idle_count_.load(std::memory_order_relaxed); }

 private:
  void fire(Cause cause) override;

  ClientOptions options_;
  std::vector<std::vector<std::unique_ptr<ShardConnection>>> idle_;  // by Replica::id, oldest first
  std::atomic<std::size_t> idle_count_{0};                           // read by /metrics from another thread
};

}  // namespace prome::remote
