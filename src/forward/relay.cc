// The life of a forwarded request.
//
// ask(): a kept connection, or a new one; the request in one write; the head of the answer. A kept connection
// that turns out to be closed before a byte of the answer has come says nothing about the shard: the request
// is sent again on a new one. Any other failure moves on to the next replica, and the failed one is tried
// last for a while.
//
// An answer that turns out broken before a byte of it has left is a failure of its replica like the others.
//
// pass(): bytes are read into one block, the framing is taken off, an optional inflater and an optional
// splicer transform them, and what results leaves in one write per read; only then is the next read made. An
// answer that lies whole in the first block goes out with its length, anything else in chunks.
//
// Every wait is bounded by the guard: connect, first byte and idle time by their own limits, all of it by the
// query's deadline, which stands still while the client is what we wait for.
#include "forward/relay.h"

#include <algorithm>
#include <cassert>
#include <cstdio>
#include <cstring>
#include <utility>

#include "base/duration_text.h"
#include "http/form.h"

namespace prome::forward {
namespace {

using http::Exchange;
using std::chrono::milliseconds;

constexpr std::size_t kMaxSpareHeads = 128;
constexpr std::size_t kPutOffBelow = 8u << 10;
constexpr int kMaxInterim = 8;  // 1xx answers before the real one

constexpr int kUnprocessable = 422;
/// Ends the error of any query that a Prometheus meets while it shuts down.
constexpr std::string_view kBlockIsClosing = "block is closing\"";

bool isJsonStart(std::string_view payload) {
  const auto at = payload.find_first_not_of(" \t\r\n");
  return at == std::string_view::npos || payload[at] == '{';
}

bool isSuccess(int status) {
  return status >= 200 && status < 300;
}

/// True for the fields of a shard's answer that are the router's own business.
bool isReplaced(const http::Field& field) {
  switch (field.id) {
    case http::FieldName::kContentLength:
    case http::FieldName::kContentEncoding:
    case http::FieldName::kVary:
      return true;
    default:
      break;
  }
  constexpr std::string_view kCors = "access-control-";
  return field.name.size() > kCors.size() && http::isFieldName(field.name.substr(0, kCors.size()), kCors);
}

}  // namespace

Relay::Relay(Forwarder& forwarder, Exchange& exchange, const ShardRequest& request, ForwardReport& report)
    : forwarder_(forwarder),
      exchange_(exchange),
      request_(request),
      report_(report),
      guard_(forwarder.loop_.watchdog),
      now_(request.received),
      head_storage_(forwarder.takeHead()),
      head_(*head_storage_) {
  guard_.watchClient(exchange.clientFd());
}

Relay::~Relay() {
  forwarder_.giveBack(std::move(head_storage_));
}

/// Bounds the wait that follows, from now_ on.
void Relay::arm(Stage stage) {
  const auto& options = forwarder_.options_;
  const auto limit = stage == Stage::kConnect     ? options.connect_timeout
                     : stage == Stage::kFirstByte ? options.first_byte_timeout
                                                  : options.idle_timeout;
  stage_deadline_ = now_ + limit;
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
    const auto limit = std::chrono::duration_cast<milliseconds>(request_.timeout);
    return {ErrorKind::kTimeout,
            "query timed out after " + durationText(limit) + " waiting for " + shardText()};
  }
  const auto& options = forwarder_.options_;
  switch (stage) {
    case Stage::kConnect:
      return {ErrorKind::kTimeout,
              shardText() + ": no connection within " + durationText(options.connect_timeout)};
    case Stage::kFirstByte:
      return {ErrorKind::kTimeout,
              shardText() + ": no answer within " + durationText(options.first_byte_timeout)};
    case Stage::kBody:
      break;
  }
  return {ErrorKind::kTimeout, shardText() + ": answer stalled for " + durationText(options.idle_timeout)};
}

// Asking.

std::string_view Relay::acceptEncoding(const remote::Replica& replica) const {
  if (report_.shard->shard.stored)
    return request_.accept_encoding.empty() ? "identity" : request_.accept_encoding;
  switch (replica.request.compression) {
    case topology::ShardCompression::kOn:
      return "gzip";
    case topology::ShardCompression::kOff:
      return "identity";
    case topology::ShardCompression::kAuto:
      break;
  }
  // Bytes that leave compressed as they came cost nothing here and less on the way; what would have to be
  // unpacked is worth it only where the link is the bottleneck, which configuration knows.
  const bool untouched = request_.labels == nullptr || request_.labels->empty();
  const bool pays = untouched && !replica.loopback() && http::acceptsGzip(request_.accept_encoding);
  return pays ? "gzip" : "identity";
}

