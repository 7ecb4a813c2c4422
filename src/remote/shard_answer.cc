#include "remote/shard_answer.h"

#include <utility>

#include "base/json_reader.h"
#include "remote/answer_judgement.h"

namespace prome::remote {
namespace {

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
    : port_(port),
      shard_(shard),
      question_(std::move(question)),
      call_(port, http::Clock::now(), question_.timeout),
      body_(port.loop.buffers) {
  call_.setDeadline(question_.deadline);
}

std::unexpected<Error> ShardAnswer::broken(std::string_view why) const {
  return std::unexpected(call_.unavailable(why));
}

// Asking.

/// Judges an answer that is an error. False: another replica is to be asked, unless this is the last.
http::Awaitable<bool> ShardAnswer::settleError(bool last) {
  const int status = call_.head().status;
  std::string body;
  while (body.size() < kMaxErrorBytes) {
    const Result<std::string_view> run = co_await nextRun();
    if (!run) {
      error_ = run.error();
      co_return false;
    }
    if (run->empty()) break;
    body.append(*run);
  }
  error_ = errorIn(body);
  is_shard_error_ = error_.has_value();
  if (!error_) error_ = call_.unavailable("answered with status " + std::to_string(status));
  // A gateway's or an ending server's error is no answer while another replica is left.
  const bool gateways = status >= 502 && status <= 504 && !is_shard_error_;
  co_return last || !(gateways || error_->message.ends_with("block is closing"));
}

/// Judges the answer whose head is there, likewise.
http::Awaitable<bool> ShardAnswer::settle(bool last) {
  const http::ResponseHead& head = call_.head();
  auto coding = AnswerBodyDecoder::codingOf(head);
  // Remote read's own: whoever asked for it unpacks it.
  if (!coding && head.find(http::FieldName::kContentEncoding) == "snappy")
    coding = AnswerBodyDecoder::Coding::kIdentity;
  const bool success = isSuccess(head.status);
  const auto type = head.find(http::FieldName::kContentType).value_or("");
  const bool binary = type.find("protobuf") != std::string_view::npos;
  if (!coding || (success && !binary && deniesJson(head))) {
    error_ = call_.unavailable(coding ? "answer is not JSON" : "answer is in a coding not asked for");
    co_return false;
  }
  body_.begin(head, *coding);
  if (!success) {
    const bool settled = co_await settleError(last);
    co_return settled;
  }
  const Result<std::string_view> run = co_await nextRun();
  if (!run) {
    error_ = run.error();
    co_return false;
  }
  first_ = *run;
  if (binary) co_return true;
  if (first_.empty() || !isJsonStart(first_)) {
    error_ = call_.unavailable(first_.empty() ? "answer is empty" : "answer is not JSON");
    co_return false;
  }
  co_return true;
}

/// False: another replica is to be asked, unless this is the last.
http::Awaitable<bool> ShardAnswer::askReplica(const std::shared_ptr<const Replica>& replica, bool last) {
  const CallText text{.method = CallText::Method::kPost,
                      .timeout = question_.timeout_parameter,
                      .path = question_.path,
                      .parameters = question_.body,
                      .fields = question_.fields,
                      .body_fields = {},
                      .authorization = question_.authorization};
  const bool gzip = replica->request.compression == topology::ShardCompression::kOn;
  const std::string_view accepts = gzip ? "gzip" : "identity";
  ended_ = false;
  error_.reset();
  auto asked = co_await call_.ask(shard_, replica, text, accepts, ReplicaCall::Fresh::kPooledAllowed);
  if (asked == ReplicaCall::Asked::kStale)
    asked = co_await call_.ask(shard_, replica, text, accepts, ReplicaCall::Fresh::kNewOnly);
  if (asked == ReplicaCall::Asked::kAnswered) {
    const bool settled = co_await settle(last);
    co_return settled;
  }
  error_ = call_.error();
  co_return false;
}

http::Awaitable<std::optional<Error>> ShardAnswer::open() {
  const auto order = shard_.byHealth(call_.now());
  const std::size_t count = shard_.replicas.size();
  for (std::size_t i = 0; i < count && !call_.aborted(); ++i) {
    const auto& replica = shard_.replicas[order.empty() ? i : order[i]];
    const bool settled = co_await askReplica(replica, i + 1 == count);
    call_.disarm();
    if (call_.aborted()) break;
    if (settled) {
      replica->health.markUp();
      break;
    }
    replica->health.markDown(call_.now() + port_.options.down_backoff);
    if (call_.now() >= question_.deadline) break;
  }
  if (call_.aborted()) error_ = Error{ErrorKind::kCanceled, "query was canceled"};
  co_return error_;
}

// Reading.

http::Awaitable<Result<std::string_view>> ShardAnswer::read() {
  if (call_.aborted()) co_return std::unexpected(call_.readFailure());
  if (!first_.empty()) co_return std::exchange(first_, {});
  Result<std::string_view> run = co_await nextRun();
  call_.disarm();
  co_return run;
}

/// All has been read. Bytes behind the end belong to no request: the connection is not used again then.
void ShardAnswer::noteEnd() {
  ended_ = true;
  if (call_.bytes().empty() && call_.head().keep_alive) call_.keepConnection();
}

http::Awaitable<Result<std::string_view>> ShardAnswer::nextRun() {
  using Step = AnswerBodyDecoder::Step;
  std::string_view run;
  while (!ended_) {
    const Step step = body_.next(call_.bytes(), run);
    if (step == Step::kBroken) co_return broken(body_.problem());
    if (step == Step::kDone && !body_.streamWhole()) co_return broken("answer ended before it was whole");
    if (step == Step::kRun) co_return run;
    if (step == Step::kDone) {
      noteEnd();
      break;
    }
    const ReplicaCall::Read read = co_await call_.read();
    if (read == ReplicaCall::Read::kBytes) continue;
    const bool until_close = body_.framing().kind() == http::BodyFraming::Kind::kUntilClose;
    const bool ended = read == ReplicaCall::Read::kEnd && until_close && body_.streamWhole();
    if (!ended) co_return std::unexpected(call_.readFailure());
    ended_ = true;
  }
  co_return std::string_view{};
}

}  // namespace prome::remote
