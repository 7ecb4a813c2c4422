#include "config/scalars.h"

#include <gtest/gtest.h>

#include <string>

#include "config/base64.h"
#include "config/suggest.h"

namespace prome::config {
namespace {

using std::chrono::milliseconds;

TEST(DurationTest, ReadsWhatPrometheusReads) {
  EXPECT_EQ(parseDuration("0"), milliseconds(0));
  EXPECT_EQ(parseDuration("0s"), milliseconds(0));
  EXPECT_EQ(parseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(parseDuration("1h30m"), milliseconds(5'400'000));
  EXPECT_EQ(parseDuration("1y2w3d4h5m6s7ms"), milliseconds(33'019'506'007));
  EXPECT_EQ(parseDuration("90s"), milliseconds(90'000));
}

TEST(DurationTest, RefusesWhatPrometheusRefuses) {
  for (const char* text : {"", "1", "30", "1.5s", "-1s", "+1s", "s", "ms", "1S", "1m1h", "1s1s", "1ms1s",
                           " 1s", "1s ", "1 s", "1us", "1e3s", "0x1s"}) {
    EXPECT_EQ(parseDuration(text), std::nullopt) << text;
  }
}

TEST(DurationTest, EndsWhereNanosecondsEnd) {
  EXPECT_EQ(parseDuration("9223372036854ms"), milliseconds(9'223'372'036'854));
  EXPECT_EQ(parseDuration("9223372036855ms"), std::nullopt);
  EXPECT_EQ(parseDuration("292y"), milliseconds(292LL * 365 * 86'400'000));
  EXPECT_EQ(parseDuration("293y"), std::nullopt);
  EXPECT_EQ(parseDuration("292y1000000w"), std::nullopt);
  EXPECT_EQ(parseDuration("99999999999999999999999s"), std::nullopt);
}

TEST(DurationTest, PrintsWhatPrometheusPrints) {
  EXPECT_EQ(formatDuration(milliseconds(0)), "0s");
  EXPECT_EQ(formatDuration(milliseconds(1)), "1ms");
  EXPECT_EQ(formatDuration(milliseconds(90'000)), "1m30s");
  EXPECT_EQ(formatDuration(milliseconds(7LL * 86'400'000)), "1w");
  EXPECT_EQ(formatDuration(milliseconds(8LL * 86'400'000)), "8d");
  EXPECT_EQ(formatDuration(milliseconds(365LL * 86'400'000)), "1y");
  for (const std::int64_t value : {1LL, 999LL, 1'001LL, 59'999LL, 3'661'001LL, 123'456'789'012LL}) {
    EXPECT_EQ(parseDuration(formatDuration(milliseconds(value))), milliseconds(value));
  }
}

TEST(SizeTest, ReadsPlainNumbersAndUnits) {
  EXPECT_EQ(parseSize("0"), 0u);
  EXPECT_EQ(parseSize("1048576"), 1048576u);
  EXPECT_EQ(parseSize("7B"), 7u);
  EXPECT_EQ(parseSize("64KB"), 65536u);
  EXPECT_EQ(parseSize("64KiB"), 65536u);
  EXPECT_EQ(parseSize("10MiB"), 10485760u);
  EXPECT_EQ(parseSize("1GB"), 1073741824u);
  EXPECT_EQ(parseSize("17179869183GiB"), 17179869183u << 30);
  for (const char* text : {"", "B", "KiB", "1kb", "1K", "1 KiB", "-1", "+1", "1.5MiB", "0x10", "1TiB",
                           "17179869184GiB", "18446744073709551616"}) {
    EXPECT_EQ(parseSize(text), std::nullopt) << text;
  }
}

TEST(SizeTest, PrintsTheLargestWholeUnit) {
  EXPECT_EQ(formatSize(0), "0");
  EXPECT_EQ(formatSize(1023), "1023");
  EXPECT_EQ(formatSize(1024), "1KiB");
  EXPECT_EQ(formatSize(1025), "1025");
  EXPECT_EQ(formatSize(10u << 20), "10MiB");
  EXPECT_EQ(formatSize(1u << 30), "1GiB");
}

TEST(NumberTest, IsDecimalDigits) {
  EXPECT_EQ(parseNumber("007"), 7u);
  EXPECT_EQ(parseNumber("18446744073709551615"), 18446744073709551615u);
  for (const char* text : {"", "1_000", "0x10", "0o7", "1e3", "-1", "+1", " 1", "18446744073709551616"}) {
    EXPECT_EQ(parseNumber(text), std::nullopt) << text;
  }
}

TEST(Base64Test, AgreesWithRfc4648) {
  EXPECT_EQ(base64Encode(""), "");
  EXPECT_EQ(base64Encode("f"), "Zg==");
  EXPECT_EQ(base64Encode("fo"), "Zm8=");
  EXPECT_EQ(base64Encode("foo"), "Zm9v");
  EXPECT_EQ(base64Encode("foob"), "Zm9vYg==");
  EXPECT_EQ(base64Encode("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64Encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64Encode(std::string("\xFF\xFE\x00\x3F", 4)), "//4APw==");
}

TEST(SuggestTest, FindsTheNearest) {
  const std::vector<std::string> words{"listen_addr", "threads", "external_labels", "replicas"};
  EXPECT_EQ(nearestWord("listen_adr", words), "listen_addr");
  EXPECT_EQ(nearestWord("lisetn_addr", words), "listen_addr");
  EXPECT_EQ(nearestWord("listen", words), "listen_addr");
  EXPECT_EQ(nearestWord("labels", words), "external_labels");
  EXPECT_EQ(nearestWord("replica", words), "replicas");
  EXPECT_EQ(nearestWord("", words), "");
  EXPECT_EQ(nearestWord("zzz", words), "");
  EXPECT_EQ(nearestWord(std::string(1'000'000, 'x'), words), "");
  EXPECT_EQ(nearestWord("x", {}), "");
}

}  // namespace
}  // namespace prome::config
