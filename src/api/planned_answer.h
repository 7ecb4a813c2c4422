// PlannedAnswer: answers a query over several shards: their answers side by side, as bytes, where that is all
// there is to do, else evaluated on a thread of its own.
//
// Lives for one request, in its coroutine; one event loop.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/answers.h"
#include "api/explain.h"
#include "api/service.h"
#include "engine/engine.h"
#include "forward/concatenation.h"
#include "querier/sharded_evaluation.h"
#include "remote/remote_querier.h"
#include "remote/shard_answer.h"

namespace prome::api {

/// What is asked, all of it valid until the answer is given.
struct PlannedRequest {
  explicit PlannedRequest(const promql::Query& asked) : query(asked) {}

  const promql::Query& query;
  engine::QuerySpec spec;
  std::size_t limit = 0;         // series; 0: all
  std::string extra_parameters;  // urlencoded, for every shard
  std::string client_fields;     // complete header lines that are passed on
  std::string authorization;
  std::chrono::milliseconds lookback_delta{0};
  plan::Exactness exactness = plan::Exactness::kRoundingAllowed;
  bool may_be_partial = false;
  std::int64_t now_ms = 0;  // read once
  http::Clock::time_point deadline{};
  std::chrono::nanoseconds timeout{};
};

enum class ExplainDepth : std::uint8_t { kPlan, kAnalysis };

class PlannedAnswer {
 public:
  PlannedAnswer(Service& service, http::Exchange& exchange, SnapshotPtr snapshot,
                const PlannedRequest& request);

  /// Answers the client. Gives the error that was the answer, or that cut it.
  http::Awaitable<std::optional<Error>> run();
  /// Tells the client the plan; evaluated first, and measured, where `depth` says so. Likewise.
  http::Awaitable<std::optional<Error>> explain(std::string_view text, ExplainFormat format,
                                                ExplainDepth depth);

 private:
  http::Awaitable<std::optional<Error>> attempt();
  http::Awaitable<std::optional<Error>> concatenate(const plan::PlanNode& plan);
  http::Awaitable<std::optional<Error>> evaluate(const engine::Engine& engine, plan::PlanOptions options,
                                                 querier::Analysis* analysis,
                                                 std::optional<querier::ShardedAnswer>& answer);
  http::Awaitable<std::optional<Error>> answerEvaluated(plan::PlanOptions options);
  Result<std::string> explainPlan(ExplainOptions options, ExplainFormat format) const;
  std::string explanation(const plan::PlanNode& plan, const ExplainOptions& options,
                          ExplainFormat format) const;
  http::Awaitable<std::optional<Error>> encode(const querier::ShardedAnswer& answer);
  forward::AnswerNotes notesOf(const forward::AnswerMerger& merger, const plan::Fetch& fetch) const;
  std::string answerFields(plan::Grade grade) const;
  plan::PlanOptions planOptions() const;
  engine::EngineOptions engineOptions() const;
  remote::ShardPort port() const;
  remote::QuestionObserver observer() const;
  void report(const remote::QuestionReport& report) const;
  bool canDoWithout(const Error& error);
  void appendMissing(std::vector<std::string>& warnings) const;

  Service& service_;
  http::Exchange& exchange_;
  const SnapshotPtr snapshot_;
  const PlannedRequest& request_;
  /// Shards that gave no answer, by the errors that told so; those known before the present attempt, and
  /// what it met.
  using Failures = std::map<topology::ShardId, std::string>;
  Failures missing_;
  std::shared_ptr<Failures> failed_ = std::make_shared<Failures>();
  std::optional<Error> first_error_;
};

}  // namespace prome::api
