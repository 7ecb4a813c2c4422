// std::to_chars finds the shortest digits; laying them out is left to this file, because its own fixed form
// prints all digits of large numbers where Go pads with zeros (1.2345678901234567e20 is 123456789012345670000
// in Go). Values of few decimals, most of those people set and many they measure, need no search: see
// writeShortDecimal.
#include "base/number_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace prome {
namespace {

std::string_view special(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0 ? "+Inf" : "-Inf";
}

bool appendSpecial(std::string& out, double value) {
  if (std::isfinite(value)) return false;
  out += special(value);
  return true;
}

struct Decimal {
  std::array<char, 24> digits{};
  std::size_t count = 0;
  int exponent = 0;  // of the first digit
};

/// The shortest decimal form of a finite, non-negative value.
Decimal shortest(double value) {
  std::array<char, 40> text{};
  const char* const end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
  Decimal result;
  const char* p = text.data();
  for (; *p != 'e'; ++p) {
    if (*p != '.') result.digits[result.count++] = *p;
  }
  ++p;
  if (*p == '+') ++p;
  std::from_chars(p, end, result.exponent);
  return result;
}

// Six digits, zeros in front.
char* writeSixDigits(char* out, std::uint32_t number) {
  for (int at = 5; at >= 0; --at, number /= 10) out[at] = static_cast<char>('0' + number % 10);
  return out + 6;
}

// `value` where that is a number of at most six decimals, else null. `value` is finite and no integer.
//
// A double reads back from n / 10^6 where the division, which rounds correctly of two exact numbers, gives
// it. As n is below 2^50, decimals of six places are further apart than two doubles are here: no other reads
// back as this one, nor does any of fewer places but this one less its zeros. So that is the shortest. And a
// product is off by two roundings at most, so that rounding it to an integer finds n wherever there is one.
char* writeShortDecimal(char* out, double value) {
  constexpr std::uint32_t kScale = 1'000'000;
  constexpr double kLargest = 0x1p50 / kScale;
  constexpr double kRoundings = 0x1p-51;
  const double magnitude = std::abs(value);
  if (magnitude >= kLargest) return nullptr;
  const double scaled = magnitude * kScale;
  const auto number = static_cast<std::uint64_t>(scaled + 0.5);
  const auto rounded = static_cast<double>(number);
  if (std::abs(scaled - rounded) > rounded * kRoundings || rounded / kScale != magnitude) return nullptr;
  if (std::signbit(value)) *out++ = '-';
  constexpr std::size_t kMostWholeDigits = 10;
  out = std::to_chars(out, out + kMostWholeDigits, number / kScale).ptr;
  *out++ = '.';
  out = writeSixDigits(out, static_cast<std::uint32_t>(number % kScale));
  while (out[-1] == '0') --out;
  return out;
}

}  // namespace

void appendFixed(std::string& out, double value) {
  constexpr double kExactIntegers = 9007199254740992.0;
  if (std::abs(value) < kExactIntegers && value == std::trunc(value) &&
      !(value == 0 && std::signbit(value))) {
    std::array<char, 24> text{};
    out.append(text.data(),
               std::to_chars(text.data(), text.data() + text.size(), static_cast<std::int64_t>(value)).ptr);
    return;
  }
  if (appendSpecial(out, value)) return;
  if (std::signbit(value)) out += '-';
  const Decimal decimal = shortest(std::abs(value));
  const std::string_view digits(decimal.digits.data(), decimal.count);
  if (decimal.exponent < 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-decimal.exponent - 1), '0');
    out += digits;
    return;
  }
  const std::size_t whole = static_cast<std::size_t>(decimal.exponent) + 1;
  out += digits.substr(0, whole);
  if (whole >= digits.size()) {
    out.append(whole - digits.size(), '0');
  } else {
    out += '.';
    out += digits.substr(whole);
  }
}

void appendGeneral(std::string& out, double value) {
  if (appendSpecial(out, value)) return;
  const Decimal decimal = shortest(std::abs(value));
  if (decimal.exponent >= -4 && decimal.exponent < 6) {
    appendFixed(out, value);
    return;
  }
  std::array<char, 40> text{};
  out.append(text.data(),
             std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr);
}

void appendGeneral(std::string& out, double value, int precision) {
  if (appendSpecial(out, value)) return;
  std::array<char, 64> text{};
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value,
                                        std::chars_format::general, precision)
                              .ptr);
}

char* writeSampleValue(char* out, double value) {
  constexpr double kExactIntegers = 9007199254740992.0;
  constexpr double kSmallestFixed = 1e-6;
  constexpr double kSmallestLargeExponent = 1e21;
  char* const end = out + kMaxSampleValueBytes;
  const double magnitude = std::abs(value);
  if (magnitude < kExactIntegers) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value && (whole != 0 || !std::signbit(value))) {
      return std::to_chars(out, end, whole).ptr;
    }
    if (magnitude >= kSmallestFixed || magnitude == 0) {
      if (char* const past = magnitude == 0 ? nullptr : writeShortDecimal(out, value)) return past;
      return std::to_chars(out, end, value, std::chars_format::fixed).ptr;
    }
    return std::to_chars(out, end, value, std::chars_format::scientific).ptr;
  }
  if (!std::isfinite(value)) return std::ranges::copy(special(value), out).out;
  if (magnitude >= kSmallestLargeExponent) {
    return std::to_chars(out, end, value, std::chars_format::scientific).ptr;
  }
  std::string text;
  appendFixed(text, value);
  return std::copy(text.begin(), text.end(), out);
}

void appendJsonNumber(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  const int exponent = shortest(std::abs(value)).exponent;
  if (value == 0 || (exponent >= -6 && exponent < 21)) {
    appendFixed(out, value);
    return;
  }
  std::string text;
  appendGeneral(text, value);
  const std::size_t mark = text.find('e');
  if (text.substr(mark + 1).starts_with("-0")) text.erase(mark + 2, 1);
  out += text;
}

void appendMillis(std::string& out, double value) {
  std::array<char, 400> text{};
  out.append(text.data(),
             std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 3).ptr);
}

}  // namespace prome
