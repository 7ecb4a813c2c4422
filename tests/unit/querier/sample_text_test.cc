#include "querier/sample_text.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "base/number_format.h"
#include "model/sample.h"

namespace prome::querier {
namespace {

TEST(SampleTime, Exact) {
  EXPECT_EQ(parseTime("0"), 0);
  EXPECT_EQ(parseTime("1700000000"), 1'700'000'000'000);
  EXPECT_EQ(parseTime("1700000000.1"), 1'700'000'000'100);
  EXPECT_EQ(parseTime("1700000000.12"), 1'700'000'000'120);
  EXPECT_EQ(parseTime("1700000000.123"), 1'700'000'000'123);
  EXPECT_EQ(parseTime("-0.001"), -1);
  EXPECT_EQ(parseTime("9223372036854775.807"), model::kMaxTimeMs);
  EXPECT_EQ(parseTime("-9223372036854775.808"), model::kMinTimeMs);
}

TEST(SampleTime, OfOtherWriters) {
  EXPECT_EQ(parseTime("1.7e9"), 1'700'000'000'000);
  EXPECT_EQ(parseTime("1700000000.1230"), 1'700'000'000'123);
  EXPECT_EQ(parseTime("0.0004"), 0);
}

TEST(SampleTime, None) {
  for (const char* const text : {"", "-", ".5", "+1", "1.", "x", "1x", "1.2x", "1e", "1e30", "-1e30",
                                 "9223372036854775.809x", "NaN", "Inf", " 1"}) {
    EXPECT_EQ(parseTime(text), std::nullopt) << text;
  }
}

TEST(SampleValue, Special) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(parseValue("NaN").value()),
            std::bit_cast<std::uint64_t>(model::kNormalNaN));
  EXPECT_EQ(parseValue("+Inf"), std::numeric_limits<double>::infinity());
  EXPECT_EQ(parseValue("-Inf"), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::signbit(parseValue("-0").value()));
  EXPECT_EQ(parseValue("5e-324"), std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(parseValue("1.7976931348623157e+308"), std::numeric_limits<double>::max());
}

TEST(SampleValue, None) {
  for (const char* const text : {"", "-", ".5", "+1", "x", "1x", "1e", "1e999", "Inf", "inf", "nan",
                                 "infinity", "-NaN", "0x1p3", " 1", "1 "}) {
    EXPECT_EQ(parseValue(text), std::nullopt) << text;
  }
}

TEST(SampleValue, ReadsBackWhatIsWritten) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 200'000; ++i) {
    const double value =
        i % 2 == 0 ? std::bit_cast<double>(random()) : static_cast<double>(random() % 100'000'000) / 1000;
    if (std::isnan(value)) continue;
    char text[kMaxSampleValueBytes];
    const std::string_view written(text, static_cast<std::size_t>(writeSampleValue(text, value) - text));
    const auto read = parseValue(written);
    ASSERT_TRUE(read) << written;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(*read), std::bit_cast<std::uint64_t>(value)) << written;
  }
}

}  // namespace
}  // namespace prome::querier
