#include "config/scalars.h"

#include <array>
#include <charconv>
#include <limits>

namespace prome::config {
namespace {

struct DurationUnit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array<DurationUnit, 7> kDurationUnits{{{"y", 365LL * 24 * 3600 * 1000},
                                                      {"w", 7LL * 24 * 3600 * 1000},
                                                      {"d", 24LL * 3600 * 1000},
                                                      {"h", 3600LL * 1000},
                                                      {"m", 60LL * 1000},
                                                      {"s", 1000},
                                                      {"ms", 1}}};

struct SizeUnit {
  std::string_view name;
  unsigned shift;
};

constexpr std::array<SizeUnit, 7> kSizeUnits{
    {{"B", 0}, {"KiB", 10}, {"MiB", 20}, {"GiB", 30}, {"KB", 10}, {"MB", 20}, {"GB", 30}}};

/// Prometheus keeps durations as int64 nanoseconds; more does not fit.
constexpr std::int64_t kMaxDurationMs = std::numeric_limits<std::int64_t>::max() / 1'000'000;

std::size_t countWhile(std::string_view text, bool (*holds)(char)) {
  std::size_t n = 0;
  while (n < text.size() && holds(text[n])) ++n;
  return n;
}

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isNotDigit(char c) {
  return !isDigit(c);
}

}  // namespace

std::optional<std::uint64_t> parseNumber(std::string_view text) {
  if (text.empty() || countWhile(text, isDigit) != text.size()) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  return value;
}

std::optional<std::chrono::milliseconds> parseDuration(std::string_view text) {
  if (text == "0") return std::chrono::milliseconds(0);
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  std::size_t next_unit = 0;
  while (!text.empty()) {
    const auto count = parseNumber(text.substr(0, countWhile(text, isDigit)));
    if (!count) return std::nullopt;
    text.remove_prefix(countWhile(text, isDigit));
    const std::string_view name = text.substr(0, countWhile(text, isNotDigit));
    text.remove_prefix(name.size());
    while (next_unit < kDurationUnits.size() && kDurationUnits[next_unit].name != name) ++next_unit;
    if (next_unit == kDurationUnits.size()) return std::nullopt;
    const std::int64_t unit = kDurationUnits[next_unit++].milliseconds;
    if (*count > static_cast<std::uint64_t>((kMaxDurationMs - total) / unit)) return std::nullopt;
    total += static_cast<std::int64_t>(*count) * unit;
  }
  return std::chrono::milliseconds(total);
}

std::string formatDuration(std::chrono::milliseconds duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string out;
  for (const DurationUnit& unit : kDurationUnits) {
    // Prometheus prints years and weeks only where nothing is left over: `400d`, not `1y35d`.
    const bool whole_only = unit.name == "y" || unit.name == "w";
    if (rest < unit.milliseconds || (whole_only && rest % unit.milliseconds != 0)) continue;
    out += std::to_string(rest / unit.milliseconds);
    out += unit.name;
    rest %= unit.milliseconds;
  }
  return out;
}

std::optional<double> parseRatio(std::string_view text) {
  double out = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, out, std::chars_format::fixed);
  if (read.ec != std::errc() || read.ptr != end || text.empty() || !isDigit(text[0]) || out > 1)
    return std::nullopt;
  return out;
}

std::string formatRatio(double ratio) {
  std::array<char, 400> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), ratio, std::chars_format::fixed);
  return {text.data(), written.ptr};
}

std::optional<std::uint64_t> parseSize(std::string_view text) {
  const std::size_t digits = countWhile(text, isDigit);
  const auto count = parseNumber(text.substr(0, digits));
  if (!count) return std::nullopt;
  const std::string_view name = text.substr(digits);
  if (name.empty()) return count;
  for (const SizeUnit& unit : kSizeUnits) {
    if (unit.name != name) continue;
    if (*count > std::numeric_limits<std::uint64_t>::max() >> unit.shift) return std::nullopt;
    return *count << unit.shift;
  }
  return std::nullopt;
}

std::string formatSize(std::uint64_t bytes) {
  for (const std::string_view name : {"GiB", "MiB", "KiB"}) {
    for (const SizeUnit& unit : kSizeUnits) {
      if (unit.name != name) continue;
      const std::uint64_t one = std::uint64_t{1} << unit.shift;
      if (bytes >= one && bytes % one == 0) return std::to_string(bytes >> unit.shift) + std::string(name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace prome::config
