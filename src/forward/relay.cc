// The life of a forwarded request.
//
// ask(): a kept connection, or a new one; the request in one write; the head of the answer. A kept connection that
// turns out to be closed before a byte of the answer has come says nothing about the shard: the request is sent
// again on a new one. Any other failure moves on to the next replica, and the failed one is tried last for a while.
//
// pass(): bytes are read into one block, the framing is taken off, an optional inflater and an optional splicer
// transform them, and what results leaves in one write per read; only then is the next read made. An answer that
// lies whole in the first block goes out with its length, anything else in chunks.
//
// Every wait is bounded by the guard: connect, first byte and idle time by their own limits, all of it by the
// query's deadline, which stands still while the client is what we wait for.
#include "forward/relay.h"

#include <algorithm>
#include <cassert>
#include <cstdio>

#include "http/form.h"

namespace prome::forward {
namespace {

using http::Exchange;
using std::chrono::milliseconds;

constexpr int kMaxInterim = 8;  // 1xx answers before the real one

std::string durationText(milliseconds time) {
  const auto ms = time.count();
  if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
  return std::to_string(ms) + "ms";
}

bool isJsonStart(std::string_view payload) {
  const auto at = payload.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos || payload[at] == '{';
}

bool isSuccess(int status) { return status >= 200 && status < 300; }

}  // namespace

Relay::Relay(Forwarder& forwarder, Exchange& exchange, const ShardRequest& request, ForwardReport& report)
    : forwarder_(forwarder), exchange_(exchange), request_(request), report_(report), guard_(forwarder.loop_.watchdog) {
  guard_.watchClient(exchange.clientFd());
}

void Relay::arm(Stage stage) {
  const auto now = http::Clock::now();
  const auto& options = forwarder_.options_;
  const auto limit = stage == Stage::kConnect     ? options.connect_timeout
                     : stage == Stage::kFirstByte ? options.first_byte_timeout
                                                  : options.idle_timeout;
  stage_deadline_ = now + limit;
  guard_.reset();
  guard_.arm(std::min(stage_deadline_, deadline()), http::Watch::Pace::kFast);
}

std::string Relay::shardText() const {
  return "shard \"" + report_.shard->shard.name + "\" (" + report_.replica->endpoint.url() + ")";
}

Error Relay::unavailable(const std::string& what) const {
  return {ErrorKind::kUnavailable, shardText() + ": " + what};
}

/// The error of a wait that failed: a deadline's if the guard fired, else `what`.
Error Relay::failureOf(Stage stage, const std::string& what) const {
  if (!guard_.fired()) return unavailable(what);
  if (deadline() <= stage_deadline_) {
    return {ErrorKind::kTimeout, "query timed out after " + request_.deadline_text + " waiting for " + shardText()};
  }
  const auto& options = forwarder_.options_;
  switch (stage) {
    case Stage::kConnect:
      return {ErrorKind::kTimeout, shardText() + ": no connection within " + durationText(options.connect_timeout)};
    case Stage::kFirstByte:
      return {ErrorKind::kTimeout, shardText() + ": no answer within " + durationText(options.first_byte_timeout)};
    case Stage::kBody: break;
  }
  return {ErrorKind::kTimeout, shardText() + ": answer stalled for " + durationText(options.idle_timeout)};
}

// Asking.

std::string_view Relay::acceptEncoding(const remote::Replica& replica) const {
  if (report_.shard->shard.stored) return request_.accept_encoding.empty() ? "identity" : request_.accept_encoding;
  switch (replica.request.compression) {
    case topology::ShardCompression::kOn: return "gzip";
    case topology::ShardCompression::kOff: return "identity";
    case topology::ShardCompression::kAuto: break;
  }
  // Bytes that leave compressed as they came cost nothing here and less on the way; what would have to be unpacked
  // is worth it only where the link is the bottleneck, which configuration knows.
  const bool untouched = request_.labels == nullptr || request_.labels->empty();
  const bool pays = untouched && !replica.loopback() && http::acceptsGzip(request_.accept_encoding);
  return pays ? "gzip" : "identity";
}

std::string Relay::requestText(const remote::Replica& replica) const {
  std::string parameters = request_.parameters;
  if (request_.pass_timeout) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline() - http::Clock::now());
    std::array<char, 32> text{};
    const auto size = std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(std::max<std::int64_t>(left.count(), 1)) / 1e3);
    parameters.append(parameters.empty() ? "timeout=" : "&timeout=").append(text.data(), static_cast<std::size_t>(size));
  }
  const bool post = request_.method == ShardRequest::Method::kPost;
  std::string text;
  text.reserve(256 + replica.fixed_fields.size() + request_.client_fields.size() + parameters.size());
  text.append(post ? "POST " : "GET ").append(replica.endpoint.path_prefix).append(request_.path);
  if (!post && !parameters.empty()) text.append("?").append(parameters);
  text.append(" HTTP/1.1\r\n").append(replica.fixed_fields).append(request_.client_fields);
  text.append("Accept-Encoding: ").append(acceptEncoding(replica)).append("\r\n");
  if (replica.request.forward_authorization && !request_.authorization.empty()) {
    text.append("Authorization: ").append(request_.authorization).append("\r\n");
  }
  if (post) {
    text.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
    text.append(std::to_string(parameters.size())).append("\r\n\r\n").append(parameters);
  } else {
    text.append("\r\n");
  }
  return text;
}

