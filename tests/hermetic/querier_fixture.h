// RemoteQuestions: a RemoteQuerier on an event loop of its own, as a query of the router has it, and the
// calling thread as the one that evaluates.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/evaluation.h"
#include "http/loop.h"
#include "memory_shard.h"
#include "remote/name_resolver.h"
#include "remote/remote_querier.h"

namespace prome::hermetic {

/// A shard of a test: its replicas' urls, and what else is set.
struct QuerierShard {
  std::vector<std::string> replicas;
  topology::RequestOptions request = {};

  QuerierShard(const MemoryShard& shard) : replicas{shard.url()} {}
  QuerierShard(std::vector<std::string> urls, topology::RequestOptions options = {})
      : replicas(std::move(urls)), request(std::move(options)) {}
};

struct QuerierSetting {
  remote::ClientOptions client = {};
  std::size_t questions_per_shard = remote::kMaxQuestionsPerShard;
  std::size_t max_queued_answer = remote::kMaxQueuedAnswerBytes;
  std::size_t max_queued_query = remote::kMaxQueuedQueryBytes;
  std::size_t max_query_bytes = std::size_t{1} << 30;
  std::chrono::milliseconds timeout = kPatience;
  std::string extra_parameters = {};
  std::string authorization = {};
};

/// Shards are called s0, s1, ... and add the label cluster="s0", ...
class RemoteQuestions {
 public:
  explicit RemoteQuestions(const std::vector<QuerierShard>& shards, QuerierSetting setting = {});
  ~RemoteQuestions();
  RemoteQuestions(const RemoteQuestions&) = delete;
  RemoteQuestions& operator=(const RemoteQuestions&) = delete;

  /// Asks `text` over the grid of the setting.
  std::unique_ptr<querier::AnswerStream> ask(topology::ShardId shard = 0, const std::string& text = "up");
  std::unique_ptr<querier::SampleAnswerStream> askSamples(
      const std::string& selector, std::int64_t start_ms, std::int64_t end_ms,
      engine::SamplesUse use = engine::SamplesUse::kRanges);

  engine::Evaluation& evaluation() { return *evaluation_; }
  /// As when the client goes. From any thread.
  void cancel() {
    cancellation_.cancel();
    querier_->wake();
  }
  http::Loop& loop() { return loop_; }
  /// Reports so far; waits until there are so many.
  std::vector<remote::QuestionReport> reports(std::size_t count);
  std::size_t idleConnections() const { return pool_->idleCount(); }
  std::size_t foreignLabels();

  engine::StepGrid grid{.start_ms = 1'000'500, .end_ms = 1'030'500, .step_ms = 15'000};
  querier::QuestionKind kind = querier::QuestionKind::kRange;

 private:
  remote::QuestionObserver observer();

  const QuerierSetting setting_;
  http::Loop loop_{0};
  http::asio::executor_work_guard<http::Executor> work_{loop_.io.get_executor()};
  remote::NameResolver resolver_;
  std::optional<remote::ConnectionPool> pool_;
  std::optional<remote::ShardGates> gates_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<remote::QuestionReport> reports_;
  std::size_t asked_ = 0;
  std::size_t foreign_labels_ = 0;
  engine::EngineOptions options_;
  engine::Cancellation cancellation_;
  std::unique_ptr<engine::Evaluation> evaluation_;
  std::optional<remote::RemoteQuerier> querier_;
  std::thread running_;
};

/// All series of an answer: `{labels} 1 - 2`, a line each; or the error, `kind: message`.
std::string readAll(querier::AnswerStream& stream);

/// A matrix answer of series with a value at every step of the fixture's grid.
std::string matrixBody(std::size_t count, const std::string& behind_data = {});

}  // namespace prome::hermetic
