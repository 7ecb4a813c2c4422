#include "engine/bucket_bound.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace prome::engine {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes the underscores out of `text` (without its sign); false where one is not between digits. The prefix
/// 0x counts as a digit.
bool removeUnderscores(std::string& text) {
  const bool hex = text.starts_with("0x");
  bool after_digit = false;
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool is_digit = isDigit(c) || (hex && (i == 1 || (c >= 'a' && c <= 'f')));
    if (c != '_') {
      kept += c;
      after_digit = is_digit;
      continue;
    }
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (!after_digit || !(isDigit(next) || (hex && next >= 'a' && next <= 'f'))) return false;
    after_digit = false;
  }
  text = std::move(kept);
  return true;
}

std::optional<double> unsignedBound(std::string text) {
  if (text == "inf" || text == "infinity") return std::numeric_limits<double>::infinity();
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (text.find('_') != std::string::npos && !removeUnderscores(text)) return std::nullopt;
  const bool hex = text.starts_with("0x");
  if (hex) {
    text.erase(0, 2);
    if (text.find('p') == std::string::npos) return std::nullopt;
  }
  // from_chars reads signs, infinities and NaNs, which have no place here.
  if (text.empty() || !(isDigit(text[0]) || text[0] == '.' || (hex && text[0] >= 'a' && text[0] <= 'f')))
    return std::nullopt;
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto format = hex ? std::chars_format::hex : std::chars_format::general;
  const auto [stopped, error] = std::from_chars(text.data(), end, value, format);
  if (stopped != end || error == std::errc::invalid_argument) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    // Too small is 0 or subnormal, and a number; too large is none.
    const double approximate = std::strtod((hex ? "0x" + text : text).c_str(), nullptr);
    if (std::isinf(approximate)) return std::nullopt;
    return approximate;
  }
  return value;
}

}  // namespace

std::optional<double> bucketBound(std::string_view text) {
  const bool has_sign = text.starts_with('+') || text.starts_with('-');
  const bool negative = text.starts_with('-');
  std::string digits(has_sign ? text.substr(1) : text);
  std::ranges::transform(digits, digits.begin(), lower);
  if (has_sign && digits == "nan") return std::nullopt;
  const auto value = unsignedBound(std::move(digits));
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

}  // namespace prome::engine
