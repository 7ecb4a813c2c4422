#include "querier/sample_run.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

#include "base/number_format.h"
#include "querier/sample_text.h"

namespace prome::querier {
namespace {

/// What the fast way makes of `text` must be what the slow way does. True if it takes it.
bool compareValue(const std::string& text) {
  const std::string padded = text + '"' + std::string(kFastSampleBytes, '7');
  double value = 0;
  const char* const end = sample_run::readFastValue(padded.data(), value);
  if (end == nullptr) return false;
  EXPECT_EQ(end - padded.data(), static_cast<std::ptrdiff_t>(text.size())) << text;
  const auto expected = parseValue(text);
  EXPECT_TRUE(expected) << text;
  EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(expected.value_or(0))) << text;
  return true;
}

std::string written(double value) {
  char text[kMaxSampleValueBytes];
  return {text, writeSampleValue(text, value)};
}

TEST(SampleRun, ValuesAsTheSlowWayReadsThem) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 500'000; ++i) {
    const auto exponent = static_cast<int>(random() % 72) - 19;  // 1e-6 to 2^53
    const double mantissa = std::bit_cast<double>((random() >> 12) | 0x3ff0000000000000);
    const std::string text = written(std::ldexp(i % 3 == 0 ? -mantissa : mantissa, exponent));
    ASSERT_TRUE(compareValue(text)) << text;
    if (testing::Test::HasFailure()) return;
  }
}

TEST(SampleRun, AnyDigits) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 500'000; ++i) {
    std::string text = random() % 4 == 0 ? "-" : "";
    const std::size_t whole = random() % 22;
    const std::size_t decimals = random() % 28;
    const std::size_t zeros = random() % 12;
    for (std::size_t at = 0; at < whole; ++at) text += static_cast<char>('0' + random() % 10);
    if (random() % 8 != 0) text += '.';
    for (std::size_t at = 0; at < decimals; ++at) {
      text += at < zeros ? '0' : static_cast<char>('0' + random() % 10);
    }
    if (whole == 0 && random() % 2 == 0) text.insert(text.starts_with('-') ? 1 : 0, "0");
    compareValue(text);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(SampleRun, HalfwayBetweenTwoDoubles) {
  for (const char* const text :
       {"9007199254740993", "9007199254740993.0", "9007199254740995", "18014398509481986",
        "4503599627370496.5", "4503599627370497.5", "9999999999999999999", "0.5000000000000001110",
        "1.00000000000000011102", "0", "-0", "0.0", "0.000000000000000000000001", "1152921504606846975",
        "9223372036854775807"}) {
    compareValue(text);
  }
  EXPECT_TRUE(compareValue("9007199254740993"));
  EXPECT_TRUE(compareValue("4503599627370496.5"));
}

TEST(SampleRun, LeavesWhatItDoesNotKnow) {
  for (const char* const text : {"", "-", "x", "1.", ".5", "1e+06", "NaN", "+Inf", "-Inf", "1x", "1.2.3",
                                 "--1", "+1", "12345678901234567890", "1.2345678901234567890", "1 ", " 1"}) {
    EXPECT_FALSE(compareValue(text)) << text;
  }
}

TEST(SampleRun, Times) {
  const auto time_of = [](std::string text) -> std::int64_t {
    text = "[" + text + ",\"1\"]" + std::string(kFastSampleBytes, ' ');
    FastSample sample;
    return readFastSample(text.data(), sample) == nullptr ? -1 : sample.time_ms;
  };
  EXPECT_EQ(time_of("1700000000"), 1'700'000'000'000);
  EXPECT_EQ(time_of("9999999999.999"), 9'999'999'999'999);
  EXPECT_EQ(time_of("0000000001.020"), 1'020);
  for (const char* const text : {"", "1", "170000000", "17000000000", "1700000000.", "1700000000.1",
                                 "1700000000.12", "1700000000.1234", "170000000x", "17000000x0", "-700000000",
                                 "1700000000.1x3", "1700000000,123", " 1700000000", "1.7e9"}) {
    EXPECT_EQ(time_of(text), -1) << text;
  }
}

}  // namespace
}  // namespace prome::querier
