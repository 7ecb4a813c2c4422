// What of a client's query the verification of live queries gets to see.
//
// Pure functions.
#pragma once

#include "api/metrics.h"
#include "api/parameters.h"
#include "http/message.h"
#include "verify/settling_queue.h"

namespace prome::api {

/// Milliseconds: the times at which a query was evaluated.
struct QueryTimes {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 0;
};

/// Is this a query that the router asks itself to verify an answer? Anybody may say so: it decides only that
/// it is not verified in turn, and how it is counted and logged.
bool isVerification(const http::RequestHead& head, Endpoint endpoint);

/// Is an answer of `status` one that the oracle must give too? Not where a shard or the router could not.
bool isVerifiable(int status);

/// The query of `endpoint` (kQuery or kQueryRange) once more: the same text and parameters, at the same
/// times.
verify::ShadowQuestion questionOf(const http::RequestHead& head, const Parameters& parameters,
                                  Endpoint endpoint, const QueryTimes& times);

}  // namespace prome::api