/// The request as `replica` gets it, into text_.
void Relay::writeRequestText(const remote::Replica& replica) {
  std::string timeout;
  if (request_.pass_timeout) {
    const auto left = std::chrono::duration_cast<milliseconds>(deadline() - http::Clock::now()).count();
    std::array<char, 32> text{};
    const double seconds = static_cast<double>(std::max<std::int64_t>(left, 1)) / 1e3;
    const auto size = std::snprintf(text.data(), text.size(), "timeout=%.3f", seconds);
    timeout.append(request_.parameters.empty() ? "" : "&")
        .append(text.data(), static_cast<std::size_t>(size));
  }
  const bool post = request_.method == ShardRequest::Method::kPost;
  const auto& parameters = request_.parameters;
  text_.clear();
  text_.reserve(256 + replica.fixed_fields.size() + request_.client_fields.size() + parameters.size());
  text_.append(post ? "POST " : "GET ").append(replica.endpoint.path_prefix).append(request_.path);
  if (!post && !(parameters.empty() && timeout.empty())) text_.append("?").append(parameters).append(timeout);
  text_.append(" HTTP/1.1\r\n").append(replica.fixed_fields).append(request_.client_fields);
  text_.append("Accept-Encoding: ").append(acceptEncoding(replica)).append("\r\n");
  if (replica.request.forward_authorization && !request_.authorization.empty()) {
    text_.append("Authorization: ").append(request_.authorization).append("\r\n");
  }
  if (post) {
    text_.append("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ");
    text_.append(std::to_string(parameters.size() + timeout.size())).append("\r\n\r\n");
    text_.append(parameters).append(timeout);
  } else {
    text_.append("\r\n");
  }
}

http::Awaitable<bool> Relay::connect(const std::shared_ptr<const remote::Replica>& replica) {
  connection_ = std::make_unique<remote::ShardConnection>(forwarder_.loop_, forwarder_.resolver_, replica);
  guard_.guard(connection_.get());
  arm(Stage::kConnect);
  const std::string why = co_await connection_->connect();
  now_ = http::Clock::now();
  if (why.empty() && !guard_.fired()) co_return true;
  report_.error = failureOf(Stage::kConnect, why);
  co_return false;
}

http::Awaitable<Relay::Asked> Relay::ask(const std::shared_ptr<const remote::Replica>& replica, Fresh fresh) {
  const auto started = now_;
  report_.replica = replica.get();
  report_.error.reset();
  ++report_.attempts;
  connection_ = fresh == Fresh::kPooledAllowed ? forwarder_.pool_.take(*replica) : nullptr;
  if (connection_ == nullptr) {
    const bool connected = co_await connect(replica);
    if (gone()) co_return Asked::kGone;
    if (!connected) co_return Asked::kFailed;
  }
  guard_.guard(connection_.get());
  arm(Stage::kFirstByte);
  writeRequestText(*replica);
  co_await forwarder_.loop_.ready.endOfBatch();
  std::string_view unsent = text_;
  bool written = connection_->tryWrite(unsent);
  if (written && !unsent.empty()) written = co_await connection_->write(unsent);
  filled_ = 0;
  Asked asked = written ? Asked::kMore : Asked::kStale;
  while (asked == Asked::kMore) {
    if (!in_) in_.emplace(forwarder_.loop_.buffers.take());
    const auto room = in_->bytes().subspan(filled_);
    const auto [error, size] = co_await connection_->read(room);
    asked = error || guard_.fired() ? Asked::kStale : judgeHead(size);
  }
  if (gone()) co_return Asked::kGone;
  now_ = http::Clock::now();
  report_.first_byte = now_ - started;
  if (asked != Asked::kStale) co_return asked;
  // Nothing came on a kept connection: it had been closed meanwhile, which says nothing about the shard.
  if (connection_->reused() && filled_ == 0 && !guard_.fired()) co_return Asked::kStale;
  report_.error =
      failureOf(Stage::kFirstByte, filled_ == 0 ? "connection closed before an answer"
                                                : "connection closed within the head of the answer");
  co_return Asked::kFailed;
}