http::Awaitable<bool> Relay::connect(const std::shared_ptr<const remote::Replica>& replica) {
  connection_ = std::make_unique<remote::ShardConnection>(forwarder_.loop_, replica);
  guard_.guard(&connection_->socket());
  arm(Stage::kConnect);
  const std::string why = co_await connection_->connect(guard_);
  if (why.empty() && !guard_.fired()) co_return true;
  report_.error = failureOf(Stage::kConnect, why);
  co_return false;
}

http::Awaitable<Relay::Asked> Relay::ask(const std::shared_ptr<const remote::Replica>& replica, Fresh fresh) {
  const auto started = http::Clock::now();
  report_.replica = replica.get();
  ++report_.attempts;
  connection_ = fresh == Fresh::kPooledAllowed ? forwarder_.pool_.take(*replica) : nullptr;
  if (connection_ == nullptr) {
    const bool connected = co_await connect(replica);
    if (guard_.fired() == http::Watch::Cause::kClientGone) co_return Asked::kGone;
    if (!connected) co_return Asked::kFailed;
  }
  guard_.guard(&connection_->socket());
  arm(Stage::kFirstByte);
  text_ = requestText(*replica);
  const bool written = co_await connection_->write(text_);
  Asked asked = Asked::kStale;  // no co_await in a conditional expression: g++ 12 miscompiles it
  if (written || guard_.fired()) asked = co_await readHead();
  if (guard_.fired() == http::Watch::Cause::kClientGone) co_return Asked::kGone;
  report_.first_byte = http::Clock::now() - started;
  if (asked == Asked::kStale && !connection_->reused()) {
    if (!report_.error) report_.error = failureOf(Stage::kFirstByte, "connection closed before an answer");
    co_return Asked::kFailed;
  }
  co_return asked;
}

http::Awaitable<Relay::Asked> Relay::readHead() {
  if (!in_) in_.emplace(forwarder_.loop_.buffers.take());
  const auto block = in_->bytes();
  const std::size_t limit = std::min(block.size() / 2, forwarder_.options_.max_head_bytes);
  filled_ = 0;
  int interim = 0;
  while (true) {
    const auto [error, size] = co_await connection_->read(block.data() + filled_, block.size() - filled_);
    if (error || guard_.fired()) {
      if (filled_ == 0 && !guard_.fired()) co_return Asked::kStale;
      report_.error = failureOf(Stage::kFirstByte, "connection closed within the head of the answer");
      co_return Asked::kFailed;
    }
    filled_ += size;
    report_.bytes_in += size;
    auto outcome = http::parseResponseHead({block.data(), filled_}, head_);
    while (outcome.state == http::ParseState::kDone && head_.status < 200 && ++interim <= kMaxInterim) {
      std::copy(block.begin() + static_cast<std::ptrdiff_t>(outcome.size),
                block.begin() + static_cast<std::ptrdiff_t>(filled_), block.begin());
      filled_ -= outcome.size;
      outcome = filled_ == 0 ? http::ParseOutcome{} : http::parseResponseHead({block.data(), filled_}, head_);
    }
    const bool too_large = outcome.state == http::ParseState::kNeedMore ? filled_ >= limit : outcome.size > limit;
    if (outcome.state == http::ParseState::kRefused || too_large || (outcome.state == http::ParseState::kDone && head_.status < 200)) {
      const auto why = outcome.state == http::ParseState::kRefused ? outcome.reason : "head too large";
      report_.error = unavailable("malformed answer: " + std::string(why));
      co_return Asked::kFailed;
    }
    if (outcome.state == http::ParseState::kDone) {
      body_at_ = outcome.size;
      report_.status = head_.status;
      co_return Asked::kAnswered;
    }
  }
}

