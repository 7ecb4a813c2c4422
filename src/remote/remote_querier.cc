#include "remote/remote_querier.h"

#include <utility>

#include "base/number_format.h"
#include "http/form.h"
#include "promql/parser.h"
#include "querier/answer_decoder.h"
#include "remote/remote_read.h"
#include "remote/remote_samples.h"
#include "remote/shard_annotations.h"

namespace prome::remote {
namespace {

using querier::ShardAnnotation;

constexpr std::string_view kAcceptField = "Accept: application/json\r\n";

void appendSeconds(std::string& out, std::int64_t time_ms) {
  appendMillis(out, static_cast<double>(time_ms) / 1000.0);
}

class RemoteAnswer final : public querier::AnswerStream {
 public:
  RemoteAnswer(const QuestionGround& ground, const querier::Question& question, ShardQuestion asked,
               engine::Evaluation& evaluation)
      : piece_(question.text),
        answer_(ground, question.shard, std::move(asked), evaluation),
        decoder_(question.grid, question.labels, evaluation) {}

  Result<bool> next(engine::Series& series) override {
    while (!decoder_.next(series)) {
      if (ended_) return false;
      if (Result<void> fed = feedMore(); !fed) return std::unexpected(std::move(fed).error());
    }
    return true;
  }
  std::span<const ShardAnnotation> annotations() const override { return annotations_; }
  bool histogramsIncomplete() const override { return decoder_.histogramsIncomplete(); }
  std::uint64_t bytes() const override { return bytes_; }

 private:
  Result<void> feedMore() {
    const Result<std::string_view> run = answer_.next();
    if (!run) return std::unexpected(run.error());
    bytes_ += run->size();
    if (!run->empty()) return named(decoder_.feed(*run));
    ended_ = true;
    answer_.noteForeignLabels(decoder_.foreignLabels());
    annotations_ = annotationsOf(decoder_, piece_);
    return named(decoder_.finish());
  }
  /// Says which shard's answer is not what it should be.
  Result<void> named(Result<void> read) const {
    if (!read && !decoder_.isShardError())
      read.error().message = answer_.shardName() + ": " + read.error().message;
    return read;
  }

  const std::shared_ptr<const plan::PieceText> piece_;
  PumpedAnswer answer_;
  querier::AnswerDecoder decoder_;
  std::uint64_t bytes_ = 0;
  bool ended_ = false;
  std::vector<ShardAnnotation> annotations_;
};

QuestionGround groundOf(QuerierContext given) {
  auto context = std::make_shared<const QuerierContext>(std::move(given));
  auto inbox = std::make_shared<http::Inbox>(context->port.loop);
  auto queued = std::make_shared<QueuedBytes>(context->max_queued_query, context->process_queue);
  return {.context = std::move(context),
          .inbox = std::move(inbox),
          .queued = std::move(queued),
          .pumps = std::make_shared<Pumps>()};
}

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
  request.fields = std::string(kFormField).append(kAcceptField).append(client_fields);
  request.timeout_parameter = CallText::Timeout::kSaid;
  return request;
}

RemoteQuerier::RemoteQuerier(QuerierContext context) : ground_(groundOf(std::move(context))) {}

RemoteQuerier::~RemoteQuerier() = default;

void RemoteQuerier::wake() {
  ground_.pumps->wake();
}

std::unique_ptr<querier::AnswerStream> RemoteQuerier::ask(querier::Question question,
                                                          engine::Evaluation& evaluation) {
  const QuerierContext& context = *ground_.context;
  auto asked = questionFor(question, question.text->text, context.extra_parameters, context.client_fields);
  return std::make_unique<RemoteAnswer>(ground_, question, std::move(asked), evaluation);
}

std::unique_ptr<querier::SampleAnswerStream> RemoteQuerier::askSamples(querier::SamplesQuestion question,
                                                                       engine::Evaluation& evaluation) {
  const auto selector = promql::parseMetricSelector(question.selector->text);
  if (!selector) {
    return std::make_unique<FailedSamples>(Error{ErrorKind::kInternal, selector.error().message()});
  }
  ShardQuestion read;
  read.path = "/api/v1/read";
  read.body = remoteReadRequest(promql::as<promql::VectorSelector>(selector->root())->matchers,
                                question.start_ms, question.end_ms);
  read.fields = std::string(kRemoteReadFields) + ground_.context->client_fields;
  return std::make_unique<RemoteSamples>(ground_, std::move(question), std::move(read), evaluation);
}

}  // namespace prome::remote
