#include "api/times.h"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "promql/duration.h"
#include "promql/quote.h"

namespace prome::api {
namespace {

constexpr double kMaxInt64 = 9223372036854775807.0;

/// A float as Go's ParseFloat takes it, finite; hexadecimal forms included.
std::optional<double> parseFloat(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  auto format = std::chars_format::general;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    format = std::chars_format::hex;
    text.remove_prefix(2);
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;  // Go wants an exponent
  }
  if (text.empty() || text.front() == '-' || text.front() == '+') return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return negative ? -value : value;
}

/// `size` digits at the front of `text`, which are removed.
std::optional<int> takeDigits(std::string_view& text, std::size_t size) {
  if (text.size() < size) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, size)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(size);
  return value;
}

bool takeChar(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Days since the epoch of a date of the Gregorian calendar (Howard Hinnant's days_from_civil).
std::int64_t daysFromCivil(int year, int month, int day) {
  const std::int64_t y = month <= 2 ? year - 1 : year;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t of_era = y - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int daysInMonth(int year, int month) {
  static constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

/// Seconds east of UTC of `Z` or `+hh:mm`, which must be all of `text`.
std::optional<int> parseZone(std::string_view text) {
  if (text == "Z") return 0;
  const bool west = text.starts_with('-');
  if (!takeChar(text, '+') && !takeChar(text, '-')) return std::nullopt;
  const auto hours = takeDigits(text, 2);
  if (!hours || *hours > 23 || !takeChar(text, ':')) return std::nullopt;
  const auto minutes = takeDigits(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 3600 + *minutes * 60);
}

/// RFC 3339 with any number of decimals, in milliseconds, cut.
std::optional<std::int64_t> parseRfc3339(std::string_view text) {
  const auto year = takeDigits(text, 4);
  if (!year || !takeChar(text, '-')) return std::nullopt;
  const auto month = takeDigits(text, 2);
  if (!month || *month < 1 || *month > 12 || !takeChar(text, '-')) return std::nullopt;
  const auto day = takeDigits(text, 2);
  if (!day || *day < 1 || *day > daysInMonth(*year, *month) || !takeChar(text, 'T')) return std::nullopt;
  const auto hour = takeDigits(text, 2);
  if (!hour || *hour > 23 || !takeChar(text, ':')) return std::nullopt;
  const auto minute = takeDigits(text, 2);
  if (!minute || *minute > 59 || !takeChar(text, ':')) return std::nullopt;
  const auto second = takeDigits(text, 2);
  if (!second || *second > 59) return std::nullopt;
  std::int64_t ms = 0;
  if (takeChar(text, '.') || takeChar(text, ',')) {
    std::int64_t scale = 100;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      ms += (text[digits] - '0') * scale;
      scale /= 10;
      ++digits;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  const auto zone = parseZone(text);
  if (!zone) return std::nullopt;
  const std::int64_t days = daysFromCivil(*year, *month, *day);
  return ((days * 24 + *hour) * 60 + *minute) * 60'000 + *second * 1000 + ms - *zone * 1000;
}

/// The texts Prometheus prints for its earliest and latest times.
constexpr std::string_view kMinTime = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kMaxTime = "292277025-08-18T07:12:54.999999999Z";
constexpr std::int64_t kMinTimeMs = std::numeric_limits<std::int64_t>::min() / 1000;

}  // namespace

Result<std::int64_t> parseTime(std::string_view text) {
  if (const auto seconds = parseFloat(text); seconds && std::abs(*seconds) < kMaxInt64 / 1000) {
    double whole = 0;
    const double fraction = std::modf(*seconds, &whole);
    return static_cast<std::int64_t>(whole) * 1000 + static_cast<std::int64_t>(std::round(fraction * 1000));
  }
  if (const auto ms = parseRfc3339(text)) return *ms;
  if (text == kMinTime) return kMinTimeMs;
  if (text == kMaxTime) return std::numeric_limits<std::int64_t>::max() / 1000;
  return fail(ErrorKind::kBadData, "cannot parse " + promql::quoted(text) + " to a valid timestamp");
}

Result<std::int64_t> parseDuration(std::string_view text) {
  if (const auto seconds = parseFloat(text)) {
    const double nanos = *seconds * 1e9;
    if (nanos >= kMaxInt64 || nanos < -kMaxInt64) {
      return fail(ErrorKind::kBadData,
                  "cannot parse " + promql::quoted(text) + " to a valid duration. It overflows int64");
    }
    return static_cast<std::int64_t>(nanos);
  }
  if (const auto nanos = promql::parseDuration(text)) return *nanos;
  return fail(ErrorKind::kBadData, "cannot parse " + promql::quoted(text) + " to a valid duration");
}

void appendTime(std::string& out, std::int64_t ms) {
  if (ms < 0) {
    out += '-';
    ms = -ms;
  }
  out += std::to_string(ms / 1000);
  const auto rest = ms % 1000;
  if (rest == 0) return;
  out += '.';
  out += static_cast<char>('0' + rest / 100);
  out += static_cast<char>('0' + rest / 10 % 10);
  out += static_cast<char>('0' + rest % 10);
}

}  // namespace prome::api