/// A gateway's or a starting server's 502..504 is no answer of the shard while another replica is left to ask. What
/// speaks Prometheus' JSON is one.
bool Relay::worthAnotherReplica() const {
  if (head_.status < 502 || head_.status > 504) return false;
  return head_.find("content-type").value_or("").find("json") == std::string_view::npos;
}

/// Asks the replicas of one shard, those believed up first. kAnswered: the head of an answer is read.
http::Awaitable<Relay::Asked> Relay::failover(const remote::RemoteShard& shard, bool last_shard) {
  report_.shard = &shard;
  const auto now = http::Clock::now();
  std::vector<const std::shared_ptr<const remote::Replica>*> order;
  order.reserve(shard.replicas.size());
  for (const auto& replica : shard.replicas) {
    if (replica->health.up(now)) order.push_back(&replica);
  }
  for (const auto& replica : shard.replicas) {
    if (!replica->health.up(now)) order.push_back(&replica);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& replica = *order[i];
    report_.error.reset();
    Asked asked = co_await ask(replica, Fresh::kPooledAllowed);
    if (asked == Asked::kStale) asked = co_await ask(replica, Fresh::kNewOnly);
    if (asked == Asked::kGone) co_return asked;
    const bool last = last_shard && i + 1 == order.size();
    if (asked == Asked::kAnswered && (last || !worthAnotherReplica())) {
      replica->health.markUp();
      co_return asked;
    }
    replica->health.markDown(http::Clock::now() + forwarder_.options_.down_backoff);
    if (http::Clock::now() >= deadline()) co_return Asked::kFailed;
  }
  co_return Asked::kFailed;
}

http::Awaitable<void> Relay::run(std::span<const remote::RemoteShard* const> candidates) {
  const auto started = http::Clock::now();
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Asked asked = co_await failover(*candidates[i], i + 1 == candidates.size());
    if (asked == Asked::kAnswered) {
      co_await pass();
      break;
    }
    if (asked == Asked::kGone) {
      report_.client_gone = true;
      report_.error = Error{ErrorKind::kCanceled, "client closed the connection"};
      exchange_.cut();
      break;
    }
    if (http::Clock::now() >= deadline()) break;
  }
  guard_.disarm();
  report_.total = http::Clock::now() - started;
}

// Passing the answer.

/// Decides what the body goes through. Returns why it cannot be passed, if so.
std::optional<std::string> Relay::chooseTransforms() {
  framing_.emplace(head_);
  const auto encoding = head_.find("content-encoding").value_or("");
  const bool identity = encoding.empty() || http::equalsNoCase(encoding, "identity");
  const bool gzip = http::equalsNoCase(encoding, "gzip") || http::equalsNoCase(encoding, "x-gzip");
  const bool splice = isSuccess(head_.status) && request_.labels != nullptr && !request_.labels->empty();
  const bool client_takes_it = report_.shard->shard.stored || (gzip && http::acceptsGzip(request_.accept_encoding));
  coded_ = !identity && !splice && client_takes_it;
  if (!identity && !coded_) {
    if (!gzip) return "content encoding \"" + std::string(encoding) + "\" was not asked for";
    inflate_ = std::make_unique<http::GzipDecoder>();
  }
  // Without a length or chunks the end of the body is the end of the connection, broken or not: the JSON itself must
  // tell that it is whole.
  const bool walk_all = framing_->kind() == BodyFraming::Kind::kUntilClose && isSuccess(head_.status) && !coded_;
  if (splice || walk_all) {
    static const SplicedLabels kNone;
    splicer_.emplace(request_.shape, splice ? *request_.labels : kNone);
    if (walk_all) splicer_->walkAll();
  }
  return std::nullopt;
}