/// Takes `size` new bytes of the head into account.
Relay::Asked Relay::judgeHead(std::size_t size) {
  const auto block = in_->bytes();
  const std::size_t limit = std::min(block.size() / 2, forwarder_.options_.max_head_bytes);
  filled_ += size;
  report_.bytes_in += size;
  auto outcome = http::parseResponseHead({block.data(), filled_}, head_);
  for (int interim = 0;
       outcome.state == http::ParseState::kDone && head_.status < 200 && interim < kMaxInterim; ++interim) {
    std::memmove(block.data(), block.data() + outcome.size, filled_ - outcome.size);
    filled_ -= outcome.size;
    outcome = filled_ == 0 ? http::ParseOutcome{} : http::parseResponseHead({block.data(), filled_}, head_);
  }
  std::string_view why;
  if (outcome.state == http::ParseState::kRefused)
    why = outcome.reason;
  else if (outcome.state == http::ParseState::kDone ? outcome.size > limit : filled_ >= limit)
    why = "head too large";
  else if (outcome.state == http::ParseState::kDone && head_.status < 200)
    why = "too many interim answers";
  if (!why.empty()) {
    report_.error = unavailable("malformed answer: " + std::string(why));
    return Asked::kFailed;
  }
  if (outcome.state == http::ParseState::kNeedMore) return Asked::kMore;
  body_at_ = outcome.size;
  report_.status = head_.status;
  return Asked::kAnswered;
}

/// A gateway's or a starting server's 502..504 is no answer of the shard while another replica is left to
/// ask. What speaks Prometheus' JSON is one, but for the error of a server that closes its storage to end.
bool Relay::worthAnotherReplica() {
  if (head_.status == kUnprocessable) {
    const std::string_view begun(in_->bytes().data() + body_at_, filled_ - body_at_);
    return begun.find(kBlockIsClosing) != std::string_view::npos;
  }
  if (head_.status < 502 || head_.status > 504) return false;
  return head_.find(http::FieldName::kContentType).value_or("").find("json") == std::string_view::npos;
}

/// Asks the candidates in turn, of each the replicas believed up first, until one answers; passes its answer.
http::Awaitable<Relay::Asked> Relay::askAny(std::span<const remote::RemoteShard* const> candidates) {
  for (const remote::RemoteShard* shard : candidates) {
    report_.shard = shard;
    const std::size_t count = shard->replicas.size();
    const auto order = shard->byHealth(now_);
    for (std::size_t i = 0; i < count; ++i) {
      const auto& replica = shard->replicas[order.empty() ? i : order[i]];
      Asked asked = co_await ask(replica, Fresh::kPooledAllowed);
      if (asked == Asked::kStale) asked = co_await ask(replica, Fresh::kNewOnly);
      if (asked == Asked::kGone) co_return asked;
      const bool last = shard == candidates.back() && i + 1 == count;
      if (asked == Asked::kAnswered && (last || !worthAnotherReplica())) {
        const bool settled = co_await pass();
        if (settled) {
          if (!report_.error) replica->health.markUp();
          co_return asked;
        }
      }
      replica->health.markDown(now_ + forwarder_.options_.down_backoff);
      if (now_ >= deadline()) co_return Asked::kFailed;
    }
  }
  co_return Asked::kFailed;
}

http::Awaitable<void> Relay::run(std::span<const remote::RemoteShard* const> candidates) {
  const Asked asked = co_await askAny(candidates);
  if (asked == Asked::kGone) clientGone();
  guard_.disarm();
  report_.total = http::Clock::now() - request_.received;
}

void Relay::clientGone() {
  report_.client_gone = true;
  report_.error = Error{ErrorKind::kCanceled, "client closed the connection"};
  exchange_.cut();
}

// Passing the answer.

/// Decides what the body goes through. Returns why it cannot be passed, if so.
std::optional<std::string> Relay::chooseTransforms() {
  if (!looksLikeJson()) return "answer is not JSON";
  framing_.emplace(head_);
  const auto encoding = head_.find(http::FieldName::kContentEncoding).value_or("");
  const bool identity = encoding.empty() || http::equalsNoCase(encoding, "identity");
  const bool gzip = http::equalsNoCase(encoding, "gzip") || http::equalsNoCase(encoding, "x-gzip");
  const bool splice = isSuccess(head_.status) && request_.labels != nullptr && !request_.labels->empty();
  const bool client_takes_it =
      report_.shard->shard.stored || (gzip && http::acceptsGzip(request_.accept_encoding));
  coded_ = !identity && !splice && client_takes_it;
  if (!identity && !coded_) {
    if (!gzip) return "content encoding \"" + std::string(encoding) + "\" was not asked for";
    inflate_ = std::make_unique<http::GzipDecoder>();
  }
  if (splice) splicer_.emplace(request_.shape, *request_.labels);
  // The JSON itself must tell that it is whole: an orderly end of the body is no promise of that, and without
  // a length or chunks any end of the connection looks orderly. What is stored passes byte for byte.
  const bool framed = framing_->kind() != http::BodyFraming::Kind::kUntilClose;
  const bool trusted = framed && report_.shard->shard.stored;
  if (isSuccess(head_.status) && head_.status != 204 && !coded_ && !trusted) end_.emplace();
  return std::nullopt;
}

