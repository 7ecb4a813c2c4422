#include "api/times.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace prome::api {
namespace {

std::optional<std::int64_t> time(std::string_view text) {
  const auto result = parseTime(text);
  return result ? std::optional(*result) : std::nullopt;
}

TEST(ParseTime, FloatsAreRounded) {
  const std::pair<std::string_view, std::int64_t> cases[] = {{"0", 0},
                                                             {"-0", 0},
                                                             {"1", 1000},
                                                             {"+1", 1000},
                                                             {"-1.5", -1500},
                                                             {"1.", 1000},
                                                             {".5", 500},
                                                             {"-.5", -500},
                                                             {"1e3", 1000000},
                                                             {"1E+3", 1000000},
                                                             {"15e-1", 1500},
                                                             {"0x1p3", 8000},
                                                             {"0X1.8P0", 1500},
                                                             {"-0x1p-1", -500},
                                                             {"0.0004", 0},
                                                             {"0.0005", 1},
                                                             {"-0.0006", -1},
                                                             {"1.9999", 2000},
                                                             {"00012", 12000},
                                                             {"1700000000.123", 1700000000123},
                                                             {"1700000000.1235", 1700000000124},
                                                             {"1.5e-3", 2}};
  for (const auto& [text, ms] : cases) EXPECT_EQ(time(text), ms) << text;
  for (std::int64_t ms = 0; ms < 1000; ++ms) {
    const std::string decimals = std::to_string(1000 + ms).substr(1);
    ASSERT_EQ(time("1435781451." + decimals), 1435781451000 + ms);
    ASSERT_EQ(time("-1435781451." + decimals), -1435781451000 - ms);
  }
}

TEST(ParseTime, Rfc3339IsCut) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2015-06-03T13:21:58.555Z", 1433337718555},
      {"2015-06-03T14:21:58.555+01:00", 1433337718555},
      {"2015-06-03T07:51:58.555-05:30", 1433337718555},
      {"2015-06-03T13:21:58,555999999Z", 1433337718555},
      {"2015-06-03T13:21:58.5Z", 1433337718500},
      {"2015-06-03T13:21:58-00:00", 1433337718000},
      {"1969-12-31T23:59:59.999Z", -1},
      {"1969-12-31T23:59:59.0009Z", -1000},
      {"2000-02-29T00:00:00Z", 951782400000},
      {"0001-01-01T00:00:00Z", -62135596800000},
      {"9999-12-31T23:59:59Z", 253402300799000}};
  for (const auto& [text, ms] : cases) EXPECT_EQ(time(text), ms) << text;
}

TEST(ParseTime, PrometheusOwnLimits) {
  EXPECT_LT(time("-292273086-05-16T16:47:06Z").value(), *time("0001-01-01T00:00:00Z"));
  EXPECT_GT(time("292277025-08-18T07:12:54.999999999Z").value(), *time("9999-12-31T23:59:59Z"));
}

TEST(ParseTime, Refusals) {
  for (const std::string_view text : {"",
                                      " 1",
                                      "1 ",
                                      "abc",
                                      "NaN",
                                      "nan",
                                      "Inf",
                                      "-inf",
                                      "infinity",
                                      "1e400",
                                      "1e16",
                                      "-1e16",
                                      "+-1",
                                      "--1",
                                      "0x",
                                      "0x10",
                                      "0x1p",
                                      "0xp1",
                                      "1e",
                                      "1,5",
                                      "5m",
                                      "2015-06-03",
                                      "2015-06-03T13:21:58",
                                      "2015-06-03 13:21:58Z",
                                      "2015-06-03t13:21:58z",
                                      "2015-13-03T13:21:58Z",
                                      "2015-00-03T13:21:58Z",
                                      "2015-06-31T13:21:58Z",
                                      "2015-02-29T13:21:58Z",
                                      "1900-02-29T13:21:58Z",
                                      "2015-06-00T13:21:58Z",
                                      "2015-06-03T24:00:00Z",
                                      "2015-06-03T13:60:58Z",
                                      "2015-06-03T13:21:60Z",
                                      "2015-06-03T13:21:58.Z",
                                      "2015-06-03T13:21:58+0100",
                                      "2015-06-03T13:21:58+01",
                                      "2015-06-03T13:21:58Zx",
                                      "15-06-03T13:21:58Z",
                                      "2015-6-03T13:21:58Z"}) {
    EXPECT_EQ(time(text), std::nullopt) << text;
  }
  EXPECT_EQ(parseTime("foo").error(),
            (Error{ErrorKind::kBadData, "cannot parse \"foo\" to a valid timestamp"}));
  EXPECT_EQ(parseTime("a\"\\").error().message, "cannot parse \"a\\\"\\\\\" to a valid timestamp");
}

std::optional<std::int64_t> duration(std::string_view text) {
  const auto result = parseDuration(text);
  return result ? std::optional(*result) : std::nullopt;
}

TEST(ParseDuration, FloatsAndDurations) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::pair<std::string_view, std::int64_t> cases[] = {{"0", 0},
                                                             {"1", kSecond},
                                                             {"-1", -kSecond},
                                                             {"0.5", kSecond / 2},
                                                             {"1e3", 1000 * kSecond},
                                                             {"0.000000001", 1},
                                                             {"1m", 60 * kSecond},
                                                             {"1h30m", 5400 * kSecond},
                                                             {"5ms", 5'000'000},
                                                             {"1d", 86400 * kSecond},
                                                             {"0s", 0}};
  for (const auto& [text, nanos] : cases) EXPECT_EQ(duration(text), nanos) << text;
}

TEST(ParseDuration, Refusals) {
  for (const std::string_view text : {"", "m", "1x", "1m1h", "1.5m", "-1m", "1 m", "NaN", "Inf"}) {
    EXPECT_EQ(duration(text), std::nullopt) << text;
  }
  EXPECT_EQ(parseDuration("foo").error(),
            (Error{ErrorKind::kBadData, "cannot parse \"foo\" to a valid duration"}));
  EXPECT_EQ(parseDuration("1e10").error().message,
            "cannot parse \"1e10\" to a valid duration. It overflows int64");
  EXPECT_EQ(parseDuration("-1e10").error().message,
            "cannot parse \"-1e10\" to a valid duration. It overflows int64");
}

/// 2^63 as a float is one more than an int64 holds.
TEST(ParseDuration, TheLargest) {
  EXPECT_EQ(parseDuration("9223372036.854775807").has_value(), false);
  EXPECT_EQ(duration("9223372036"), 9'223'372'036'000'000'000);
}

TEST(AppendTime, ThreeDecimalsOrNone) {
  const std::pair<std::int64_t, std::string_view> cases[] = {
      {0, "0"},      {1, "0.001"},   {10, "0.010"},     {1500, "1.500"},
      {2000, "2"},   {-1, "-0.001"}, {-1500, "-1.500"}, {1433337718555, "1433337718.555"},
      {-2000, "-2"}, {999, "0.999"}};
  for (const auto& [ms, text] : cases) {
    std::string out;
    appendTime(out, ms);
    EXPECT_EQ(out, text);
  }
}

}  // namespace
}  // namespace prome::api
