#include "remote/shard_answer.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/duration_text.h"
#include "base/json_reader.h"

namespace prome::remote {
namespace {

using std::chrono::milliseconds;

bool isSuccess(int status) {
  return status >= 200 && status < 300;
}

/// Of an error as a Prometheus sends it; nullopt where it is none.
std::optional<Error> errorIn(std::string_view body) {
  std::string type;
  Error error;
  JsonReader json(body);
  json.object([&](const std::string& key) {
    if (key == "errorType") {
      json.string(type);
    } else if (key == "error") {
      json.string(error.message);
    } else {
      json.skip();
    }
  });
  const auto kind = errorKindNamed(type);
  if (!json.atEnd() || !kind) return std::nullopt;
  error.kind = *kind;
  return error;
}

}  // namespace

ShardAnswer::ShardAnswer(const ShardPort& port, const RemoteShard& shard, ShardQuestion question)
    : port_(port), shard_(shard), question_(std::move(question)), guard_(port.loop.watchdog) {}

ShardAnswer::~ShardAnswer() = default;

std::string ShardAnswer::name() const {
  std::string out = "shard \"" + shard_.shard.name + "\"";
  if (replica_ != nullptr) out.append(" (").append(replica_->endpoint.url()).append(")");
  return out;
}

Error ShardAnswer::unavailable(const std::string& what) const {
  return {ErrorKind::kUnavailable, name() + ": " + what};
}

Error ShardAnswer::failureOf(Stage stage, const std::string& what) const {
  if (canceled_) return {ErrorKind::kCanceled, "query was canceled"};
  if (!guard_.fired()) return unavailable(what);
  if (question_.deadline <= stage_deadline_) {
    const auto limit = std::chrono::duration_cast<milliseconds>(question_.timeout);
    return {ErrorKind::kTimeout, "query timed out after " + durationText(limit) + " waiting for " + name()};
  }
  switch (stage) {
    case Stage::kConnect:
      return {ErrorKind::kTimeout,
              name() + ": no connection within " + durationText(port_.options.connect_timeout)};
    case Stage::kFirstByte:
      return {ErrorKind::kTimeout,
              name() + ": no answer within " + durationText(port_.options.first_byte_timeout)};
    case Stage::kBody:
      break;
  }
  return {ErrorKind::kTimeout, name() + ": answer stalled for " + durationText(port_.options.idle_timeout)};
}

void ShardAnswer::arm(Stage stage) {
  const auto limit = stage == Stage::kConnect     ? port_.options.connect_timeout
                     : stage == Stage::kFirstByte ? port_.options.first_byte_timeout
                                                  : port_.options.idle_timeout;
  stage_deadline_ = http::Clock::now() + limit;
  guard_.reset();
  guard_.arm(std::min(stage_deadline_, question_.deadline), http::Watch::Pace::kFast);
}

void ShardAnswer::cancel() {
  canceled_ = true;
  if (connection_ != nullptr) connection_->abort();
}

std::string ShardAnswer::requestText(const Replica& replica) const {
  std::string text;
  text.reserve(256 + replica.fixed_fields.size() + question_.fields.size() + question_.body.size());
  text.append("POST ").append(replica.endpoint.path_prefix).append(question_.path).append(" HTTP/1.1\r\n");
  text.append(replica.fixed_fields).append(question_.fields);
  const bool gzip = replica.request.compression == topology::ShardCompression::kOn;
  text.append("Accept-Encoding: ").append(gzip ? "gzip" : "identity").append("\r\n");
  if (replica.request.forward_authorization && !question_.authorization.empty()) {
    text.append("Authorization: ").append(question_.authorization).append("\r\n");
  }
  text.append("Content-Length: ").append(std::to_string(question_.body.size())).append("\r\n\r\n");
  return text.append(question_.body);
}

// Asking.

http::Awaitable<ShardAnswer::Asked> ShardAnswer::connect(const std::shared_ptr<const Replica>& replica) {
  connection_ = std::make_unique<ShardConnection>(port_.loop, port_.resolver, replica);
  guard_.guard(connection_.get());
  arm(Stage::kConnect);
  const std::string why = co_await connection_->connect();
  if (why.empty() && !guard_.fired() && !canceled_) co_return Asked::kAnswered;
  error_ = failureOf(Stage::kConnect, why);
  co_return Asked::kFailed;
}

http::Awaitable<ShardAnswer::Asked> ShardAnswer::ask(const std::shared_ptr<const Replica>& replica,
                                                     Fresh fresh) {
  replica_ = replica.get();
  error_.reset();
  connection_ = fresh == Fresh::kPooledAllowed ? port_.pool.take(*replica) : nullptr;
  if (connection_ == nullptr) {
    const Asked connected = co_await connect(replica);
    if (connected != Asked::kAnswered) co_return connected;
  }
  guard_.guard(connection_.get());
  arm(Stage::kFirstByte);
  const std::string text = requestText(*replica);
  const bool written = co_await connection_->write(text);
  filled_ = 0;
  Asked asked = Asked::kStale;
  if (written) asked = co_await readHead();
  if (asked != Asked::kStale) co_return asked;
  // Nothing came on a kept connection: it had been closed meanwhile, which says nothing about the shard.
  if (connection_->reused() && filled_ == 0 && !guard_.fired() && !canceled_) co_return Asked::kStale;
  error_ = failureOf(Stage::kFirstByte, filled_ == 0 ? "connection closed before an answer"
                                                     : "connection closed within the head of the answer");
  co_return Asked::kFailed;
}

/// kStale: the connection broke.
http::Awaitable<ShardAnswer::Asked> ShardAnswer::readHead() {
  if (!block_) block_.emplace(port_.loop.buffers.take());
  if (head_ == nullptr) head_ = std::make_unique<http::ResponseHead>();
  const auto block = block_->bytes();
  const std::size_t limit = std::min(block.size() / 2, port_.options.max_head_bytes);
  while (true) {
    const auto [error, size] = co_await connection_->read(block.subspan(filled_));
    if (error || guard_.fired() || canceled_) co_return Asked::kStale;
    filled_ += size;
    bytes_in_ += size;
    const auto outcome = http::parseResponseHead({block.data(), filled_}, *head_);
    const bool done = outcome.state == http::ParseState::kDone;
    std::string_view why;
    if (outcome.state == http::ParseState::kRefused) {
      why = outcome.reason;
    } else if (done ? outcome.size > limit : filled_ >= limit) {
      why = "head too large";
    } else if (done && head_->status < 200) {
      why = "interim answer";
    }
    if (!why.empty()) {
      error_ = unavailable("malformed answer: " + std::string(why));
      co_return Asked::kFailed;
    }
    if (!done) continue;
    bytes_ = {block.data() + outcome.size, filled_ - outcome.size};
    co_return Asked::kAnswered;
  }
}

/// Decides what the body goes through. False if it cannot be read.
bool ShardAnswer::prepareBody() {
  framing_.emplace(*head_);
  inflate_.reset();
  inflate_full_ = false;
  run_ = {};
  const auto encoding = head_->find(http::FieldName::kContentEncoding).value_or("");
  if (encoding.empty() || http::equalsNoCase(encoding, "identity")) return true;
  // Remote read's own: whoever asked for it unpacks it.
  if (http::equalsNoCase(encoding, "snappy")) return true;
  if (!http::equalsNoCase(encoding, "gzip") && !http::equalsNoCase(encoding, "x-gzip")) {
    error_ = unavailable("content encoding \"" + std::string(encoding) + "\" was not asked for");
    return false;
  }
  inflate_ = std::make_unique<http::GzipDecoder>();
  return true;
}

/// The error that the answer is, read to its end or as much of it as may be.
http::Awaitable<Error> ShardAnswer::shardsError() {
  std::string body;
  while (body.size() < kMaxErrorBytes) {
    const Result<std::string_view> run = co_await nextRun();
    if (!run) co_return run.error();
    if (run->empty()) break;
    body.append(*run);
  }
  auto error = errorIn(body);
  if (!error) co_return unavailable("answered with status " + std::to_string(head_->status));
  finish();
  co_return *std::move(error);
}

/// Judges the answer whose head is there. False: another replica is to be asked, unless this is the last.
http::Awaitable<bool> ShardAnswer::settle(bool last) {
  if (!prepareBody()) co_return false;
  if (!isSuccess(head_->status)) {
    const int status = head_->status;
    error_ = co_await shardsError();
    // A gateway's or an ending server's error is no answer while another replica is left.
    const bool gateways = status >= 502 && status <= 504 && error_->kind == ErrorKind::kUnavailable;
    co_return last || !(gateways || error_->message.ends_with("block is closing"));
  }
  const Result<std::string_view> run = co_await nextRun();
  if (!run) {
    error_ = run.error();
    co_return false;
  }
  const auto type = head_->find(http::FieldName::kContentType).value_or("");
  const bool json = type.empty() || type.find("json") != std::string_view::npos;
  const auto begin = run->find_first_not_of(" \t\r\n");
  const bool object = begin != std::string_view::npos && (*run)[begin] == '{';
  const bool binary = type.find("protobuf") != std::string_view::npos;
  if (binary || (json && object)) {
    first_.assign(*run);
    co_return true;
  }
  error_ = unavailable(run->empty() ? "answer is empty" : "answer is not JSON");
  co_return false;
}

http::Awaitable<std::optional<Error>> ShardAnswer::open() {
  const auto order = shard_.byHealth(http::Clock::now());
  const std::size_t count = shard_.replicas.size();
  for (std::size_t i = 0; i < count; ++i) {
    const auto& replica = shard_.replicas[order.empty() ? i : order[i]];
    Asked asked = co_await ask(replica, Fresh::kPooledAllowed);
    if (asked == Asked::kStale) asked = co_await ask(replica, Fresh::kNewOnly);
    bool settled = false;
    if (asked == Asked::kAnswered) settled = co_await settle(i + 1 == count);
    guard_.disarm();
    if (canceled_) break;
    if (settled) {
      replica->health.markUp();
      break;
    }
    const auto now = http::Clock::now();
    replica->health.markDown(now + port_.options.down_backoff);
    if (now >= question_.deadline) break;
  }
  if (canceled_) error_ = failureOf(Stage::kBody, {});
  co_return error_;
}

// Reading.

http::Awaitable<Result<std::string_view>> ShardAnswer::read() {
  if (canceled_) co_return std::unexpected(failureOf(Stage::kBody, {}));
  if (!first_taken_) {
    first_taken_ = true;
    co_return std::string_view(first_);
  }
  Result<std::string_view> run = co_await nextRun();
  guard_.disarm();
  if (run && run->empty()) finish();
  co_return run;
}

/// The connection is kept where the answer has come to its end.
void ShardAnswer::finish() {
  if (connection_ == nullptr || !framing_->done() || !bytes_.empty() || !head_->keep_alive) return;
  guard_.guard(nullptr);
  guard_.disarm();
  port_.pool.put(std::move(connection_), http::Clock::now());
}

/// What can be given of the bytes that are there; empty if none.
Result<std::string_view> ShardAnswer::plainRun() {
  while (true) {
    if (inflate_ != nullptr && (!run_.empty() || inflate_full_)) {
      if (!inflated_) inflated_.emplace(port_.loop.buffers.take());
      const auto block = inflated_->bytes();
      const std::size_t size = inflate_->decode(run_, block.data(), block.size());
      inflate_full_ = size == block.size();
      using State = http::GzipDecoder::State;
      if (inflate_->state() == State::kBad || (inflate_->state() == State::kDone && !run_.empty())) {
        return std::unexpected(unavailable("answer is not valid gzip"));
      }
      if (size > 0) return std::string_view(block.data(), size);
      continue;
    }
    if (framing_->broken()) return std::unexpected(unavailable("answer has a malformed chunk"));
    if (framing_->done() || bytes_.empty()) return std::string_view{};
    run_ = framing_->next(bytes_);
    if (inflate_ == nullptr && !run_.empty()) return std::exchange(run_, {});
  }
}

/// Reads the next bytes into the block. False at the end of the stream or on an error.
http::Awaitable<bool> ShardAnswer::readMore() {
  arm(Stage::kBody);
  const auto block = block_->bytes();
  const auto [error, size] = co_await connection_->read(block);
  if (error || guard_.fired() || canceled_) {
    const bool orderly = !guard_.fired() && !canceled_ && error == http::asio::error::eof;
    const bool unpacked = inflate_ == nullptr || inflate_->state() == http::GzipDecoder::State::kDone;
    const bool ended = framing_->kind() == http::BodyFraming::Kind::kUntilClose && orderly && unpacked;
    if (!ended) error_ = failureOf(Stage::kBody, "connection closed within the answer");
    co_return false;
  }
  bytes_ = {block.data(), size};
  bytes_in_ += size;
  co_return true;
}

http::Awaitable<Result<std::string_view>> ShardAnswer::nextRun() {
  while (true) {
    const Result<std::string_view> run = plainRun();
    if (!run || !run->empty()) co_return run;
    if (framing_->done() || connection_ == nullptr) {
      const bool unpacked = inflate_ == nullptr || inflate_->state() == http::GzipDecoder::State::kDone;
      if (!unpacked) co_return std::unexpected(unavailable("answer ended before it was whole"));
      co_return std::string_view{};
    }
    const bool more = co_await readMore();
    if (more) continue;
    if (error_) co_return std::unexpected(*error_);
    co_return std::string_view{};
  }
}

}  // namespace prome::remote
