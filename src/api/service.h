// Service: the HTTP API on one event loop. Finds the endpoint, runs it, counts it.
//
// One object a loop. What all loops share is in ServiceContext, which outlives them.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/metrics.h"
#include "api/parameters.h"
#include "api/prepared_query.h"
#include "api/query_options.h"
#include "api/snapshot.h"
#include "base/error.h"
#include "engine/memory_budget.h"
#include "engine/workers.h"
#include "forward/forwarder.h"
#include "http/exchange.h"
#include "plan/route.h"
#include "remote/answer_queue.h"
#include "remote/name_resolver.h"
#include "remote/shard_gates.h"
#include "verify/shadow.h"

namespace prome::api {

/// What evaluations of all queries together may take.
struct EvaluationLimits {
  std::size_t memory = QueryOptions{}.max_memory;
  std::size_t concurrency = QueryOptions{}.max_concurrency;
};

/// Shared by the loops; set up before the first request.
struct ServiceContext {
  ServiceContext(Metrics& all_metrics, remote::NameResolver& names, const EvaluationLimits& limits)
      : metrics(all_metrics),
        resolver(names),
        evaluation_memory(limits.memory),
        workers({.max_threads = limits.concurrency}) {}

  Metrics& metrics;
  remote::NameResolver& resolver;
  engine::MemoryBudget evaluation_memory;
  remote::QueuedBytes queued_answers{remote::kMaxQueuedProcessBytes};  // that wait to be evaluated
  engine::Workers workers;                                             // that evaluate
  std::atomic<bool> ready{false};
  std::atomic<std::uint64_t> queries_in_flight{0};
  std::atomic<bool> reload_good{true};
  std::atomic<std::int64_t> reload_time_ms{0};
  std::int64_t start_time_ms = 0;
  std::string route_prefix;
  verify::Shadow* shadow = nullptr;                        // verifies a share of the answers; may be null
  std::vector<std::pair<std::string, std::string>> flags;  // for status/flags
  /// May take their time: run on a thread of their own, never on a loop.
  std::function<std::string()> serialize_metrics;
  std::function<Result<void>()> reload;
  /// Runs a task on the thread for such things.
  std::function<void(std::function<void()>)> run_slow;
};

class Service final : public http::Handler {
 public:
  Service(http::Loop& loop, ServiceContext& context, SnapshotPtr snapshot);

  http::Awaitable<void> serve(http::Exchange& exchange) override;
  /// Later requests use `snapshot`. From the loop's thread.
  void setSnapshot(SnapshotPtr snapshot);
  /// Kept-alive connections to shards. From any thread.
  std::size_t idleConnections() const { return forwarder_.idleConnections(); }

 private:
  friend class PlannedAnswer;
  friend class QueryEndpoint;
  friend class SeriesAnswer;

  http::Awaitable<void> dispatch(http::Exchange& exchange, Endpoint endpoint, std::string_view path);
  http::Awaitable<void> metricsPage(http::Exchange& exchange);
  http::Awaitable<void> reload(http::Exchange& exchange);
  http::Awaitable<void> status(http::Exchange& exchange, std::string_view path);
  http::Awaitable<void> formatOrParse(http::Exchange& exchange, Endpoint endpoint);
  Metrics::OfShard& shardMetrics(const topology::Shard& shard, topology::ShardId id);
  /// Runs `task` on the slow thread and goes on when it is done.
  http::Awaitable<void> runSlow(std::function<void()> task);

  http::Loop& loop_;
  ServiceContext& context_;
  SnapshotPtr snapshot_;
  forward::Forwarder forwarder_;
  remote::ShardGates gates_;
  PreparedQueries prepared_;                      // on snapshot_
  std::vector<Metrics::OfShard*> shard_metrics_;  // by ShardId of snapshot_, filled on first use
};

}  // namespace prome::api
