// Limits and settings of the query endpoints.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "plan/plan_options.h"

namespace prome::api {

/// Which Prometheus' rules the router follows: the shards' own (of the newest), or one that is set.
enum class DialectChoice : std::uint8_t { kAuto, kPrometheus2, kPrometheus3 };

/// May an answer leave out shards that cannot be asked?
enum class PartialAnswers : std::uint8_t { kNever, kOnRequest, kAlways };

struct QueryOptions {
  std::chrono::milliseconds timeout{
      120'000};  // a whole query; a request's `timeout` parameter can only shorten it
  std::size_t max_query_bytes = 1u << 20;  // text of one expression; over it bad_data
  std::size_t max_in_flight = 4'096;       // queries at once; over it 503 unavailable
  DialectChoice dialect = DialectChoice::kAuto;
  // Of what the router evaluates itself.
  std::chrono::milliseconds lookback_delta{300'000};
  std::chrono::milliseconds evaluation_interval{60'000};  // the step of `[1h:]`
  plan::Exactness exactness = plan::Exactness::kRoundingAllowed;
  PartialAnswers partial_answers = PartialAnswers::kOnRequest;
  std::size_t max_concurrency = 20;      // evaluations at once; others wait
  std::size_t max_samples = 50'000'000;  // that one query holds, counted as Prometheus counts them
  std::size_t max_memory_per_query = 1u << 30;
  std::size_t max_memory = std::size_t{4} << 30;  // of all queries together

  friend bool operator==(const QueryOptions&, const QueryOptions&) = default;
};

}  // namespace prome::api
