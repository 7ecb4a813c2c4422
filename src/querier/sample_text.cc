#include "querier/sample_text.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>

#include "model/sample.h"

namespace prome::querier {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr std::uint64_t kMillisPerSecond = 1000;

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

bool beginsNumber(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && isDigit(text.front());
}

std::optional<double> parseNumber(std::string_view text) {
  if (!beginsNumber(text) || !isDigit(text.back())) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Whole seconds and at most three digits behind the point, where they are milliseconds of an int64.
std::optional<std::int64_t> parseExactTime(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const char* const end = text.data() + text.size();
  std::uint64_t seconds = 0;
  const auto [point, error] = std::from_chars(text.data(), end, seconds);
  if (error != std::errc()) return std::nullopt;
  std::uint64_t milli = 0;
  if (point != end) {
    if (*point != '.' || end - point > 4 || end - point < 2) return std::nullopt;
    std::uint64_t weight = 100;
    for (const char* at = point + 1; at < end; ++at, weight /= 10) {
      if (!isDigit(*at)) return std::nullopt;
      milli += weight * static_cast<std::uint64_t>(*at - '0');
    }
  }
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const std::uint64_t most = kMost + (negative ? 1 : 0);
  if (seconds > (most - milli) / kMillisPerSecond) return std::nullopt;
  const std::uint64_t magnitude = seconds * kMillisPerSecond + milli;
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

}  // namespace

std::optional<std::int64_t> parseTime(std::string_view text) {
  if (const auto exact = parseExactTime(text); exact && beginsNumber(text)) return exact;
  const auto seconds = parseNumber(text);
  if (!seconds) return std::nullopt;
  const double millis = std::round(*seconds * static_cast<double>(kMillisPerSecond));
  constexpr double kBeyond = 0x1p63;
  if (!(millis >= -kBeyond && millis < kBeyond)) return std::nullopt;
  return static_cast<std::int64_t>(millis);
}

std::optional<double> parseValue(std::string_view text) {
  if (const auto number = parseNumber(text)) return number;
  if (text == "NaN") return model::kNormalNaN;
  if (text == "+Inf") return kInf;
  if (text == "-Inf") return -kInf;
  return std::nullopt;
}

}  // namespace prome::querier
