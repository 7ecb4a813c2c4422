// Times and durations of API parameters, read as Prometheus' HTTP API reads them (web/api/v1, parseTime and
// parseDuration), and times as its JSON shows them. Pure functions.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace prome::api {

/// A time as Go's time.Time holds it. A float far out of range wraps round silently, there and here, so that
/// what a client may send is answered alike: `time=NaN` is not an error but an evening in 1677.
class Time {
 public:
  Time() : Time(0, 0) {}
  /// Any nanoseconds, negative and more than a second's too.
  Time(std::int64_t unix_seconds, std::int64_t nanoseconds);
  static Time ofMilliseconds(std::int64_t ms);

  /// Since the epoch, as the engine takes it: wrapped round where nanoseconds overflow, then cut towards 0.
  std::int64_t milliseconds() const;
  /// Since `start`, which is not later; the largest where that is less than it is.
  std::int64_t nanosecondsSince(const Time& start) const;

  friend auto operator<=>(const Time&, const Time&) = default;

 private:
  std::int64_t seconds_;  // since the year 1, wrapped round
  std::int64_t nanos_;    // 0 to 999,999,999
};

/// The time of float seconds (rounded to milliseconds) or RFC 3339 text. Fails with kBadData and Prometheus'
/// words, without the parameter's name.
Result<Time> parseTime(std::string_view text);

/// Nanoseconds of float seconds or a Prometheus duration. Fails as parseTime does.
Result<std::int64_t> parseDuration(std::string_view text);

/// Appends a sample's time: seconds, with exactly three decimals where there are milliseconds (`1.500`).
void appendTime(std::string& out, std::int64_t ms);

}  // namespace prome::api
