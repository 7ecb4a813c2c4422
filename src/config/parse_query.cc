#include "config/limits.h"
#include "config/sections.h"

namespace prome::config {

api::QueryOptions parseQuery(Mapping section) {
  api::QueryOptions out;
  section.duration("timeout", out.timeout, {kMinTimeout, kMaxTimeout});
  section.size("max_query_bytes", out.max_query_bytes, {kMinQueryBytes, kMaxQueryBytes});
  section.number("max_in_flight", out.max_in_flight, {std::size_t{1}, kMaxInFlight});
  section.choice("dialect", out.dialect, {"auto", "2.x", "3.x"});
  section.duration("lookback_delta", out.lookback_delta, {kMinTimeout, kMaxTimeout});
  section.duration("evaluation_interval", out.evaluation_interval, {kMinTimeout, kMaxTimeout});
  section.choice("exactness", out.exactness, {"rounding", "exact"});
  section.choice("partial_answers", out.partial_answers, {"never", "on_request", "always"});
  section.number("max_concurrency", out.max_concurrency, {std::size_t{1}, kMaxConcurrency});
  section.number("max_samples", out.max_samples, {std::size_t{1}, kMaxSamples});
  section.size("max_memory_per_query", out.max_memory_per_query, {kMinMemory, kMaxMemory});
  section.size("max_memory", out.max_memory, {kMinMemory, kMaxMemory});
  section.finish();
  return out;
}

}  // namespace prome::config
