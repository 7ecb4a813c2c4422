#include "api/times.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <optional>

#include "promql/char_class.h"
#include "promql/duration.h"
#include "promql/number_literal.h"
#include "promql/quote.h"

namespace prome::api {
namespace {

constexpr double kTwoTo63 = 9223372036854775808.0;
constexpr std::int64_t kSecond = 1'000'000'000;        // in nanoseconds
constexpr std::int64_t kYearOneToEpoch = 62135596800;  // in seconds

// Go's integers wrap round.
std::int64_t wrapAdd(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::int64_t wrapMultiply(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

/// Go's int64(value) on amd64: what does not fit, NaN too, is the least.
std::int64_t toInt64(double value) {
  const bool fits = value >= -kTwoTo63 && value < kTwoTo63;
  return fits ? static_cast<std::int64_t>(value) : std::numeric_limits<std::int64_t>::min();
}

bool equalsAnyCase(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, {}, promql::toLower);
}

/// `inf`, `infinity` (`text` is without its sign) and `nan`, in any case.
std::optional<double> parseSpecial(std::string_view text, bool has_sign) {
  if (equalsAnyCase(text, "inf") || equalsAnyCase(text, "infinity")) {
    return std::numeric_limits<double>::infinity();
  }
  if (!has_sign && equalsAnyCase(text, "nan")) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

/// An unsigned number without underscores. One that is too small is 0, one that is too large none.
std::optional<double> parseDigits(std::string_view text) {
  const std::string whole(text);
  auto format = std::chars_format::general;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    format = std::chars_format::hex;
    text.remove_prefix(2);
    if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;  // Go wants an exponent
  }
  if (text.starts_with('-') || text.starts_with('+')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (error == std::errc::invalid_argument || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = std::strtod(whole.c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}

/// A float as Go's ParseFloat takes it: hexadecimal forms, underscores, infinities and NaN included.
std::optional<double> parseFloat(std::string_view text) {
  const bool has_sign = text.starts_with('+') || text.starts_with('-');
  const double sign = text.starts_with('-') ? -1 : 1;
  if (has_sign) text.remove_prefix(1);
  if (const auto special = parseSpecial(text, has_sign)) return sign * *special;
  std::string digits(text);
  if (text.find('_') != std::string_view::npos) {
    if (!promql::underscoresAreSound(text)) return std::nullopt;
    std::erase(digits, '_');
  }
  const auto value = parseDigits(digits);
  return value ? std::optional(sign * *value) : std::nullopt;
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

/// RFC 3339 with any number of decimals, of which nine count.
std::optional<Time> parseRfc3339(std::string_view text) {
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
  std::int64_t nanos = 0;
  if (takeChar(text, '.') || takeChar(text, ',')) {
    std::int64_t scale = kSecond / 10;
    std::size_t digits = 0;
    while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') {
      nanos += (text[digits] - '0') * scale;
      scale /= 10;
      ++digits;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
  }
  const auto zone = parseZone(text);
  if (!zone) return std::nullopt;
  const std::int64_t days = daysFromCivil(*year, *month, *day);
  return Time(((days * 24 + *hour) * 60 + *minute) * 60 + *second - *zone, nanos);
}

/// The texts Prometheus prints for its earliest and latest times.
constexpr std::string_view kMinTime = "-292273086-05-16T16:47:06Z";
constexpr std::string_view kMaxTime = "292277025-08-18T07:12:54.999999999Z";

Time earliest() {
  return {std::numeric_limits<std::int64_t>::min() / 1000 + kYearOneToEpoch + 1, 0};
}

Time latest() {
  return {std::numeric_limits<std::int64_t>::max() / 1000 - kYearOneToEpoch - 1, kSecond - 1};
}

}  // namespace

Time::Time(std::int64_t unix_seconds, std::int64_t nanoseconds) {
  std::int64_t carried = nanoseconds / kSecond;
  nanos_ = nanoseconds % kSecond;
  if (nanos_ < 0) {
    nanos_ += kSecond;
    --carried;
  }
  seconds_ = wrapAdd(wrapAdd(unix_seconds, carried), kYearOneToEpoch);
}

Time Time::ofMilliseconds(std::int64_t ms) {
  return {ms / 1000, ms % 1000 * 1'000'000};
}

std::int64_t Time::milliseconds() const {
  const std::int64_t unix_seconds = wrapAdd(seconds_, -kYearOneToEpoch);
  return wrapAdd(wrapMultiply(unix_seconds, kSecond), nanos_) / 1'000'000;
}

std::int64_t Time::nanosecondsSince(const Time& start) const {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  assert(start <= *this);
  const auto seconds = static_cast<std::uint64_t>(seconds_) - static_cast<std::uint64_t>(start.seconds_);
  if (seconds > static_cast<std::uint64_t>(kLargest / kSecond) + 1) return kLargest;
  const auto whole = seconds * static_cast<std::uint64_t>(kSecond);
  const auto nanos = whole + static_cast<std::uint64_t>(nanos_) - static_cast<std::uint64_t>(start.nanos_);
  return nanos > static_cast<std::uint64_t>(kLargest) ? kLargest : static_cast<std::int64_t>(nanos);
}

Result<Time> parseTime(std::string_view text) {
  if (const auto seconds = parseFloat(text)) {
    double whole = 0;
    const double fraction = std::isfinite(*seconds) ? std::modf(*seconds, &whole) : NAN;
    if (!std::isfinite(*seconds)) whole = *seconds;
    return Time(toInt64(whole), toInt64(std::round(fraction * 1000) / 1000 * 1e9));
  }
  if (const auto time = parseRfc3339(text)) return *time;
  if (text == kMinTime) return earliest();
  if (text == kMaxTime) return latest();
  return fail(ErrorKind::kBadData, "cannot parse " + promql::quoted(text) + " to a valid timestamp");
}

Result<std::int64_t> parseDuration(std::string_view text) {
  if (const auto seconds = parseFloat(text)) {
    const double nanos = *seconds * 1e9;
    if (nanos > kTwoTo63 || nanos < -kTwoTo63) {
      return fail(ErrorKind::kBadData,
                  "cannot parse " + promql::quoted(text) + " to a valid duration. It overflows int64");
    }
    return toInt64(nanos);
  }
  if (const auto nanos = promql::parseDuration(text)) return *nanos;
  return fail(ErrorKind::kBadData, "cannot parse " + promql::quoted(text) + " to a valid duration");
}

void appendTime(std::string& out, std::int64_t ms) {
  if (ms < 0) {
    out += '-';
    ms = -ms;  // a wrapped time's milliseconds are never the least int64
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
