#include "telemetry/log.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace prome::telemetry {
namespace {

spdlog::level::level_enum spdlogLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarn:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// As Prometheus' own log names it.
std::string_view levelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarn:
      return "warn";
    case LogLevel::kError:
      return "error";
  }
  return "info";
}

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made =
        std::make_shared<spdlog::logger>("prome-route", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    auto formatter = std::make_unique<spdlog::pattern_formatter>("ts=%Y-%m-%dT%H:%M:%S.%eZ level=%v",
                                                                 spdlog::pattern_time_type::utc);
    made->set_formatter(std::move(formatter));
    made->flush_on(spdlog::level::debug);
    return made;
  }();
  return *instance;
}

bool isPlain(char c) {
  return c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7F;
}

void appendValue(std::string& out, std::string_view value) {
  if (!value.empty() && std::ranges::all_of(value, isPlain)) {
    out += value;
    return;
  }
  static constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

void setLogLevel(LogLevel level) {
  logger().set_level(spdlogLevel(level));
}

std::string logfmt(std::string_view message, LogFields fields) {
  std::string out = "msg=";
  appendValue(out, message);
  for (const LogField& field : fields) {
    out.append(1, ' ').append(field.key).append(1, '=');
    appendValue(out, field.value);
  }
  return out;
}

void log(LogLevel level, std::string_view message, LogFields fields) {
  if (!logger().should_log(spdlogLevel(level))) return;
  logger().log(spdlogLevel(level), "{} {}", levelName(level), logfmt(message, fields));
}

}  // namespace prome::telemetry
