// Times and durations of API parameters, read as Prometheus' HTTP API reads them (web/api/v1, parseTime and
// parseDuration), and times as its JSON shows them. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace prome::api {

/// Milliseconds since the epoch of float seconds (rounded) or RFC 3339 text (cut). Fails with kBadData and
/// Prometheus' words, without the parameter's name.
Result<std::int64_t> parseTime(std::string_view text);

/// Nanoseconds of float seconds or a Prometheus duration. Fails as parseTime does.
Result<std::int64_t> parseDuration(std::string_view text);

/// Appends a sample's time: seconds, with exactly three decimals where there are milliseconds (`1.500`).
void appendTime(std::string& out, std::int64_t ms);

}  // namespace prome::api
