// The life of a forwarded request.
//
// askAny(): a kept connection of a replica that turns out to be closed before a byte of the answer has come
// says nothing about the shard: the request is sent again on a new one. Any other failure moves on to the
// next replica, and the failed one is tried last for a while.
//
// An answer that turns out broken before a byte of it has left is a failure of its replica like the others.
//
// pass(): bytes are read into one block, the framing is taken off, an optional inflater and an optional
// splicer transform them, and what results leaves in one write per read; only then is the next read made. An
// answer that lies whole in the first block goes out with its length, anything else in chunks.
//
// The query's deadline stands still while the client is what we wait for.
#include "forward/relay.h"

#include <utility>

#include "remote/answer_judgement.h"

namespace prome::forward {
namespace {

using http::Exchange;
using remote::AnswerBodyDecoder;
using remote::ReplicaCall;

constexpr std::size_t kPutOffBelow = 8u << 10;

constexpr int kUnprocessable = 422;
/// Ends the error of any query that a Prometheus meets while it shuts down.
constexpr std::string_view kBlockIsClosing = "block is closing\"";

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
      text_{.method = request.method,
            .timeout =
                request.pass_timeout ? remote::CallText::Timeout::kSaid : remote::CallText::Timeout::kUnsaid,
            .path = request.path,
            .parameters = request.parameters,
            .fields = request.client_fields,
            .body_fields = remote::kFormField,
            .authorization = request.authorization},
      call_(forwarder.port(), request.received, request.timeout),
      body_(forwarder.loop_.buffers) {
  call_.watchClient(exchange.clientFd());
}

// Asking.

std::string_view Relay::acceptEncoding(const remote::RemoteShard& shard,
                                       const remote::Replica& replica) const {
  if (shard.shard.stored) return request_.accept_encoding.empty() ? "identity" : request_.accept_encoding;
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

/// A gateway's or a starting server's 502..504 is no answer of the shard while another replica is left to
/// ask. What speaks Prometheus' JSON is one, but for the error of a server that closes its storage to end.
bool Relay::worthAnotherReplica() {
  const http::ResponseHead& head = call_.head();
  if (head.status == kUnprocessable) return call_.bytes().find(kBlockIsClosing) != std::string_view::npos;
  if (head.status < 502 || head.status > 504) return false;
  return head.find(http::FieldName::kContentType).value_or("").find("json") == std::string_view::npos;
}

/// Asks the candidates in turn, of each the replicas believed up first, until one answers; passes its answer.
http::Awaitable<Relay::Asked> Relay::askAny(std::span<const remote::RemoteShard* const> candidates) {
  using Fresh = ReplicaCall::Fresh;
  for (const remote::RemoteShard* shard : candidates) {
    const std::size_t count = shard->replicas.size();
    const auto order = shard->byHealth(call_.now());
    for (std::size_t i = 0; i < count; ++i) {
      const auto& replica = shard->replicas[order.empty() ? i : order[i]];
      const auto accepts = acceptEncoding(*shard, *replica);
      call_.setDeadline(deadline());
      auto asked = co_await call_.ask(*shard, replica, text_, accepts, Fresh::kPooledAllowed);
      if (asked == ReplicaCall::Asked::kStale && !call_.clientGone())
        asked = co_await call_.ask(*shard, replica, text_, accepts, Fresh::kNewOnly);
      if (call_.clientGone()) co_return Asked::kGone;
      report_.error = call_.error();
      const bool last = shard == candidates.back() && i + 1 == count;
      if (asked == ReplicaCall::Asked::kAnswered) report_.status = call_.head().status;
      if (asked == ReplicaCall::Asked::kAnswered && (last || !worthAnotherReplica())) {
        const bool settled = co_await pass();
        if (settled) {
          if (!report_.error) replica->health.markUp();
          co_return Asked::kAnswered;
        }
      }
      replica->health.markDown(call_.now() + forwarder_.options_.down_backoff);
      if (call_.now() < deadline()) continue;
      if (!report_.error) report_.error = call_.unavailable("answered as a gateway does");
      co_return Asked::kFailed;
    }
  }
  co_return Asked::kFailed;
}

http::Awaitable<void> Relay::run(std::span<const remote::RemoteShard* const> candidates) {
  const Asked asked = co_await askAny(candidates);
  if (asked == Asked::kGone) clientGone();
  call_.disarm();
  fillReport();
}

void Relay::fillReport() {
  report_.shard = call_.shard();
  report_.replica = call_.replica();
  report_.attempts = call_.attempts();
  report_.bytes_in = call_.bytesIn();
  report_.first_byte = call_.firstByte();
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
  using Coding = AnswerBodyDecoder::Coding;
  const http::ResponseHead& head = call_.head();
  const bool has_json = remote::isSuccess(head.status) && head.status != 204;
  if (has_json && remote::deniesJson(head)) return "answer is not JSON";
  const auto coding = AnswerBodyDecoder::codingOf(head);
  const bool splice =
      remote::isSuccess(head.status) && request_.labels != nullptr && !request_.labels->empty();
  const bool client_takes_it =
      stored() || (coding == Coding::kGzip && http::acceptsGzip(request_.accept_encoding));
  coded_ = coding != Coding::kIdentity && !splice && client_takes_it;
  if (!coding && !coded_) {
    const auto name = *head.find(http::FieldName::kContentEncoding);
    return "content encoding \"" + std::string(name) + "\" was not asked for";
  }
  body_.begin(head, coded_ ? Coding::kIdentity : *coding);
  if (splice) splicer_.emplace(request_.shape, *request_.labels);
  // The JSON itself must tell that it is whole: an orderly end of the body is no promise of that, and without
  // a length or chunks any end of the connection looks orderly. What is stored passes byte for byte.
  const bool framed = body_.framing().kind() != http::BodyFraming::Kind::kUntilClose;
  const bool trusted = framed && stored();
  if (has_json && !coded_ && !trusted) end_.emplace();
  return std::nullopt;
}

std::string Relay::answerFields() const {
  std::string out;
  out.reserve(256);
  const http::ResponseHead& head = call_.head();
  for (const http::Field& field : head.fields()) {
    if (http::isHopByHop(field.id) || isReplaced(field) || http::isNominated(head, field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (coded_)
    out.append("Content-Encoding: ").append(*head.find(http::FieldName::kContentEncoding)).append("\r\n");
  out.append(request_.answer_fields);
  return out;
}

void Relay::beginAnswer(Exchange::Part part) {
  std::optional<std::uint64_t> length;
  if (part == Exchange::Part::kLast)
    length = sink_->size();
  else if (!splicer_ && !body_.inflates())
    length = body_.framing().length();
  const auto coding = coded_ || stored() ? Exchange::Coding::kAsIs : Exchange::Coding::kCompressible;
  exchange_.begin(call_.head().status, answer_fields_, length, coding);
}

/// Sends what the sink holds; false once the client is gone.
http::Awaitable<bool> Relay::flush(Exchange::Part part) {
  if (part == Exchange::Part::kMore && sink_->empty()) co_return true;
  call_.disarm();
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
  if (!looked_at_ && remote::isSuccess(call_.head().status) && !coded_ && !remote::isJsonStart(payload)) {
    report_.error = call_.unavailable("answer is not JSON");
    return false;
  }
  looked_at_ = true;
  const std::string_view before = payload;
  const bool good = splice(payload);
  if (!good) report_.error = call_.unavailable("answer is not Prometheus' JSON");
  if (end_) end_->see(before.substr(0, before.size() - payload.size()));
  return good;
}

bool Relay::splice(std::string_view& payload) {
  if (splicer_) return splicer_->feed(payload, *sink_);
  sink_->append(payload);
  payload.remove_prefix(payload.size());
  return true;
}

/// Moves bytes as they came from the shard towards the sink: plain, and through the splicer.
Relay::Step Relay::advance() {
  std::string_view& bytes = call_.bytes();
  while (true) {
    if (sink_->full()) return Step::kFlush;
    if (!plain_.empty() || (splicer_ && splicer_->owes())) {
      if (!transform(plain_)) return Step::kBroken;
      continue;
    }
    if (body_.overwrites() && !sink_->empty()) return Step::kFlush;  // slices may lie where it writes
    switch (body_.next(bytes, plain_)) {
      case AnswerBodyDecoder::Step::kRun:
        break;
      case AnswerBodyDecoder::Step::kNeedsBytes:
        return Step::kRead;
      case AnswerBodyDecoder::Step::kDone:
        // Bytes behind the end belong to no request: the connection is not used again.
        if (!bytes.empty()) call_.head().keep_alive = false;
        return Step::kDone;
      case AnswerBodyDecoder::Step::kBroken:
        report_.error = call_.unavailable(body_.problem());
        return Step::kBroken;
    }
  }
}

/// A read gave no bytes. True if the answer has come to its end by that.
bool Relay::takeEnd(ReplicaCall::Read read) {
  if (call_.clientGone()) {
    clientGone();
    return false;
  }
  // A body that cannot tell by itself that it is whole needs an orderly end.
  const bool tells = end_ || body_.inflates();
  const bool orderly = read == ReplicaCall::Read::kEnd || (tells && read == ReplicaCall::Read::kBroken);
  const bool until_close = body_.framing().kind() == http::BodyFraming::Kind::kUntilClose;
  if (until_close && orderly && bodyWhole()) return true;
  report_.error = call_.readFailure();
  return false;
}

/// True if what came is a whole body as far as the transforms can tell.
bool Relay::bodyWhole() const {
  if (!body_.streamWhole()) return false;
  return !end_ || !looked_at_ || end_->whole();
}

/// Passes the answer whose head is read. True if it is whole and only its last piece is still to be sent.
http::Awaitable<bool> Relay::passBody() {
  while (true) {
    const Step step = advance();
    if (step == Step::kBroken) co_return false;
    if (step == Step::kDone) co_return true;
    const bool flushed = co_await flush(Exchange::Part::kMore);
    if (!flushed) co_return false;
    if (step == Step::kFlush) continue;
    call_.setDeadline(deadline());
    const auto read = co_await call_.read();
    if (read != ReplicaCall::Read::kBytes) co_return takeEnd(read);
  }
}

/// Forgets a broken answer of which nothing has left.
void Relay::resetTransforms() {
  splicer_.reset();
  end_.reset();
  if (sink_) sink_->clear();
  plain_ = {};
  looked_at_ = false;
}

/// Passes the answer whose head is read. False if it is broken and nothing of it has left: another replica
/// may be asked.
http::Awaitable<bool> Relay::pass() {
  resetTransforms();
  if (auto why = chooseTransforms()) {
    report_.error = call_.unavailable(*why);
    co_return false;
  }
  answer_fields_ = answerFields();
  if (!out_) out_.emplace(forwarder_.loop_.buffers.take());
  sink_.emplace(out_->bytes());
  const bool passed = co_await passBody();
  if (passed && !bodyWhole()) report_.error = call_.unavailable("answer ended before it was whole");
  const int status = call_.head().status;
  if (passed && remote::isSuccess(status) && status != 204 && !looked_at_ && !report_.error) {
    report_.error = call_.unavailable("answer is empty");
  }
  if (splicer_) {
    report_.foreign_labels = splicer_->foreignLabels();
    report_.misplaced_series = splicer_->misplaced();
  }
  if (report_.error) {
    if (exchange_.begun()) exchange_.cut();
    co_return exchange_.begun() || report_.client_gone;
  }
  if (call_.head().keep_alive && body_.framing().done()) call_.keepConnection();
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

void Forwarder::setOptions(const remote::ClientOptions& options) {
  options_ = options;
  pool_.setOptions(options);
}

}  // namespace prome::forward
