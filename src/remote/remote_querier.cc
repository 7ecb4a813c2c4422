#include "remote/remote_querier.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "base/number_format.h"
#include "http/form.h"
#include "http/signal.h"
#include "promql/parser.h"
#include "querier/answer_decoder.h"
#include "remote/remote_read.h"

namespace prome::remote {
namespace {

using querier::ShardAnnotation;

/// How long the thread waits for bytes before it looks again whether the query is still wanted.
constexpr std::chrono::milliseconds kPatience{1'000};

constexpr std::chrono::milliseconds kGrace{50};

constexpr std::string_view kFormFields =
    "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";

void appendSeconds(std::string& out, std::int64_t time_ms) {
  appendMillis(out, static_cast<double>(time_ms) / 1000.0);
}

}  // namespace

/// One question under way. Lives on the loop, but for the queue; the stream has a share in it.
class Asking : public std::enable_shared_from_this<Asking> {
 public:
  Asking(std::shared_ptr<const QuerierContext> context, topology::ShardId shard, ShardQuestion request,
         std::shared_ptr<QueuedBytes> of_query)
      : context_(std::move(context)),
        shard_(shard),
        request_(std::move(request)),
        room_(context_->port.loop.io.get_executor()),
        queue_(std::move(of_query), [this] { post(&Asking::makeRoomOnLoop); }) {
    request_.authorization = context_->authorization;
    request_.deadline = context_->deadline;
    request_.timeout = context_->timeout;
  }

  AnswerQueue& queue() { return queue_; }
  http::Clock::time_point deadline() const { return context_->deadline; }

  // From the thread.

  void start() { post(&Asking::startOnLoop); }
  void cancel() { post(&Asking::cancelOnLoop); }
  /// The answer is being waited for.
  void hurry() {
    if (!std::exchange(hurried_, true)) post(&Asking::hurryOnLoop);
  }

 private:
  void post(void (Asking::*task)()) {
    http::asio::post(context_->port.loop.io, [self = shared_from_this(), task] { (self.get()->*task)(); });
  }

  void startOnLoop() { http::asio::co_spawn(context_->port.loop.io, run(shared_from_this()), http::asio::detached); }
  void cancelOnLoop() {
    canceled_ = true;
    if (pass_) pass_->hurry();
    if (answer_) answer_->cancel();
    room_.notify();
  }
  void hurryOnLoop() {
    if (pass_) pass_->hurry();
  }
  void makeRoomOnLoop() { room_.notify(); }

  static http::Awaitable<void> run(std::shared_ptr<Asking> self) {
    const auto began = http::Clock::now();
    self->pass_.emplace(self->context_->gates, self->shard_);
    co_await self->pass_->enter();
    self->answer_.emplace(self->context_->port, self->context_->fleet->shards[self->shard_],
                          std::move(self->request_));
    std::optional<Error> error;
    if (self->canceled_) {
      error = Error{ErrorKind::kCanceled, "query was canceled"};
    } else {
      error = co_await self->answer_->open();
    }
    if (!error) error = co_await self->pump();
    const std::uint64_t bytes = self->answer_->bytesIn();
    self->answer_.reset();
    self->pass_.reset();
    if (self->context_->report) {
      self->context_->report({self->shard_, bytes, http::Clock::now() - began, error});
    }
    self->queue_.end(std::move(error));
  }

  http::Awaitable<std::optional<Error>> pump() {
    while (true) {
      const Result<std::string_view> run = co_await answer_->read();
      if (!run) co_return run.error();
      if (run->empty()) co_return std::nullopt;
      queue_.put(*run);
      while (!canceled_ && !queue_.mayPut()) co_await room_.wait();
    }
  }

