#include "promql/duration.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <limits>

#include "promql/char_class.h"
#include "promql/quote.h"

namespace prome::promql {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t nanos = 0;
  bool only_if_exact = false;  // printed only where nothing remains: 90d reads better than 12w6d
};

/// From the largest down, the order they must be written in.
constexpr std::array<Unit, 7> kUnits{{{"y", 365ULL * 86400 * kNanosPerSecond, true},
                                      {"w", 7ULL * 86400 * kNanosPerSecond, true},
                                      {"d", 86400ULL * kNanosPerSecond},
                                      {"h", 3600ULL * kNanosPerSecond},
                                      {"m", 60ULL * kNanosPerSecond},
                                      {"s", kNanosPerSecond},
                                      {"ms", kNanosPerMilli}}};

constexpr std::uint64_t kMaxNanos = std::numeric_limits<std::int64_t>::max();

std::size_t unitIndex(std::string_view name) {
  std::size_t i = 0;
  while (i < kUnits.size() && kUnits[i].name != name) ++i;
  return i;
}

}  // namespace

std::expected<std::int64_t, std::string> parseDuration(std::string_view text) {
  const auto invalid = [&] { return std::unexpected("not a valid duration string: " + quoted(text)); };
  if (text.empty()) return std::unexpected("empty duration string");
  std::uint64_t total = 0;
  std::size_t next_unit = 0;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t digits = 0;
    while (digits < rest.size() && isDigit(rest[digits])) ++digits;
    std::uint64_t value = 0;
    if (std::from_chars(rest.data(), rest.data() + digits, value).ec != std::errc{}) return invalid();
    rest.remove_prefix(digits);
    std::size_t letters = 0;
    while (letters < rest.size() && !isDigit(rest[letters])) ++letters;
    if (letters == 0) return invalid();
    const std::string_view name = rest.substr(0, letters);
    rest.remove_prefix(letters);
    const std::size_t unit = unitIndex(name);
    if (unit == kUnits.size()) {
      return std::unexpected("unknown unit " + quoted(name) + " in duration " + quoted(text));
    }
    if (unit < next_unit) return invalid();
    next_unit = unit + 1;
    if (value > (kMaxNanos + 1) / kUnits[unit].nanos) return std::unexpected("duration out of range");
    total += value * kUnits[unit].nanos;
    if (total > kMaxNanos) return std::unexpected("duration out of range");
  }
  return static_cast<std::int64_t>(total);
}

double durationSeconds(std::int64_t nanos) {
  return static_cast<double>(nanos / kNanosPerSecond) +
         static_cast<double>(nanos % kNanosPerSecond) / static_cast<double>(kNanosPerSecond);
}

bool durationOutOfRange(double seconds) {
  constexpr double kLimit = 9223372036854775808.0 / 1e9;
  return !(seconds <= kLimit && seconds >= -kLimit);
}

std::int64_t nanosOfSeconds(double seconds) {
  const double nanos = std::round(seconds * 1e9);
  assert(!std::isnan(nanos));
  if (nanos >= 9223372036854775808.0) return std::numeric_limits<std::int64_t>::max();
  if (nanos < -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(nanos);
}

void appendDuration(std::string& out, std::int64_t nanos) {
  std::uint64_t rest = nanos < 0 ? ~static_cast<std::uint64_t>(nanos) + 1 : static_cast<std::uint64_t>(nanos);
  rest -= rest % kNanosPerMilli;
  if (rest == 0) {
    out += "0s";
    return;
  }
  if (nanos < 0) out += '-';
  for (const Unit& unit : kUnits) {
    if (unit.only_if_exact && rest % unit.nanos != 0) continue;
    const std::uint64_t count = rest / unit.nanos;
    if (count == 0) continue;
    std::array<char, 24> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr);
    out += unit.name;
    rest -= count * unit.nanos;
  }
}

}  // namespace prome::promql
