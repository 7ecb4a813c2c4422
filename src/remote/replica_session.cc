#include "remote/replica_session.h"

#include <algorithm>

namespace prome::remote {

ReplicaSession::ReplicaSession(http::Loop& loop, NameResolver& resolver,
                               std::shared_ptr<const Replica> replica, const SessionLimits& limits)
    : loop_(loop),
      resolver_(resolver),
      replica_(std::move(replica)),
      limits_(limits),
      deadline_(http::Clock::now() + limits.timeout),
      guard_(loop.watchdog) {}

/// Bounds the waits that follow, from now on.
void ReplicaSession::arm(std::chrono::milliseconds limit) {
  guard_.reset();
  guard_.arm(std::min(http::Clock::now() + limit, deadline_), http::Watch::Pace::kFast);
}

/// Ends the session.
std::unexpected<Error> ReplicaSession::end(std::string why) {
  guard_.disarm();
  failure_ = guard_.fired() ? Error{ErrorKind::kTimeout, "timed out"}
                            : Error{ErrorKind::kUnavailable, std::move(why)};
  return std::unexpected(*failure_);
}

http::Awaitable<Result<void>> ReplicaSession::resolve() {
  connection_ = std::make_unique<ShardConnection>(loop_, resolver_, replica_);
  guard_.guard(connection_.get());
  arm(limits_.connect_timeout);
  const std::string why = co_await connection_->resolve();
  if (!why.empty() || guard_.fired()) co_return end(why);
  guard_.disarm();
  co_return Result<void>();
}

/// Connects. Returns "" or why that failed.
http::Awaitable<std::string> ReplicaSession::open() {
  if (connection_ == nullptr) connection_ = std::make_unique<ShardConnection>(loop_, resolver_, replica_);
  guard_.guard(connection_.get());
  arm(limits_.connect_timeout);
  std::string why = co_await connection_->connect();
  open_ = why.empty() && !guard_.fired();
  co_return why;
}

http::Awaitable<http::ErrorCode> ReplicaSession::read(std::string_view& bytes,
                                                      std::chrono::milliseconds limit) {
  arm(limit);
  if (!block_) block_.emplace(loop_.buffers.take());
  const auto room = block_->bytes();
  const auto [error, size] = co_await connection_->read(room);
  bytes = {room.data(), error ? 0 : size};
  co_return error;
}

/// Reads the head, of which only the framing is good afterwards: its texts are gone. What came behind it goes
/// into `behind_head`. Returns "" or what is wrong.
http::Awaitable<std::string> ReplicaSession::readHead(http::ResponseHead& head, std::string& behind_head) {
  std::string text;
  while (true) {
    std::string_view bytes;
    const http::ErrorCode error = co_await read(bytes, limits_.first_byte_timeout);
    if (error || guard_.fired()) co_return "connection closed before an answer";
    text.append(bytes);
    const auto outcome = http::parseResponseHead(text, head);
    if (outcome.state == http::ParseState::kRefused) {
      co_return "malformed answer: " + std::string(outcome.reason);
    }
    const bool done = outcome.state == http::ParseState::kDone;
    if ((done ? outcome.size : text.size()) > limits_.max_head_bytes)
      co_return "malformed answer: head too large";
    if (!done) continue;
    behind_head = text.substr(outcome.size);
    co_return std::string{};
  }
}

/// Takes what came of the body. False once no more is to be read.
bool ReplicaSession::append(http::BodyFraming& framing, std::string_view bytes, SmallAnswer& answer) const {
  while (!bytes.empty() && !framing.done() && !framing.broken()) {
    const auto run = framing.next(bytes);
    const std::size_t room = limits_.max_body_bytes - answer.body.size();
    answer.body.append(run.substr(0, room));
    answer.cut = run.size() > room;
    if (answer.cut) return false;
  }
  return !framing.done() && !framing.broken();
}

/// Reads the body, of which `begun` is there. Returns "" or what is wrong.
http::Awaitable<std::string> ReplicaSession::readBody(http::BodyFraming& framing, const std::string& begun,
                                                      SmallAnswer& answer) {
  bool more = append(framing, begun, answer);
  while (more && !framing.done()) {
    std::string_view bytes;
    const http::ErrorCode error = co_await read(bytes, limits_.idle_timeout);
    const bool ended =
        framing.kind() == http::BodyFraming::Kind::kUntilClose && error == http::asio::error::eof;
    if (ended && !guard_.fired()) break;
    if (error || guard_.fired()) co_return "connection closed within the answer";
    more = append(framing, bytes, answer);
  }
  co_return framing.broken() ? "answer has a malformed chunk" : "";
}

http::Awaitable<Result<SmallAnswer>> ReplicaSession::get(const std::string& path) {
  if (failure_) co_return std::unexpected(*failure_);
  std::string why;
  if (!open_) why = co_await open();
  if (!open_) co_return end(std::move(why));
  std::string text =
      "GET " + replica_->endpoint.path_prefix + path + " HTTP/1.1\r\n" + replica_->fixed_fields;
  text += "Accept: application/json\r\nAccept-Encoding: identity\r\n\r\n";
  arm(limits_.first_byte_timeout);
  const bool written = co_await connection_->write(text);
  if (!written) co_return end("connection closed before an answer");
  const auto head = std::make_unique<http::ResponseHead>();
  std::string begun;
  why = co_await readHead(*head, begun);
  if (!why.empty()) co_return end(std::move(why));
  SmallAnswer answer{.status = head->status, .body = {}, .cut = false};
  http::BodyFraming framing(*head);
  why = co_await readBody(framing, begun, answer);
  if (!why.empty()) co_return end(std::move(why));
  guard_.disarm();
  open_ = head->keep_alive && framing.done() && !answer.cut;
  if (!open_) {
    guard_.guard(nullptr);
    connection_.reset();
  }
  co_return answer;
}

}  // namespace prome::remote
