// Structured log: one logfmt line an event, to standard error.
//
// Thread-safe. Messages are constant texts; what varies goes into fields.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "telemetry/log_options.h"

namespace prome::telemetry {

struct LogField {
  LogField(std::string_view name, std::string_view text) : key(name), value(text) {}
  LogField(std::string_view name, const char* text) : key(name), value(text) {}
  LogField(std::string_view name, const std::string& text) : key(name), value(text) {}
  LogField(std::string_view name, std::int64_t number) : key(name), value(std::to_string(number)) {}
  LogField(std::string_view name, std::uint64_t number) : key(name), value(std::to_string(number)) {}
  LogField(std::string_view name, int number) : key(name), value(std::to_string(number)) {}
  LogField(std::string_view name, unsigned number) : key(name), value(std::to_string(number)) {}

  std::string_view key;
  std::string value;
};

using LogFields = std::initializer_list<LogField>;

/// Events below `level` are dropped from now on.
void setLogLevel(LogLevel level);

void log(LogLevel level, std::string_view message, LogFields fields = {});

/// `message` and `fields` as logfmt, without time and level: values are quoted where they must be.
std::string logfmt(std::string_view message, LogFields fields);

}  // namespace prome::telemetry