  const std::shared_ptr<const QuerierContext> context_;
  const topology::ShardId shard_;
  ShardQuestion request_;
  std::optional<ShardGates::Pass> pass_;
  std::optional<ShardAnswer> answer_;
  http::Signal room_;
  AnswerQueue queue_;
  bool canceled_ = false;
  bool hurried_ = false;  // the thread's
};

namespace {

/// Ends its question with itself.
class Asked {
 public:
  Asked(std::shared_ptr<Asking> asking, engine::Evaluation& evaluation)
      : asking_(std::move(asking)), evaluation_(evaluation) {
    asking_->start();
  }
  ~Asked() {
    if (!ended_) asking_->cancel();
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  /// The next blocks; none: the answer is at its end. Throws EvaluationStopped where the query is not wanted
  /// any more.
  Result<std::vector<std::string>> take() {
    while (!ended_) {
      // Nobody waits beyond the query's deadline by more than the loop needs to tell of it.
      const auto limit = std::min(http::Clock::now() + kPatience, asking_->deadline() + kGrace);
      AnswerQueue::Taken taken = asking_->queue().take(limit);
      ended_ = taken.ended;
      if (taken.error) return std::unexpected(*std::move(taken.error));
      if (!taken.blocks.empty()) return std::move(taken.blocks);
      if (ended_) break;
      asking_->hurry();
      evaluation_.checkAfterWait();
    }
    return std::vector<std::string>{};
  }

 private:
  const std::shared_ptr<Asking> asking_;
  engine::Evaluation& evaluation_;
  bool ended_ = false;
};

std::vector<ShardAnnotation> annotationsOf(const querier::AnswerDecoder& decoder,
                                           const std::shared_ptr<const plan::PieceText>& piece) {
  std::vector<ShardAnnotation> out;
  for (const auto& text : decoder.warnings()) out.push_back({model::Severity::kWarning, text, piece});
  for (const auto& text : decoder.infos()) out.push_back({model::Severity::kInfo, text, piece});
  return out;
}

class RemoteAnswer final : public querier::AnswerStream {
 public:
  RemoteAnswer(const querier::Question& question, std::shared_ptr<Asking> asking,
               engine::Evaluation& evaluation)
      : piece_(question.text),
        asked_(std::move(asking), evaluation),
        decoder_(question.grid, question.labels, evaluation) {}

  Result<bool> next(engine::Series& series) override {
    while (true) {
      if (decoder_.next(series)) return true;
      if (ended_) return false;
      if (const Result<void> fed = feedMore(); !fed) return std::unexpected(fed.error());
    }
  }
  std::span<const ShardAnnotation> annotations() const override { return annotations_; }
  bool histogramsIncomplete() const override { return decoder_.histogramsIncomplete(); }

 private:
  Result<void> feedMore() {
    if (block_ == blocks_.size()) {
      Result<std::vector<std::string>> more = asked_.take();
      if (!more) return std::unexpected(more.error());
      blocks_ = *std::move(more);
      block_ = 0;
    }
    if (!blocks_.empty()) return decoder_.feed(blocks_[block_++]);
    ended_ = true;
    annotations_ = annotationsOf(decoder_, piece_);
    return decoder_.finish();
  }

  const std::shared_ptr<const plan::PieceText> piece_;
  Asked asked_;
  querier::AnswerDecoder decoder_;
  std::vector<std::string> blocks_;
  std::size_t block_ = 0;
  bool ended_ = false;
  std::vector<ShardAnnotation> annotations_;
};

class RemoteSamples final : public querier::SampleAnswerStream {
 public:
  RemoteSamples(topology::LabelPairs labels, std::shared_ptr<Asking> asking, engine::Evaluation& evaluation)
      : labels_(std::move(labels)),
        asked_(std::move(asking), evaluation),
        budget_(evaluation.budget()),
        held_(evaluation.budget()) {}

  Result<bool> next(engine::SampleRun& run) override {
    if (!answer_) {
      if (const Result<void> read = readAll(); !read) return std::unexpected(read.error());
    }
    return answer_->next(run);
  }
  std::span<const ShardAnnotation> annotations() const override { return {}; }

