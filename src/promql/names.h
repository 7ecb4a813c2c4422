// Which names may be written bare, and where. Pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace prome::promql {

inline constexpr std::string_view kMetricNameLabel = "__name__";

enum class NameUse : std::uint8_t {
  kMetric,    // before the braces
  kMatcher,   // a label name inside the braces
  kGrouping,  // a label name in by, without, on, ignoring, group_left and group_right
};

/// Must `name` be quoted there? Bare names match [a-zA-Z_][a-zA-Z0-9_]* (metric names may hold colons) and
/// must not be words that mean something else in that place.
bool needsQuotes(std::string_view name, NameUse use);

}  // namespace prome::promql
