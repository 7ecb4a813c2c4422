#include "api/planned_answer.h"

#include <algorithm>

#include "api/shard_body.h"
#include "api/value_json.h"
#include "api/worker_task.h"
#include "base/json_writer.h"
#include "http/form.h"
#include "plan/planner.h"
#include "plan/route.h"
#include "querier/answer_annotations.h"
#include "remote/remote_querier.h"
#include "telemetry/log.h"

namespace prome::api {
namespace {

/// Of an encoded answer that is sent at a time.
constexpr std::size_t kPieceBytes = 128u << 10;

void appendNotes(std::string& out, std::string_view name, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.append(",\"").append(name).append("\":[");
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    appendJsonString(out, texts[i]);
  }
  out += ']';
}

}  // namespace

PlannedAnswer::PlannedAnswer(Service& service, http::Exchange& exchange, SnapshotPtr snapshot,
                             const PlannedRequest& request)
    : service_(service), exchange_(exchange), snapshot_(std::move(snapshot)), request_(request) {}

remote::ShardPort PlannedAnswer::port() const {
  return {service_.loop_, service_.context_.resolver, service_.forwarder_.pool(), snapshot_->client};
}

plan::PlanOptions PlannedAnswer::planOptions() const {
  const engine::StepGrid& grid = request_.spec.grid;
  const bool range = request_.spec.kind == engine::QueryKind::kRange;
  plan::PlanOptions options;
  options.times = {grid.start_ms, grid.end_ms, range ? grid.step_ms : 0};
  options.default_subquery_step_ms = snapshot_->query.evaluation_interval.count();
  options.exactness = request_.exactness;
  options.dialect = snapshot_->dialect();
  options.now_ms = request_.now_ms;
  options.lookback_ms = std::max(options.lookback_ms, request_.lookback_delta.count());
  for (const auto& [shard, why] : missing_) options.missing.insert(shard);
  return options;
}

engine::EngineOptions PlannedAnswer::engineOptions() const {
  engine::EngineOptions options;
  options.dialect = snapshot_->dialect();
  options.lookback_delta = request_.lookback_delta;
  options.default_subquery_step = snapshot_->query.evaluation_interval;
  options.max_samples = snapshot_->query.max_samples;
  options.max_query_bytes = snapshot_->query.max_memory_per_query;
  return options;
}

std::string PlannedAnswer::answerFields(plan::Grade grade) const {
  std::string fields = commonFields(exchange_);
  return fields.append("X-Prome-Route-Grade: ").append(plan::gradeName(grade)).append("\r\n");
}

bool PlannedAnswer::canDoWithout(const Error& error) {
  const bool nobody_answered = error.kind == ErrorKind::kUnavailable || error.kind == ErrorKind::kTimeout;
  const Failures failed = std::exchange(*failed_, {});
  if (!first_error_) first_error_ = error;
  if (!request_.may_be_partial || !nobody_answered || exchange_.begun() || failed.empty()) return false;
  if (http::Clock::now() >= request_.deadline) return false;
  missing_.insert(failed.begin(), failed.end());
  return true;
}

void PlannedAnswer::appendMissing(std::vector<std::string>& warnings) const {
  for (const auto& [shard, why] : missing_) warnings.push_back("partial answer: " + why);
}

void PlannedAnswer::report(const remote::QuestionReport& report) const {
  if (report.error && report.outcome != remote::QuestionOutcome::kCanceled)
    failed_->emplace(report.shard, report.error->message);
  const auto& shard = snapshot_->fleet->shards[report.shard].shard;
  auto& metrics = service_.shardMetrics(shard, report.shard);
  metrics.duration->Observe(std::chrono::duration<double>(report.total).count());
  metrics.bytes->Increment(static_cast<double>(report.bytes));
  switch (report.outcome) {
    case remote::QuestionOutcome::kOk:
      metrics.ok->Increment();
      break;
    case remote::QuestionOutcome::kShardError:
      metrics.errors->Increment();
      break;
    case remote::QuestionOutcome::kFailed:
      metrics.failed->Increment();
      telemetry::log(telemetry::LogLevel::kWarn, "shard failed",
                     {{"shard", shard.name}, {"err", report.error->message}});
      break;
    case remote::QuestionOutcome::kCanceled:
      break;
  }
}

remote::QuestionObserver PlannedAnswer::observer() const {
  const auto metrics = [this_ = *this](topology::ShardId id) -> Metrics::OfShard& {
    return this_.service_.shardMetrics(this_.snapshot_->fleet->shards[id].shard, id);
  };
  return {.asked = [metrics](topology::ShardId id) { metrics(id).in_flight->Increment(); },
          .answered =
              [metrics, told = *this](const remote::QuestionReport& report) {
                metrics(report.shard).in_flight->Decrement();
                told.report(report);
              },
          .foreign_labels =
              [metrics](topology::ShardId id, std::uint64_t series) {
                metrics(id).foreign_labels->Increment(static_cast<double>(series));
              }};
}