 private:
  Result<void> readAll() {
    std::string body;
    while (true) {
      Result<std::vector<std::string>> more = asked_.take();
      if (!more) return std::unexpected(more.error());
      if (more->empty()) break;
      for (const std::string& block : *more) {
        held_.add(block.size());
        body += block;
      }
    }
    auto answer = RemoteReadAnswer::read(body, labels_, budget_);
    if (!answer) return std::unexpected(answer.error());
    answer_.emplace(*std::move(answer));
    return {};
  }

  const topology::LabelPairs labels_;
  Asked asked_;
  engine::MemoryBudget& budget_;
  engine::MemoryClaim held_;
  std::optional<RemoteReadAnswer> answer_;
};

/// Of a question that cannot be asked.
class FailedSamples final : public querier::SampleAnswerStream {
 public:
  explicit FailedSamples(Error error) : error_(std::move(error)) {}
  Result<bool> next(engine::SampleRun&) override { return std::unexpected(error_); }
  std::span<const ShardAnnotation> annotations() const override { return {}; }

 private:
  Error error_;
};

}  // namespace

ShardQuestion questionFor(const querier::Question& question, std::string_view text,
                          std::string_view extra_parameters, std::string_view client_fields) {
  ShardQuestion request;
  const bool instant = question.kind == querier::QuestionKind::kInstant;
  request.path = instant ? "/api/v1/query" : "/api/v1/query_range";
  request.body = "query=";
  http::appendEscaped(request.body, text);
  request.body += instant ? "&time=" : "&start=";
  appendSeconds(request.body, question.grid.start_ms);
  if (!instant) {
    request.body += "&end=";
    appendSeconds(request.body, question.grid.end_ms);
    request.body += "&step=";
    appendSeconds(request.body, question.grid.step_ms);
  }
  if (!extra_parameters.empty()) request.body.append("&").append(extra_parameters);
  request.fields = std::string(kFormFields).append(client_fields);
  return request;
}

RemoteQuerier::RemoteQuerier(QuerierContext context)
    : context_(std::make_shared<const QuerierContext>(std::move(context))) {}

RemoteQuerier::~RemoteQuerier() = default;

void RemoteQuerier::wake() {
  const std::lock_guard lock(mutex_);
  for (const auto& asked : asked_) {
    if (const auto asking = asked.lock()) asking->queue().wake();
  }
}

std::shared_ptr<Asking> RemoteQuerier::makeAsking(topology::ShardId shard, ShardQuestion request) {
  auto asking = std::make_shared<Asking>(context_, shard, std::move(request), queued_);
  const std::lock_guard lock(mutex_);
  asked_.push_back(asking);
  return asking;
}

std::unique_ptr<querier::AnswerStream> RemoteQuerier::ask(querier::Question question,
                                                          engine::Evaluation& evaluation) {
  auto request =
      questionFor(question, question.text->text, context_->extra_parameters, context_->client_fields);
  auto asking = makeAsking(question.shard, std::move(request));
  return std::make_unique<RemoteAnswer>(question, std::move(asking), evaluation);
}

std::unique_ptr<querier::SampleAnswerStream> RemoteQuerier::askSamples(querier::SamplesQuestion question,
                                                                       engine::Evaluation& evaluation) {
  const auto selector = promql::parseMetricSelector(question.selector->text);
  if (!selector) {
    return std::make_unique<FailedSamples>(Error{ErrorKind::kInternal, selector.error().message()});
  }
  ShardQuestion request;
  request.path = "/api/v1/read";
  request.body = remoteReadRequest(promql::as<promql::VectorSelector>(selector->root())->matchers,
                                   question.start_ms, question.end_ms);
  request.fields = std::string(kRemoteReadFields) + context_->client_fields;
  auto asking = makeAsking(question.shard, std::move(request));
  return std::make_unique<RemoteSamples>(std::move(question.labels), std::move(asking), evaluation);
}

}  // namespace prome::remote
