// ReplicaSession: one connection to a replica, for a few small GETs one after the other.
//
// For what the router itself wants to know; queries go by forward/. Answers are held whole, up to a limit.
// Requests look as queries' do: path prefix, headers, credentials and TLS of the replica. Belongs to one
// event loop and to one coroutine; holds an armed Watch wherever it waits.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/body_framing.h"
#include "http/loop.h"
#include "http/message.h"
#include "remote/client_options.h"
#include "remote/connection.h"

namespace prome::remote {

/// What a session may take.
struct SessionLimits {
  std::chrono::milliseconds connect_timeout{0};
  std::chrono::milliseconds first_byte_timeout{0};
  std::chrono::milliseconds idle_timeout{0};
  std::chrono::milliseconds timeout{0};  // of the whole session
  std::size_t max_head_bytes = 0;
  std::size_t max_body_bytes = 0;  // what is longer is cut
};

struct SmallAnswer {
  int status = 0;
  std::string body;
  bool cut = false;  // the answer is longer than max_body_bytes
};

class ReplicaSession {
 public:
  ReplicaSession(http::Loop& loop, NameResolver& resolver, std::shared_ptr<const Replica> replica,
                 const SessionLimits& limits);

  /// Looks the replica's addresses up, so that get() need not.
  http::Awaitable<Result<void>> resolve();
  /// Asks for `path`, which goes behind the replica's path prefix. Fails (kUnavailable, kTimeout) where there
  /// is no answer or a broken one; then the session is over, and
  /// later calls fail alike.
  http::Awaitable<Result<SmallAnswer>> get(const std::string& path);

 private:
  http::Awaitable<std::string> open();
  http::Awaitable<std::string> readHead(http::ResponseHead& head, std::string& behind_head);
  http::Awaitable<std::string> readBody(http::BodyFraming& framing, const std::string& begun,
                                        SmallAnswer& answer);
  http::Awaitable<http::ErrorCode> read(std::string_view& bytes, std::chrono::milliseconds limit);
  bool append(http::BodyFraming& framing, std::string_view bytes, SmallAnswer& answer) const;
  void arm(std::chrono::milliseconds limit);
  std::unexpected<Error> end(std::string why);

  http::Loop& loop_;
  NameResolver& resolver_;
  std::shared_ptr<const Replica> replica_;
  SessionLimits limits_;
  http::Clock::time_point deadline_;
  RequestGuard guard_;
  std::unique_ptr<ShardConnection> connection_;
  std::optional<Error> failure_;  // why the session is over
  bool open_ = false;             // the connection stands and its last answer has been read to its end
  std::optional<http::BufferPool::Block> block_;  // from the first read on
};

}  // namespace prome::remote