http::Awaitable<std::optional<Error>> PlannedAnswer::run() {
  while (true) {
    auto error = co_await attempt();
    if (!error) {
      if (!missing_.empty()) service_.context_.metrics.answeredPartially();
      co_return error;
    }
    if (!canDoWithout(*error)) co_return error;
  }
}

http::Awaitable<std::optional<Error>> PlannedAnswer::attempt() {
  plan::PlanOptions options = planOptions();
  const auto plan = plan::buildPlan(request_.query, snapshot_->shards, options);
  if (!plan) co_return plan.error();
  if (!missing_.empty() && !plan::asksShards(*plan)) co_return first_error_;
  const bool side_by_side = plan->kind == plan::PlanNode::Kind::kShards &&
                            plan->merge == plan::Merge::kConcatenate && plan->checks.empty() &&
                            plan->expr->type != promql::ValueType::kScalar;
  if (side_by_side) co_return co_await concatenate(*plan);
  co_return co_await answerEvaluated(std::move(options));
}

// Side by side.

http::Awaitable<std::optional<Error>> PlannedAnswer::concatenate(const plan::PlanNode& plan) {
  const plan::Fetch& fetch = plan.fetches[0];
  std::vector<std::unique_ptr<forward::SplicedLabels>> labels;
  std::vector<forward::ShardPart> parts;
  for (const plan::Piece& piece : fetch.pieces) {
    querier::Question question;
    question.kind = request_.spec.kind == engine::QueryKind::kRange ? querier::QuestionKind::kRange
                                                                    : querier::QuestionKind::kInstant;
    question.grid = request_.spec.grid;
    auto asked = remote::questionFor(question, fetch.texts[piece.text].text, request_.extra_parameters,
                                     request_.client_fields);
    asked.authorization = request_.authorization;
    asked.deadline = request_.deadline;
    asked.timeout = request_.timeout;
    labels.push_back(std::make_unique<forward::SplicedLabels>(piece.labels));
    parts.push_back(
        {std::make_unique<ShardBody>(port(), snapshot_->fleet->shards[piece.shard], std::move(asked)),
         labels.back().get()});
  }
  forward::ConcatenationRequest request;
  const bool matrix =
      request_.spec.kind == engine::QueryKind::kRange || plan.expr->type == promql::ValueType::kMatrix;
  request.shape = matrix ? forward::AnswerShape::kMatrix : forward::AnswerShape::kInstant;
  request.merge.limit = request_.limit;
  request.answer_fields = "Content-Type: application/json\r\n" +
                          answerFields(missing_.empty() ? plan.grade : plan::Grade::kPartial);
  request.deadline = request_.deadline;
  request.timeout = request_.timeout;
  request.notes = [&](const forward::AnswerMerger& merger) { return notesOf(merger, fetch); };
  forward::Concatenation concatenation(service_.loop_, exchange_, std::move(parts), request);
  const forward::ConcatenationReport report = co_await concatenation.run();
  for (std::size_t i = 0; i < fetch.pieces.size(); ++i) {
    remote::QuestionReport told{.shard = fetch.pieces[i].shard, .bytes = 0, .total = {}, .error = {}};
    if (report.failed_shard == i) {
      told.error = report.error;
      told.outcome = remote::QuestionOutcome::kFailed;
    }
    told.total = http::Clock::now() - exchange_.received;
    this->report(told);
  }
  co_return report.error;
}

/// What the shards said, as one Prometheus would have.
forward::AnswerNotes PlannedAnswer::notesOf(const forward::AnswerMerger& merger,
                                            const plan::Fetch& fetch) const {
  model::Annotations annotations;
  querier::AnswerAnnotations said;
  for (std::size_t i = 0; i < fetch.pieces.size(); ++i) {
    const auto piece = std::make_shared<const plan::PieceText>(fetch.texts[fetch.pieces[i].text]);
    const forward::AnswerNotes& notes = merger.notes(i);
    for (const auto& text : notes.warnings) said.add({model::Severity::kWarning, text, piece}, annotations);
    for (const auto& text : notes.infos) said.add({model::Severity::kInfo, text, piece}, annotations);
  }
  model::ShownAnnotations shown = said.show(annotations, request_.query.text());
  if (merger.truncated()) shown.warnings.emplace_back(kTruncated);
  appendMissing(shown.warnings);
  return {.warnings = std::move(shown.warnings), .infos = std::move(shown.infos)};
}

// Evaluated.

