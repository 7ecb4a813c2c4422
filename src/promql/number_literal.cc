// Prometheus reads a number as a 64-bit integer with Go's base prefixes first and, where that fails, as a
// float: which is why `010` is 8 and `08` is 8 as well. Underscores are checked by Go's rule (between digits,
// or after a base prefix) and dropped.
#include "promql/number_literal.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <optional>

#include "promql/char_class.h"
#include "promql/quote.h"

namespace prome::promql {
namespace {

bool isHexDigit(char c) {
  return isDigit(c) || (toLower(c) >= 'a' && toLower(c) <= 'f');
}

bool hasHexPrefix(std::string_view text) {
  return text.size() >= 2 && text[0] == '0' && toLower(text[1]) == 'x';
}

std::optional<double> parseInteger(std::string_view digits) {
  int base = 10;
  if (hasHexPrefix(digits)) {
    base = 16;
    digits.remove_prefix(2);
  } else if (digits.size() > 1 && digits[0] == '0') {
    base = 8;
    digits.remove_prefix(1);
  }
  std::uint64_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value, base);
  if (result.ec != std::errc{} || result.ptr != end) return std::nullopt;
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<double>(static_cast<std::int64_t>(value));
}

/// Of a decimal float out of a double's range: is it too large, rather than too small?
bool isHuge(std::string_view digits) {
  const std::size_t mark = std::min(digits.find_first_of("eE"), digits.size());
  const std::string_view mantissa = digits.substr(0, mark);
  const std::size_t first = mantissa.find_first_of("123456789");
  if (first == std::string_view::npos) return false;
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  std::string_view exponent_text = digits.substr(std::min(mark + 1, digits.size()));
  if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
  std::int64_t exponent = 0;
  const char* const end = exponent_text.data() + exponent_text.size();
  if (std::from_chars(exponent_text.data(), end, exponent).ec == std::errc::result_out_of_range) {
    return !exponent_text.starts_with('-');
  }
  return exponent > static_cast<std::int64_t>(first) - point;
}

std::expected<double, std::string> parseFloat(std::string_view digits, std::string_view text) {
  const auto reject = [&](std::string_view why) {
    return std::unexpected("strconv.ParseFloat: parsing " + quoted(text) + ": " + std::string(why));
  };
  if (digits.size() == 3 && toLower(digits[0]) == 'i') return std::numeric_limits<double>::infinity();
  if (digits.size() == 3 && toLower(digits[0]) == 'n') return std::numeric_limits<double>::quiet_NaN();
  if (hasHexPrefix(digits)) return reject("invalid syntax");
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto result = std::from_chars(digits.data(), end, value);
  if (result.ptr != end || result.ec == std::errc::invalid_argument) return reject("invalid syntax");
  if (result.ec == std::errc::result_out_of_range) {
    if (isHuge(digits)) return reject("value out of range");
    return 0.0;
  }
  if (std::isinf(value)) return reject("value out of range");
  return value;
}

}  // namespace

bool underscoresAreSound(std::string_view text) {
  const bool hex = hasHexPrefix(text);
  enum class Last { kNothing, kDigit, kUnderscore } last = Last::kNothing;
  if (hex) {
    text.remove_prefix(2);
    last = Last::kDigit;
  }
  for (const char c : text) {
    if (isDigit(c) || (hex && isHexDigit(c))) {
      last = Last::kDigit;
    } else if (c == '_') {
      if (last != Last::kDigit) return false;
      last = Last::kUnderscore;
    } else {
      if (last == Last::kUnderscore) return false;
      last = Last::kNothing;
    }
  }
  return last != Last::kUnderscore;
}

std::expected<double, std::string> parseNumber(std::string_view text) {
  std::string stripped;
  std::string_view digits = text;
  if (text.find('_') != std::string_view::npos) {
    if (!underscoresAreSound(text)) {
      return std::unexpected("strconv.ParseFloat: parsing " + quoted(text) + ": invalid syntax");
    }
    std::ranges::copy_if(text, std::back_inserter(stripped), [](char c) { return c != '_'; });
    digits = stripped;
  }
  if (const auto integer = parseInteger(digits)) return *integer;
  return parseFloat(digits, text);
}

}  // namespace prome::promql
