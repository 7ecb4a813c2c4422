// Instant vector selectors: the newest sample within the lookback, at every step.
#pragma once

#include <cstdint>
#include <span>

#include "engine/leaf_source.h"
#include "engine/operator.h"

namespace prome::engine {

/// What a selector's value at a step is: the sample's, or the sample's own time or start time (0 if unknown)
/// in seconds (timestamp(), start_timestamp()).
enum class SelectorValue : std::uint8_t { kSample, kTimestamp, kStartTimestamp };

/// How far behind a step a selector looks: at `offset_ms`, and from there back by `lookback_ms`.
struct SelectorReach {
  std::int64_t offset_ms = 0;
  std::int64_t lookback_ms = 0;
};

/// The series `matchers` select at the steps of `place.grid`.
Result<OperatorPtr> makeSelector(const Place& place, std::span<const promql::LabelMatcher> matchers,
                                 const SelectorReach& reach, SelectorValue value, LeafSource& leaves);

/// `selector smoothed` (experimental): between two samples the value on the line through them, after the last
/// one its value, both within the lookback.
Result<OperatorPtr> makeSmoothedSelector(const Place& place, std::int64_t offset_ms, LeafSource& leaves);

}  // namespace prome::engine
