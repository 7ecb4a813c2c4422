#include "base/number_format.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace prome {
namespace {

std::string sampleValue(double value) {
  char text[kMaxSampleValueBytes];
  return {text, writeSampleValue(text, value)};
}

TEST(SampleValue, TakesPrometheusForms) {
  EXPECT_EQ(sampleValue(0), "0");
  EXPECT_EQ(sampleValue(-0.0), "-0");
  EXPECT_EQ(sampleValue(1), "1");
  EXPECT_EQ(sampleValue(-17), "-17");
  EXPECT_EQ(sampleValue(0.1), "0.1");
  EXPECT_EQ(sampleValue(1e-6), "0.000001");
  EXPECT_EQ(sampleValue(9.9e-7), "9.9e-07");
  EXPECT_EQ(sampleValue(5e-324), "5e-324");
  EXPECT_EQ(sampleValue(1e20), "100000000000000000000");
  EXPECT_EQ(sampleValue(1.2345678901234567e20), "123456789012345670000");
  EXPECT_EQ(sampleValue(1e21), "1e+21");
  EXPECT_EQ(sampleValue(-1.5e300), "-1.5e+300");
  EXPECT_EQ(sampleValue(9007199254740993.0), "9007199254740992");
  EXPECT_EQ(sampleValue(std::nan("")), "NaN");
  EXPECT_EQ(sampleValue(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(sampleValue(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(SampleValue, ReadsBackTheSameAndFits) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (std::isnan(value) || std::isinf(value)) continue;
    const std::string text = sampleValue(value);
    EXPECT_LE(text.size(), kMaxSampleValueBytes);
    EXPECT_EQ(std::strtod(text.c_str(), nullptr), value) << text;
  }
}

// The shortest digits as the standard library finds them; its fixed form is the same below 2^53.
std::string searched(double value) {
  std::array<char, 400> text{};
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed).ptr};
}

TEST(SampleValue, OfFewDecimalsIsTheShortest) {
  std::mt19937_64 random(13);
  const auto expectShortest = [](double value) {
    for (const double near : {value, std::nextafter(value, 0), std::nextafter(value, 1e300), -value}) {
      if (std::abs(near) < 1e-6 || std::abs(near) >= 0x1p53) continue;
      EXPECT_EQ(sampleValue(near), searched(near));
    }
  };
  for (int places = 0; places < 9; ++places) {
    for (int bits = 1; bits <= 60; ++bits) {
      for (int i = 0; i < 200; ++i) {
        const auto number = static_cast<double>(random() >> (64 - bits));
        expectShortest(number / std::pow(10, places));
      }
    }
  }
  // Where doubles become sparser, below them and above, and where decimals are no longer looked for.
  for (int exponent = -19; exponent <= 52; ++exponent) {
    const double power = std::ldexp(1, exponent);
    expectShortest(power);
    for (int places = 1; places < 8; ++places) {
      const double scale = std::pow(10, places);
      expectShortest(std::round(power * scale) / scale);
      expectShortest(std::floor(power * scale) / scale);
    }
  }
  for (const double value : {0x1p50 / 1e6, 1125899906.842623, 1125899906.842624, 1125899906.842625, 0.1 + 0.2,
                             0.000001, 0.0000011, 0.000002, 123.4567891, 999999.9999995}) {
    expectShortest(value);
  }
}

TEST(General, HasAnExponentFromAMillion) {
  const auto general = [](double value) {
    std::string out;
    appendGeneral(out, value);
    return out;
  };
  EXPECT_EQ(general(999999.5), "999999.5");
  EXPECT_EQ(general(1e6), "1e+06");
  EXPECT_EQ(general(-123456789), "-1.23456789e+08");
  EXPECT_EQ(general(1e20), "1e+20");
  EXPECT_EQ(general(0.0001), "0.0001");
  EXPECT_EQ(general(0.00001), "1e-05");
  EXPECT_EQ(general(-0.0), "-0");
}

TEST(General, TakesAPrecision) {
  std::string out;
  appendGeneral(out, 0.012345, 2);
  out += ' ';
  appendGeneral(out, 1234567, 3);
  EXPECT_EQ(out, "0.012 1.23e+06");
}

}  // namespace
}  // namespace prome
