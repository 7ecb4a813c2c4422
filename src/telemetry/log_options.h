// What is logged. Logs go to standard error as logfmt, one line an event.
#pragma once

#include <cstdint>

namespace prome::telemetry {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  bool access_log = false;  // one line a query

  friend bool operator==(const LogOptions&, const LogOptions&) = default;
};

}  // namespace prome::telemetry
