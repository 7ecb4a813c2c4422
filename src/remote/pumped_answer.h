// PumpedAnswer: a question put on the event loop, which pumps the answer into a queue, and the end of that
// queue that the evaluating thread holds.
//
// The loop's part lives until the question is over, whatever becomes of this object; destroying it ends the
// question. Used by one thread; the evaluation must outlive it, as the context's parts must outlive the
// loop's.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/evaluation.h"
#include "http/inbox.h"
#include "remote/querier_context.h"
#include "remote/shard_answer.h"

namespace prome::remote {

class AnswerPump;

/// The questions of a query that are under way. Thread-safe.
class Pumps {
 public:
  void add(const std::shared_ptr<AnswerPump>& pump);
  /// Ends every wait for an answer, now and from now on.
  void wake();

 private:
  std::mutex mutex_;
  bool woken_ = false;
  std::vector<std::weak_ptr<AnswerPump>> pumps_;
};

/// What the questions of a query share, the thread's side and the loop's.
struct QuestionGround {
  std::shared_ptr<const QuerierContext> context;
  std::shared_ptr<http::Inbox> inbox;
  std::shared_ptr<QueuedBytes> queued;
  std::shared_ptr<Pumps> pumps;
};

class PumpedAnswer {
 public:
  /// Asks; does not wait.
  PumpedAnswer(const QuestionGround& ground, topology::ShardId shard, ShardQuestion question,
               engine::Evaluation& evaluation);
  ~PumpedAnswer();
  PumpedAnswer(const PumpedAnswer&) = delete;
  PumpedAnswer& operator=(const PumpedAnswer&) = delete;

  /// The next run of the answer, good until the next call; empty at its end. Waits for it; throws
  /// EvaluationStopped where the query is not wanted any more.
  Result<std::string_view> next();
  void noteForeignLabels(std::uint64_t series);
  /// `shard "a"`.
  std::string shardName() const;

 private:
  Result<void> takeMore();

  const QuestionGround ground_;
  const topology::ShardId shard_;
  engine::Evaluation& evaluation_;
  const std::shared_ptr<AnswerPump> pump_;
  std::vector<std::string> blocks_;
  std::size_t given_ = 0;  // of blocks_
  bool ended_ = false;
};

}  // namespace prome::remote