std::string Relay::answerFields() const {
  std::string out;
  for (const http::Field& field : head_.fields()) {
    if (http::isHopByHop(field.name) || http::equalsNoCase(field.name, "content-length")) continue;
    if (http::equalsNoCase(field.name, "vary") || http::equalsNoCase(field.name, "content-encoding")) continue;
    if (field.name.size() > 14 && http::equalsNoCase(field.name.substr(0, 15), "access-control-")) continue;
    if (http::isNominated(head_, field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (coded_) out.append("Content-Encoding: ").append(*head_.find("content-encoding")).append("\r\n");
  out.append(request_.answer_fields);
  return out;
}

void Relay::beginAnswer(Exchange::Part part) {
  std::optional<std::uint64_t> length;
  if (part == Exchange::Part::kLast) length = sink_->size();
  else if (!splicer_ && inflate_ == nullptr) length = framing_->length();
  const auto coding = coded_ || report_.shard->shard.stored ? Exchange::Coding::kAsIs : Exchange::Coding::kCompressible;
  exchange_.begin(head_.status, answer_fields_, length, coding);
}

http::Awaitable<bool> Relay::flush(Exchange::Part part) {
  if (part == Exchange::Part::kMore && sink_->empty()) co_return true;
  if (!exchange_.begun()) beginAnswer(part);
  guard_.disarm();
  const bool written = co_await exchange_.write(*sink_, part);
  sink_->clear();
  if (written) co_return true;
  report_.client_gone = true;
  report_.error = Error{ErrorKind::kCanceled, "client closed the connection"};
  co_return false;
}

/// A success must look like Prometheus' JSON before any of it leaves.
bool Relay::firstBytesLookRight(std::string_view payload) const {
  return !isSuccess(head_.status) || coded_ || isJsonStart(payload);
}

/// Moves payload through the splicer into the sink until there is none left or the sink is full. False if the payload
/// is not what a Prometheus sends.
bool Relay::transform(std::string_view& payload) {
  if (!looked_at_ && !payload.empty()) {
    looked_at_ = true;
    if (!firstBytesLookRight(payload)) {
      report_.error = unavailable("answer is not JSON");
      return false;
    }
  }
  if (!splicer_) {
    sink_->append(payload);
    payload.remove_prefix(payload.size());
  } else if (!splicer_->feed(payload, *sink_)) {
    report_.error = unavailable("answer is not Prometheus' JSON");
    return false;
  }
  return true;
}

http::Awaitable<bool> Relay::passPlain(std::string_view payload) {
  while (true) {
    if (!transform(payload)) co_return false;
    if (payload.empty() && !sink_->full()) co_return true;
    const bool flushed = co_await flush(Exchange::Part::kMore);
    if (!flushed) co_return false;
  }
}

/// Unpacks into a block of its own; each piece leaves before the block is used again.
http::Awaitable<bool> Relay::passInflated(std::string_view payload) {
  auto block = forwarder_.loop_.buffers.take();
  while (!payload.empty() || inflate_->state() == http::GzipDecoder::State::kRunning) {
    const std::size_t size = inflate_->decode(payload, block.bytes().data(), block.bytes().size());
    if (inflate_->state() == http::GzipDecoder::State::kBad) {
      report_.error = unavailable("answer is not valid gzip");
      co_return false;
    }
    if (size == 0) break;
    if (!co_await passPlain({block.bytes().data(), size})) co_return false;
    if (!co_await flush(Exchange::Part::kMore)) co_return false;
  }
  if (payload.empty()) co_return true;
  report_.error = unavailable("answer goes on behind its gzip stream");
  co_return false;
}

/// Passes all payload in `bytes`, which were just read.
http::Awaitable<bool> Relay::passRuns(std::string_view bytes) {
  while (!bytes.empty() && !framing_->done() && !framing_->broken()) {
    const auto run = framing_->next(bytes);
    bool passed = false;
    if (inflate_ != nullptr) passed = co_await passInflated(run);
    else passed = co_await passPlain(run);
    if (!passed) co_return false;
  }
  if (framing_->broken()) {
    report_.error = unavailable("answer has a malformed chunk");
    co_return false;
  }
  // Bytes behind the end belong to no request: the connection is not used again.
  if (!bytes.empty()) head_.keep_alive = false;
  co_return true;
}

/// Reads the next bytes into the block. False at the end of the stream or on an error.
http::Awaitable<bool> Relay::readMore() {
  arm(Stage::kBody);
  const auto block = in_->bytes();
  const auto [error, size] = co_await connection_->read(block.data(), block.size());
  if (guard_.fired() == http::Watch::Cause::kClientGone) {
    report_.client_gone = true;
    report_.error = Error{ErrorKind::kCanceled, "client closed the connection"};
    co_return false;
  }
  if (error || guard_.fired()) {
    // A body that cannot tell by itself that it is whole needs an orderly end.
    const bool tells = splicer_ || inflate_ != nullptr;
    const bool orderly = !guard_.fired() && (tells || error == http::asio::error::eof);
    const bool ended = framing_->kind() == BodyFraming::Kind::kUntilClose && orderly && bodyWhole();
    if (!ended) report_.error = failureOf(Stage::kBody, "connection closed within the answer");
    co_return false;
  }
  filled_ = size;
  report_.bytes_in += size;
  co_return true;
}

/// True if what came is a whole body as far as the transforms can tell.
bool Relay::bodyWhole() const {
  if (inflate_ != nullptr && inflate_->state() != http::GzipDecoder::State::kDone) return false;
  return framing_->kind() != BodyFraming::Kind::kUntilClose || !splicer_ || splicer_->whole();
}

void Relay::breakOff(Error error) {
  report_.error = std::move(error);
  if (exchange_.begun()) exchange_.cut();
}

http::Awaitable<void> Relay::pass() {
  if (auto why = chooseTransforms()) {
    report_.error = unavailable(*why);
    co_return;
  }
  answer_fields_ = answerFields();
  out_.emplace(forwarder_.loop_.buffers.take());
  sink_.emplace(out_->bytes());
  std::size_t from = body_at_;
  while (true) {
    const std::string_view bytes(in_->bytes().data() + from, filled_ - from);
    const bool passed = co_await passRuns(bytes);
    if (!passed || framing_->done()) break;
    if (!co_await flush(Exchange::Part::kMore)) break;
    from = 0;
    if (!co_await readMore()) break;
  }
  if (!report_.error && !bodyWhole()) report_.error = unavailable("answer ended before it was whole");
  if (!report_.error && isSuccess(head_.status) && head_.status != 204 && !looked_at_ && !coded_) {
    report_.error = unavailable("answer is empty");
  }
  if (splicer_) report_.foreign_labels = splicer_->foreignLabels();
  if (report_.error) {
    breakOff(*report_.error);
    co_return;
  }
  const bool reusable = head_.keep_alive && framing_->done();
  if (reusable) {
    guard_.guard(nullptr);
    guard_.disarm();
    forwarder_.pool_.put(std::move(connection_));
  }
  co_await flush(Exchange::Part::kLast);
}

// Forwarder.

http::Awaitable<ForwardReport> Forwarder::forward(Exchange& exchange,
                                                  std::span<const remote::RemoteShard* const> candidates,
                                                  const ShardRequest& request) {
  ForwardReport report;
  Relay relay(*this, exchange, request, report);
  co_await relay.run(candidates);
  co_return report;
}

void Forwarder::setOptions(const remote::ClientOptions& options) {
  options_ = options;
  pool_.setOptions(options);
}

}  // namespace prome::forward
