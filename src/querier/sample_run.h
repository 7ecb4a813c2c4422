// The fast way through a list of samples in Prometheus' compact form, `[1700000000.123,"0.25"],...`. Pure.
//
// It reads eight digits at a time and knows times of ten digits of seconds (the years 2001 to 2286) and plain
// decimals. Whatever else there is, text whose end is near too, is left to sample_text.h; what it reads, it
// reads as that does.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "querier/sample_sink.h"

namespace prome::querier {

/// Bytes that may be looked at from the start of a sample: its own at most, and a word.
inline constexpr std::ptrdiff_t kFastSampleBytes = 96;

struct FastSample {
  std::int64_t time_ms = 0;
  double value = 0;
};

namespace sample_run {

static_assert(std::endian::native == std::endian::little, "the first byte of a text is a word's lowest");

inline std::uint64_t load(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word;
}

inline bool startsWith(const char* at, const char (&two)[3]) {
  return at[0] == two[0] && at[1] == two[1];
}

/// Of eight bytes 0 to 9, the first in the lowest.
inline std::uint64_t numberOf(std::uint64_t digits) {
  constexpr std::uint64_t kPairs = 0x000000FF000000FF;
  digits = digits * 10 + (digits >> 8);  // a pair in every second byte
  const std::uint64_t first = (digits & kPairs) * ((1'000'000ULL << 32) + 100);
  const std::uint64_t second = ((digits >> 16) & kPairs) * ((10'000ULL << 32) + 1);
  return (first + second) >> 32;
}

/// The digits at the start of eight bytes.
struct Digits {
  std::uint64_t number = 0;
  std::size_t count = 0;
};

inline Digits digitsAt(const char* at) {
  constexpr std::uint64_t kLow = 0x7F7F7F7F7F7F7F7F;
  const std::uint64_t word = load(at) ^ 0x3030303030303030;
  const std::uint64_t others = (((word & kLow) + 0x7676767676767676) | word) & ~kLow;  // not 0 to 9
  const auto count = static_cast<std::size_t>(std::countr_zero(others)) / 8;
  // Zeros in front do not count. Two shifts, for a word cannot be shifted by its own width.
  const std::uint64_t digits = count == 8 ? word : word << (63 - 8 * count) << 1;
  return {numberOf(digits), count};
}

inline constexpr std::array<std::uint64_t, 9> kPowers{1,       10,        100,        1'000,      10'000,
                                                      100'000, 1'000'000, 10'000'000, 100'000'000};

/// More than this many significant digits may not fit into 64 bits.
inline constexpr std::size_t kMaxDigits = 19;
/// Decimals quotient() takes: 5^27 is the largest power of five below 2^63.
inline constexpr std::size_t kMaxDecimals = 27;
inline constexpr std::size_t kMaxExactDecimals = 22;  // 10^22 is a double, 10^23 is none

inline constexpr auto kExactPowers = [] {
  std::array<double, kMaxExactDecimals + 1> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 10;
  return powers;
}();

/// digits / 10^decimals, rounded to the nearest double, to even between two.
double quotient(std::uint64_t digits, std::size_t decimals);

inline double decimal(std::uint64_t digits, std::size_t decimals) {
  // Where both are doubles, a division rounds but once.
  if (digits <= std::uint64_t{1} << 53 && decimals <= kMaxExactDecimals) {
    return static_cast<double>(static_cast<std::int64_t>(digits)) / kExactPowers[decimals];
  }
  return quotient(digits, decimals);
}

/// The digits behind a point, at most three words of them, joined to those before it: their number, or 0
/// where there are none or too many.
inline std::size_t readDecimals(const char* at, std::size_t whole_digits, std::uint64_t& digits) {
  const Digits first = digitsAt(at);
  std::uint64_t number = digits * kPowers[first.count] + first.number;
  std::size_t decimals = first.count;
  if (decimals == 8) {
    const Digits second = digitsAt(at + 8);
    number = number * kPowers[second.count] + second.number;
    decimals += second.count;
    if (decimals == 16) {
      const Digits third = digitsAt(at + 16);
      number = number * kPowers[third.count] + third.number;
      decimals += third.count;
    }
  }
  // More fit only where the first of them are zeros.
  if (whole_digits + decimals > kMaxDigits) {
    if (digits != 0 || (decimals > kMaxDigits && first.number >= kPowers[kMaxDigits + 8 - decimals]))
      return 0;
  }
  digits = number;
  return decimals;
}

/// A plain decimal up to its closing quote, or null.
inline const char* readFastValue(const char* at, double& value) {
  const bool negative = *at == '-';
  if (negative) ++at;
  const Digits first = digitsAt(at);
  std::uint64_t digits = first.number;
  std::size_t whole = first.count;
  if (whole == 8) {
    const Digits second = digitsAt(at + 8);
    digits = digits * kPowers[second.count] + second.number;
    whole += second.count;
  }
  if (whole == 0) return nullptr;
  at += whole;
  std::size_t decimals = 0;
  if (*at == '.') {
    decimals = readDecimals(at + 1, whole, digits);
    if (decimals == 0) return nullptr;
    at += 1 + decimals;
  }
  const double magnitude = decimal(digits, decimals);
  value = negative ? -magnitude : magnitude;
  return *at == '"' ? at : nullptr;
}

/// `1700000000` or `1700000000.123` up to what follows, or null.
inline const char* readFastTime(const char* at, std::int64_t& time_ms) {
  const Digits high = digitsAt(at);
  const std::uint64_t low = load(at + 8);
  const auto digit = [&](int byte) { return ((low >> (8 * byte)) & 0xFF) - '0'; };
  if (high.count != 8 || digit(0) > 9 || digit(1) > 9) return nullptr;
  const std::uint64_t seconds = high.number * 100 + digit(0) * 10 + digit(1);
  std::uint64_t milli = 0;
  at += 10;
  if (*at == '.') {
    if (digit(3) > 9 || digit(4) > 9 || digit(5) > 9) return nullptr;
    milli = digit(3) * 100 + digit(4) * 10 + digit(5);
    at += 4;
  }
  time_ms = static_cast<std::int64_t>(seconds * 1000 + milli);
  return at;
}

}  // namespace sample_run

/// The sample that begins at `at`, where kFastSampleBytes can be looked at: its end, or null.
inline const char* readFastSample(const char* at, FastSample& sample) {
  if (*at != '[') return nullptr;
  at = sample_run::readFastTime(at + 1, sample.time_ms);
  if (at == nullptr || !sample_run::startsWith(at, ",\"")) return nullptr;
  at = sample_run::readFastValue(at + 2, sample.value);
  if (at == nullptr || at[1] != ']') return nullptr;
  return at + 2;
}

/// Reads samples as long as `take(sample)` is true of each; the one it is false of is left.
template <std::predicate<const FastSample&> Take>
RunEnd readRun(const char* at, const char* end, Take take) {
  while (end - at >= kFastSampleBytes) {
    FastSample sample;
    const char* const past = readFastSample(at, sample);
    if (past == nullptr || !take(sample)) break;
    if (*past != ',') return {.at = past, .place = ListPlace::kBehindItem};
    at = past + 1;
  }
  return {.at = at, .place = ListPlace::kBehindComma};
}

}  // namespace prome::querier