/// True if the head of a success does not deny that its body is JSON.
bool Relay::looksLikeJson() const {
  if (!isSuccess(head_.status) || head_.status == 204) return true;
  const auto type = head_.find(http::FieldName::kContentType).value_or("");
  return type.empty() || type.find("json") != std::string_view::npos;
}

std::string Relay::answerFields() const {
  std::string out;
  out.reserve(256);
  for (const http::Field& field : head_.fields()) {
    if (http::isHopByHop(field.id) || isReplaced(field) || http::isNominated(head_, field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (coded_)
    out.append("Content-Encoding: ").append(*head_.find(http::FieldName::kContentEncoding)).append("\r\n");
  out.append(request_.answer_fields);
  return out;
}

void Relay::beginAnswer(Exchange::Part part) {
  std::optional<std::uint64_t> length;
  if (part == Exchange::Part::kLast)
    length = sink_->size();
  else if (!splicer_ && inflate_ == nullptr)
    length = framing_->length();
  const auto coding =
      coded_ || report_.shard->shard.stored ? Exchange::Coding::kAsIs : Exchange::Coding::kCompressible;
  exchange_.begin(head_.status, answer_fields_, length, coding);
}

/// Sends what the sink holds; false once the client is gone.
http::Awaitable<bool> Relay::flush(Exchange::Part part) {
  if (part == Exchange::Part::kMore && sink_->empty()) co_return true;
  guard_.disarm();
  if (!exchange_.begun()) {
    beginAnswer(part);
    // A large piece is sent while it is warm in the cache.
    if (sink_->size() < kPutOffBelow) co_await forwarder_.loop_.ready.endOfBatch();
  }
  auto sent = exchange_.tryWrite(sink_->slices(), part);
  if (sent == Exchange::Sent::kBlocked) {
    const bool finished = co_await exchange_.finishWrite();
    sent = finished ? Exchange::Sent::kAll : Exchange::Sent::kGone;
  }
  sink_->clear();
  if (sent == Exchange::Sent::kGone) clientGone();
  co_return sent == Exchange::Sent::kAll;
}

/// Moves payload through the splicer into the sink until there is none left or the sink is full. False if the
/// payload is not what a Prometheus sends.
bool Relay::transform(std::string_view& payload) {
  if (!looked_at_ && isSuccess(head_.status) && !coded_ && !isJsonStart(payload)) {
    report_.error = unavailable("answer is not JSON");
    return false;
  }
  looked_at_ = true;
  const std::string_view before = payload;
  const bool good = splice(payload);
  if (!good) report_.error = unavailable("answer is not Prometheus' JSON");
  if (end_) end_->see(before.substr(0, before.size() - payload.size()));
  return good;
}

bool Relay::splice(std::string_view& payload) {
  if (splicer_) return splicer_->feed(payload, *sink_);
  sink_->append(payload);
  payload.remove_prefix(payload.size());
  return true;
}

/// Unpacks the next piece of run_ into plain_. False if it is not gzip.
bool Relay::inflateMore() {
  if (!inflated_) inflated_.emplace(forwarder_.loop_.buffers.take());
  const auto block = inflated_->bytes();
  const std::size_t size = inflate_->decode(run_, block.data(), block.size());
  plain_ = {block.data(), size};
  inflate_full_ = size == block.size();
  using State = http::GzipDecoder::State;
  if (inflate_->state() == State::kBad) {
    report_.error = unavailable("answer is not valid gzip");
    return false;
  }
  if (inflate_->state() != State::kDone || run_.empty()) return true;
  report_.error = unavailable("answer goes on behind its gzip stream");
  return false;
}

/// Moves `bytes` as they came from the shard towards the sink: off with the framing, through inflater and
/// splicer.
Relay::Step Relay::advance(std::string_view& bytes) {
  while (true) {
    if (sink_->full()) return Step::kFlush;
    if (!plain_.empty() || (splicer_ && splicer_->owes())) {
      if (!transform(plain_)) return Step::kBroken;
    } else if (inflate_ != nullptr && (!run_.empty() || inflate_full_)) {
      if (!sink_->empty()) return Step::kFlush;  // slices may lie in the block that is written next
      if (!inflateMore()) return Step::kBroken;
    } else if (!run_.empty()) {
      plain_ = std::exchange(run_, {});
    } else if (framing_->done()) {
      // Bytes behind the end belong to no request: the connection is not used again.
      if (!bytes.empty()) head_.keep_alive = false;
      return Step::kDone;
    } else if (framing_->broken()) {
      report_.error = unavailable("answer has a malformed chunk");
      return Step::kBroken;
    } else if (bytes.empty()) {
      return Step::kRead;
    } else {
      run_ = framing_->next(bytes);
    }
  }
}

/// Reads the next bytes into the block. False at the end of the stream or on an error.
http::Awaitable<bool> Relay::readMore() {
  now_ = http::Clock::now();
  arm(Stage::kBody);
  const auto block = in_->bytes();
  const auto [error, size] = co_await connection_->read(block);
  if (gone()) {
    clientGone();
    co_return false;
  }
  if (error || guard_.fired()) {
    // A body that cannot tell by itself that it is whole needs an orderly end.
    const bool tells = end_ || inflate_ != nullptr;
    const bool orderly = !guard_.fired() && (tells || error == http::asio::error::eof);
    const bool ended = framing_->kind() == http::BodyFraming::Kind::kUntilClose && orderly && bodyWhole();
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
  return !end_ || !looked_at_ || end_->whole();
}

/// Passes the answer whose head is read. True if it is whole and only its last piece is still to be sent.
http::Awaitable<bool> Relay::passBody() {
  std::string_view bytes(in_->bytes().data() + body_at_, filled_ - body_at_);
  while (true) {
    const Step step = advance(bytes);
    if (step == Step::kBroken) co_return false;
    if (step == Step::kDone) co_return true;
    const bool flushed = co_await flush(Exchange::Part::kMore);
    if (!flushed) co_return false;
    if (step == Step::kFlush) continue;
    const bool read = co_await readMore();
    if (!read) co_return !report_.error;
    bytes = {in_->bytes().data(), filled_};
  }
}

/// Forgets a broken answer of which nothing has left.
void Relay::resetTransforms() {
  framing_.reset();
  splicer_.reset();
  end_.reset();
  inflate_.reset();
  if (sink_) sink_->clear();
  run_ = plain_ = {};
  inflate_full_ = looked_at_ = false;
}

/// Passes the answer whose head is read. False if it is broken and nothing of it has left: another replica
/// may be asked.
http::Awaitable<bool> Relay::pass() {
  resetTransforms();
  if (auto why = chooseTransforms()) {
    report_.error = unavailable(*why);
    co_return false;
  }
  answer_fields_ = answerFields();
  if (!out_) out_.emplace(forwarder_.loop_.buffers.take());
  sink_.emplace(out_->bytes());
  const bool passed = co_await passBody();
  if (passed && !bodyWhole()) report_.error = unavailable("answer ended before it was whole");
  if (passed && isSuccess(head_.status) && head_.status != 204 && !looked_at_ && !report_.error) {
    report_.error = unavailable("answer is empty");
  }
  if (splicer_) {
    report_.foreign_labels = splicer_->foreignLabels();
    report_.misplaced_series = splicer_->misplaced();
  }
  if (report_.error) {
    if (exchange_.begun()) exchange_.cut();
    co_return exchange_.begun() || report_.client_gone;
  }
  if (head_.keep_alive && framing_->done()) {
    guard_.guard(nullptr);
    guard_.disarm();
    forwarder_.pool_.put(std::move(connection_), now_);
  }
  co_await flush(Exchange::Part::kLast);
  co_return true;
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

std::unique_ptr<http::ResponseHead> Forwarder::takeHead() {
  if (spare_heads_.empty()) return std::make_unique_for_overwrite<http::ResponseHead>();
  auto head = std::move(spare_heads_.back());
  spare_heads_.pop_back();
  return head;
}

void Forwarder::giveBack(std::unique_ptr<http::ResponseHead> head) {
  if (spare_heads_.size() < kMaxSpareHeads) spare_heads_.push_back(std::move(head));
}

void Forwarder::setOptions(const remote::ClientOptions& options) {
  options_ = options;
  pool_.setOptions(options);
}

}  // namespace prome::forward
