#include "remote/replica_call.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "base/duration_text.h"

namespace prome::remote {
namespace {

using std::chrono::milliseconds;

constexpr int kMaxInterim = 8;  // 1xx answers before the real one

}  // namespace

ReplicaCall::ReplicaCall(const ShardPort& port, http::Clock::time_point now, std::chrono::nanoseconds timeout)
    : port_(port), timeout_(timeout), guard_(port.loop.watchdog), now_(now), head_(port.loop.heads.take()) {}

ReplicaCall::~ReplicaCall() {
  port_.loop.heads.giveBack(std::move(head_));
}

// Waiting and failing.

/// Bounds the wait that follows, from now_ on.
void ReplicaCall::arm(Stage stage) {
  const ClientOptions& options = port_.options;
  const auto limit = stage == Stage::kConnect     ? options.connect_timeout
                     : stage == Stage::kFirstByte ? options.first_byte_timeout
                                                  : options.idle_timeout;
  stage_deadline_ = now_ + limit;
  guard_.reset();
  guard_.arm(std::min(stage_deadline_, deadline_), http::Watch::Pace::kFast);
}

void ReplicaCall::abort() {
  aborted_ = true;
  if (connection_ != nullptr) connection_->abort();
}

std::string ReplicaCall::name() const {
  std::string out = "shard \"" + shard_->shard.name + "\"";
  if (replica_ != nullptr) out.append(" (").append(replica_->endpoint.url()).append(")");
  return out;
}

Error ReplicaCall::unavailable(std::string_view what) const {
  return {ErrorKind::kUnavailable, name().append(": ").append(what)};
}

/// The error of a wait that failed: a deadline's if the guard fired, else `what`.
Error ReplicaCall::failureOf(Stage stage, std::string_view what) const {
  if (aborted_) return {ErrorKind::kCanceled, "query was canceled"};
  if (!guard_.fired()) return unavailable(what);
  if (deadline_ <= stage_deadline_) {
    const auto limit = std::chrono::duration_cast<milliseconds>(timeout_);
    return {ErrorKind::kTimeout, "query timed out after " + durationText(limit) + " waiting for " + name()};
  }
  const ClientOptions& options = port_.options;
  switch (stage) {
    case Stage::kConnect:
      return {ErrorKind::kTimeout,
              name() + ": no connection within " + durationText(options.connect_timeout)};
    case Stage::kFirstByte:
      return {ErrorKind::kTimeout, name() + ": no answer within " + durationText(options.first_byte_timeout)};
    case Stage::kBody:
      break;
  }
  return {ErrorKind::kTimeout, name() + ": answer stalled for " + durationText(options.idle_timeout)};
}

// Asking.

/// The request as the replica gets it, into text_.
void ReplicaCall::writeText(const CallText& text, std::string_view accept_encoding) {
  std::string timeout;
  if (text.timeout == CallText::Timeout::kSaid) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline_ - http::Clock::now()).count();
    std::array<char, 32> digits{};
    const double seconds = static_cast<double>(std::max<std::int64_t>(left, 1)) / 1e3;
    const auto size = std::snprintf(digits.data(), digits.size(), "timeout=%.3f", seconds);
    timeout.append(text.parameters.empty() ? "" : "&").append(digits.data(), static_cast<std::size_t>(size));
  }
  const bool post = text.method == CallText::Method::kPost;
  const std::string_view parameters = text.parameters;
  text_.clear();
  text_.reserve(256 + replica_->fixed_fields.size() + text.fields.size() + parameters.size());
  text_.append(post ? "POST " : "GET ").append(replica_->endpoint.path_prefix).append(text.path);
  if (!post && !(parameters.empty() && timeout.empty())) text_.append("?").append(parameters).append(timeout);
  text_.append(" HTTP/1.1\r\n").append(replica_->fixed_fields).append(text.fields);
  text_.append("Accept-Encoding: ").append(accept_encoding).append("\r\n");
  if (replica_->request.forward_authorization && !text.authorization.empty()) {
    text_.append("Authorization: ").append(text.authorization).append("\r\n");
  }
  if (post) {
    text_.append(text.body_fields)
        .append("Content-Length: ")
        .append(std::to_string(parameters.size() + timeout.size()));
    text_.append("\r\n\r\n").append(parameters).append(timeout);
  } else {
    text_.append("\r\n");
  }
}

