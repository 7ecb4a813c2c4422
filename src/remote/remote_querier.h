// RemoteQuerier: asks shards over HTTP, one object a query.
//
// Questions are put on the query's event loop, which reads the answers into bounded queues; the thread that
// evaluates takes the bytes out and decodes them. All questions start at once, but for shards that have as
// many under way as they may: those wait in order, and one whose answer is being waited for goes first. The
// thread's side is used by that thread alone; the context must outlive the querier, and the loop its
// questions.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "querier/querier.h"
#include "remote/answer_queue.h"
#include "remote/shard_answer.h"
#include "remote/shard_gates.h"

namespace prome::remote {

/// What happened to one question, for metrics. Told on the loop.
struct QuestionReport {
  topology::ShardId shard = 0;
  std::uint64_t bytes = 0;
  http::Clock::duration total{};
  std::optional<Error> error;
};

struct QuerierContext {
  ShardPort port;
  ShardGates& gates;
  std::shared_ptr<const Fleet> fleet;
  std::string extra_parameters;  // urlencoded, for every question: `lookback_delta=...`
  std::string client_fields;     // complete header lines that are passed on
  std::string authorization;
  http::Clock::time_point deadline{};
  std::chrono::nanoseconds timeout{};
  std::function<void(const QuestionReport&)> report;
};

/// The request for `text` at the times of `question`. Deadline and authorization are left to be set.
ShardQuestion questionFor(const querier::Question& question, std::string_view text,
                          std::string_view extra_parameters, std::string_view client_fields);

class Asking;  // one question under way

class RemoteQuerier final : public querier::Querier {
 public:
  explicit RemoteQuerier(QuerierContext context);
  ~RemoteQuerier() override;

  std::unique_ptr<querier::AnswerStream> ask(querier::Question question,
                                             engine::Evaluation& evaluation) override;
  std::unique_ptr<querier::SampleAnswerStream> askSamples(querier::SamplesQuestion question,
                                                          engine::Evaluation& evaluation) override;

  /// Ends every wait for an answer: the query is not wanted any more. From any thread.
  void wake();

 private:
  std::shared_ptr<Asking> makeAsking(topology::ShardId shard, ShardQuestion request);

  const std::shared_ptr<const QuerierContext> context_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<Asking>> asked_;
  const std::shared_ptr<QueuedBytes> queued_ = std::make_shared<QueuedBytes>();
};

}  // namespace prome::remote