/// Evaluates into `answer`, which uses `engine`. Where that is empty the error was told by none.
http::Awaitable<std::optional<Error>> PlannedAnswer::evaluate(const engine::Engine& engine,
                                                              plan::PlanOptions options,
                                                              querier::Analysis* analysis,
                                                              std::optional<querier::ShardedAnswer>& answer) {
  engine::Cancellation cancellation;
  remote::RemoteQuerier querier({.port = port(),
                                 .gates = service_.gates_,
                                 .fleet = snapshot_->fleet,
                                 .extra_parameters = request_.extra_parameters,
                                 .client_fields = request_.client_fields,
                                 .authorization = request_.authorization,
                                 .deadline = request_.deadline,
                                 .timeout = request_.timeout,
                                 .observer = observer(),
                                 .process_queue = &service_.context_.queued_answers});
  querier::ShardedQuery asked{.query = request_.query,
                              .spec = request_.spec,
                              .plan = std::move(options),
                              .limits = {},
                              .analysis = analysis};
  asked.limits.process_budget = &service_.context_.evaluation_memory;
  asked.limits.cancellation = &cancellation;
  asked.limits.deadline = request_.deadline;
  std::optional<Result<querier::ShardedAnswer>> result;
  std::function<void()> task = [&] {
    result.emplace(querier::evaluateSharded(asked, snapshot_->shards, querier, engine));
  };
  std::function<void()> gone = [&querier] { querier.wake(); };
  const bool done = co_await runOnWorker(service_.loop_, service_.context_.workers, exchange_, cancellation,
                                         std::move(gone), std::move(task));
  if (!done) co_return Error{ErrorKind::kUnavailable, "too many queries wait to be evaluated"};
  if (cancellation.canceled()) {
    exchange_.cut();
    co_return Error{ErrorKind::kCanceled, "client closed the connection"};
  }
  if (!*result) co_return result->error();
  answer.emplace(**std::move(result));
  if (!missing_.empty()) answer->plan.grade = plan::Grade::kPartial;
  appendMissing(answer->warnings);
  co_return std::nullopt;
}

http::Awaitable<std::optional<Error>> PlannedAnswer::answerEvaluated(plan::PlanOptions options) {
  const engine::Engine engine(engineOptions());
  std::optional<querier::ShardedAnswer> answer;
  auto error = co_await evaluate(engine, std::move(options), nullptr, answer);
  if (error) co_return error;
  co_return co_await encode(*answer);
}

http::Awaitable<std::optional<Error>> PlannedAnswer::encode(const querier::ShardedAnswer& answer) {
  ValueEncoder encoder(answer.answer.value(), request_.spec.kind, request_.limit);
  std::string text = R"({"status":"success","data":)";
  bool more = true;
  while (more) {
    more = encoder.append(text, kPieceBytes);
    if (!more) {
      std::vector<std::string> warnings = answer.warnings;
      if (encoder.truncated()) warnings.emplace_back(kTruncated);
      appendNotes(text, "warnings", warnings);
      appendNotes(text, "infos", answer.infos);
      text += '}';
    }
    if (!exchange_.begun()) {
      const std::string fields =
          "Content-Type: application/json\r\n" + answerFields(plan::gradeOf(answer.plan));
      std::optional<std::uint64_t> length;
      if (!more) length = text.size();
      exchange_.begin(200, fields, length, http::Exchange::Coding::kCompressible);
    }
    const std::array<iovec, 1> slices = {{{text.data(), text.size()}}};
    const auto part = more ? http::Exchange::Part::kMore : http::Exchange::Part::kLast;
    const bool sent = co_await exchange_.write(slices, part);
    if (!sent) co_return Error{ErrorKind::kCanceled, "client closed the connection"};
    text.clear();
  }
  co_return std::nullopt;
}

// Explained.

std::string PlannedAnswer::explanation(const plan::PlanNode& plan, const ExplainOptions& options,
                                       ExplainFormat format) const {
  if (format == ExplainFormat::kData) return explainData(plan, snapshot_->shards, options);
  std::string out;
  JsonWriter(out).string(explainText(plan, snapshot_->shards, options.analysis));
  return out;
}

/// The plan that the query would take, no shard asked.
Result<std::string> PlannedAnswer::explainPlan(ExplainOptions options, ExplainFormat format) const {
  const auto route = plan::routeQuery(request_.query, snapshot_->shards, options.dialect);
  const auto plan = route.kind == plan::Route::Kind::kPlanned
                        ? plan::buildPlan(request_.query, snapshot_->shards, planOptions())
                        : Result<plan::PlanNode>(plan::planOf(route, request_.query));
  if (!plan) return std::unexpected(plan.error());
  return explanation(*plan, options, format);
}

http::Awaitable<std::optional<Error>> PlannedAnswer::explain(std::string_view text, ExplainFormat format,
                                                             ExplainDepth depth) {
  ExplainOptions options{.query = text, .dialect = snapshot_->dialect(), .analysis = nullptr};
  Result<std::string> told;
  if (depth == ExplainDepth::kPlan) {
    told = explainPlan(options, format);
    if (!told) co_return told.error();
  } else {
    const auto began = http::Clock::now();
    const engine::Engine engine(engineOptions());
    querier::Analysis measures;
    std::optional<querier::ShardedAnswer> answer;
    while (!answer) {
      auto error = co_await evaluate(engine, planOptions(), &measures, answer);
      if (error && !canDoWithout(*error)) co_return error;
    }
    if (!missing_.empty() && !plan::asksShards(answer->plan)) co_return first_error_;
    const ExplainAnalysis analysis{
        .measures = measures, .elapsed = http::Clock::now() - began, .evaluations = answer->evaluations};
    options.analysis = &analysis;
    told = explanation(answer->plan, options, format);
  }
  const std::string body = successBody(*told);
  co_await respondJson(exchange_, body);
  co_return std::nullopt;
}

}  // namespace prome::api
