// Durations as Prometheus writes them: `1h30m`. Pure functions.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace prome::promql {

inline constexpr std::int64_t kNanosPerMilli = 1'000'000;
inline constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

/// Nanoseconds of `text`, or what is wrong with it, in Prometheus' words.
std::expected<std::int64_t, std::string> parseDuration(std::string_view text);

/// The seconds Go's Duration.Seconds gives.
double durationSeconds(std::int64_t nanos);

/// Whether `seconds` is no number or would overflow 64-bit nanoseconds.
bool durationOutOfRange(double seconds);

/// Rounded to whole nanoseconds; `seconds` must be in range.
std::int64_t nanosOfSeconds(double seconds);

/// Appends `1h30m`; parts below a millisecond are dropped, zero is `0s`.
void appendDuration(std::string& out, std::int64_t nanos);

}  // namespace prome::promql
