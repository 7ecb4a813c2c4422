// What all questions of one query have in common.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "remote/answer_queue.h"
#include "remote/replica.h"
#include "remote/shard_gates.h"
#include "remote/shard_port.h"
#include "topology/shard_map.h"

namespace prome::remote {

enum class QuestionOutcome : std::uint8_t {
  kOk,
  kShardError,  // an error of the shard's own
  kFailed,      // no answer, or a broken one
  kCanceled,    // nobody waited any more
};

/// What happened to one question, for metrics.
struct QuestionReport {
  topology::ShardId shard = 0;
  std::uint64_t bytes = 0;  // as they came
  http::Clock::duration
      total{};  // from the turn at the shard's gate on, time held back by the reader included
  std::optional<Error> error = {};
  QuestionOutcome outcome = QuestionOutcome::kOk;
  unsigned attempts = 0;
};

/// Called on the loop; any may be empty.
struct QuestionObserver {
  std::function<void(topology::ShardId)> asked;
  std::function<void(const QuestionReport&)> answered;  // once for each that was asked
  /// Series that had a label of their own where the router adds one.
  std::function<void(topology::ShardId, std::uint64_t)> foreign_labels;
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
  QuestionObserver observer = {};
  QueuedBytes* process_queue = nullptr;  // of all queries; null: not bounded
  std::size_t max_queued_answer = kMaxQueuedAnswerBytes;
  std::size_t max_queued_query = kMaxQueuedQueryBytes;
};

}  // namespace prome::remote
