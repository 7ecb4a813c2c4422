// What the start timestamps of two samples that follow each other tell: when their counters began. Pure.
// Source: prometheus/promql/functions.go (isStartTimestampReset, checkStartTimeOverlap).
#pragma once

#include <cstdint>

namespace prome::engine {

/// Milliseconds since the epoch; a start of 0 is not known.
struct StartedSample {
  std::int64_t start_ms = 0;
  std::int64_t time_ms = 0;
};

/// Did a counter begin anew between the samples? Not where `after` began before it was seen at all (invalid),
/// nor where it began with `before` whose own beginning is not known: then nor is that of `after`.
inline bool isStartReset(const StartedSample& before, const StartedSample& after) {
  if (after.start_ms == 0 || after.start_ms >= after.time_ms) return false;
  if (after.start_ms != before.time_ms) return after.start_ms > before.time_ms;
  return before.start_ms != 0 && before.start_ms < before.time_ms;
}

/// Did `after` begin before `before` was taken, and yet not with it?
inline bool startsOverlap(const StartedSample& before, const StartedSample& after) {
  return after.start_ms != 0 && after.start_ms < before.time_ms && after.start_ms != before.start_ms;
}

}  // namespace prome::engine
