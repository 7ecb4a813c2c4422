// MemoryShard: an HTTP/1.1 server on 127.0.0.1 that does what a test's script says, well or badly.
//
// One thread a connection, blocking sockets. Requests are read whole, recorded, and given to the script,
// which owns the connection until it returns: it may send anything, wait, or break the connection.
// Thread-safe.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "socket.h"

namespace prome::hermetic {

using Fields = std::vector<std::pair<std::string, std::string>>;

/// The value of the only field called `name`, compared without case; nullopt if there is none or more than
/// one.
std::optional<std::string> onlyField(const Fields& fields, std::string_view name);

/// A request as a shard saw it.
struct SeenRequest {
  std::string method;
  std::string target;
  Fields fields;
  std::string body;
  std::size_t connection = 0;  // the shard's connections, counted from 1

  std::string path() const { return target.substr(0, target.find('?')); }
  /// Every value of the parameter `name`, decoded, of the query string if it is a GET and else of the body.
  std::vector<std::string> parameters(std::string_view name) const;
  /// The one value of `name`; "<none>" or "<several>" otherwise.
  std::string parameter(std::string_view name) const;
};

/// The connection a script answers on.
class Peer {
 public:
  explicit Peer(Socket socket) : socket_(std::move(socket)) {}

  /// False once the router has hung up.
  bool send(std::string_view bytes) { return socket_.open() && sendAll(socket_.fd(), bytes); }
  /// Waits until the router hangs up: a shard that stalls. False if it never does.
  bool awaitHangUp(Milliseconds patience = kPatience) const;
  /// Waits until more can be sent.
  bool awaitRoom(Milliseconds patience) const;
  void close();
  void reset();
  bool open() const { return socket_.open(); }

 private:
  friend class MemoryShard;

  /// From any thread: ends what the connection's thread waits for.
  void interrupt();

  std::mutex mutex_;  // held to close and to interrupt
  Socket socket_;
};

using Script = std::function<void(const SeenRequest&, Peer&)>;

/// A well-formed answer.
struct ShardAnswer {
  enum class Framing : std::uint8_t { kLength, kChunked, kClose };
  enum class Coding : std::uint8_t { kIdentity, kGzip };

  int status = 200;
  std::string body;
  Framing framing = Framing::kLength;
  Coding coding = Coding::kIdentity;
  std::size_t chunk = 1000;  // payload of a chunk
  std::string content_type = "application/json";
  std::string fields = {};  // complete lines
};

/// The body as it goes over the wire, before framing.
std::string codedBody(const ShardAnswer& answer);
std::string chunked(std::string_view body, std::size_t chunk);
std::string gzipped(std::string_view text);
std::string render(const ShardAnswer& answer);

Script say(ShardAnswer answer);
Script sayBody(std::string body);
/// Sends `bytes` as they are, then keeps the connection (say) or closes it.
Script sayRaw(std::string bytes);
Script sayRawAndClose(std::string bytes);
Script sayRawAndReset(std::string bytes);
Script sayRawAndStall(std::string bytes);

class MemoryShard {
 public:
  explicit MemoryShard(Script script);
  ~MemoryShard();
  MemoryShard(const MemoryShard&) = delete;
  MemoryShard& operator=(const MemoryShard&) = delete;

  std::uint16_t port() const { return port_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  std::string url() const { return "http://" + address(); }

  /// For later requests.
  void setScript(Script script);
  std::vector<SeenRequest> requests() const;
  std::size_t requestCount() const;
  SeenRequest lastRequest() const;
  /// Connections accepted so far.
  std::size_t connections() const { return accepted_; }
  /// Waits until so many requests have come in all.
  [[nodiscard]] bool awaitRequests(std::size_t count, Milliseconds patience = kPatience) const;
  /// Closes every connection that waits for a request, as a server does whose idle timeout has passed.
  void closeIdle();

 private:
  struct Connection {
    explicit Connection(Socket socket) : peer(std::move(socket)) {}
    Peer peer;
    bool idle = true;
    std::thread thread;
  };

  void accept();
  void run(Connection& connection, std::size_t number);
  bool readRequest(Connection& connection, std::string& buffer, SeenRequest& request);
  Script note(Connection& connection, const SeenRequest& request);

  Socket listener_;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> accepted_{0};
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  Script script_;
  std::vector<SeenRequest> requests_;
  std::list<Connection> connections_;
  std::thread acceptor_;
};

/// A port on which connections are refused.
class ClosedPort {
 public:
  ClosedPort();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  std::uint16_t port_ = 0;
  Socket socket_;
};

/// A port on which connections are neither taken nor refused.
class FullPort {
 public:
  FullPort();
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  std::uint16_t port_ = 0;
  Socket listener_;
  std::vector<Socket> waiting_;
};

}  // namespace prome::hermetic