http::Awaitable<bool> ReplicaCall::connect(const std::shared_ptr<const Replica>& replica) {
  connection_ = std::make_unique<ShardConnection>(port_.loop, port_.resolver, replica);
  guard_.guard(connection_.get());
  arm(Stage::kConnect);
  const std::string why = co_await connection_->connect();
  now_ = http::Clock::now();
  if (why.empty() && !guard_.fired() && !aborted_) co_return true;
  error_ = failureOf(Stage::kConnect, why);
  co_return false;
}

http::Awaitable<ReplicaCall::Asked> ReplicaCall::ask(const RemoteShard& shard,
                                                     const std::shared_ptr<const Replica>& replica,
                                                     const CallText& text, std::string_view accept_encoding,
                                                     Fresh fresh) {
  const auto started = now_;
  shard_ = &shard;
  replica_ = replica.get();
  error_.reset();
  ++attempts_;
  connection_ = fresh == Fresh::kPooledAllowed ? port_.pool.take(*replica) : nullptr;
  if (connection_ == nullptr) {
    const bool connected = co_await connect(replica);
    if (!connected) co_return Asked::kFailed;
  }
  guard_.guard(connection_.get());
  arm(Stage::kFirstByte);
  writeText(text, accept_encoding);
  co_await port_.loop.ready.endOfBatch();
  std::string_view unsent = text_;
  bool written = connection_->tryWrite(unsent);
  if (written && !unsent.empty()) written = co_await connection_->write(unsent);
  filled_ = 0;
  std::optional<Asked> asked = written ? std::nullopt : std::optional(Asked::kStale);
  while (!asked) {
    if (!block_) block_.emplace(port_.loop.buffers.take());
    const auto room = block_->bytes().subspan(filled_);
    const auto [error, size] = co_await connection_->read(room);
    asked = error || guard_.fired() || aborted_ ? Asked::kStale : judgeHead(size);
  }
  now_ = http::Clock::now();
  first_byte_ = now_ - started;
  if (*asked != Asked::kStale) co_return *asked;
  if (connection_->reused() && filled_ == 0 && !guard_.fired() && !aborted_) co_return Asked::kStale;
  error_ = failureOf(Stage::kFirstByte, filled_ == 0 ? "connection closed before an answer"
                                                     : "connection closed within the head of the answer");
  co_return Asked::kFailed;
}

/// Takes `size` new bytes of the head into account; nothing where more are needed.
std::optional<ReplicaCall::Asked> ReplicaCall::judgeHead(std::size_t size) {
  const auto block = block_->bytes();
  const std::size_t limit = std::min(block.size() / 2, port_.options.max_head_bytes);
  filled_ += size;
  bytes_in_ += size;
  auto outcome = http::parseResponseHead({block.data(), filled_}, *head_);
  for (int interim = 0;
       outcome.state == http::ParseState::kDone && head_->status < 200 && interim < kMaxInterim; ++interim) {
    std::memmove(block.data(), block.data() + outcome.size, filled_ - outcome.size);
    filled_ -= outcome.size;
    outcome = filled_ == 0 ? http::ParseOutcome{} : http::parseResponseHead({block.data(), filled_}, *head_);
  }
  std::string_view why;
  if (outcome.state == http::ParseState::kRefused)
    why = outcome.reason;
  else if (outcome.state == http::ParseState::kDone ? outcome.size > limit : filled_ >= limit)
    why = "head too large";
  else if (outcome.state == http::ParseState::kDone && head_->status < 200)
    why = "too many interim answers";
  if (!why.empty()) {
    error_ = unavailable("malformed answer: " + std::string(why));
    return Asked::kFailed;
  }
  if (outcome.state == http::ParseState::kNeedMore) return std::nullopt;
  bytes_ = std::string_view(block.data(), filled_).substr(outcome.size);
  return Asked::kAnswered;
}

// The body.

http::Awaitable<ReplicaCall::Read> ReplicaCall::read() {
  now_ = http::Clock::now();
  arm(Stage::kBody);
  const auto block = block_->bytes();
  const auto [error, size] = co_await connection_->read(block);
  if (guard_.fired() || aborted_) co_return Read::kStopped;
  if (error) co_return error == http::asio::error::eof ? Read::kEnd : Read::kBroken;
  bytes_ = {block.data(), size};
  bytes_in_ += size;
  co_return Read::kBytes;
}

Error ReplicaCall::readFailure() const {
  return failureOf(Stage::kBody, "connection closed within the answer");
}

void ReplicaCall::keepConnection() {
  guard_.guard(nullptr);
  guard_.disarm();
  port_.pool.put(std::move(connection_), now_);
}

}  // namespace prome::remote
