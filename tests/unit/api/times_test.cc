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
  return result ? std::optional(result->milliseconds()) : std::nullopt;
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
      {"1969-12-31T23:59:59.0009Z", -999},
      {"2000-02-29T00:00:00Z", 951782400000},
      {"1678-01-01T00:00:00Z", -9214560000000},
      {"2262-01-01T00:00:00Z", 9214646400000}};
  for (const auto& [text, ms] : cases) EXPECT_EQ(time(text), ms) << text;
}

TEST(ParseTime, GosFloats) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"1_000", "1000"}, {"1e1_0", "1e10"},    {"0x_1p4", "16"}, {"-1_0.5", "-10.5"},
      {"1e-400", "0"},   {"0x1p-2000", "0"},   {"-1e-400", "0"}, {"4.9e-324", "0"},
      {"NaN", "Inf"},    {"INFINITY", "-inf"}, {"+Inf", "nan"},  {"1e300", "9223372036854775808"},
      {"1e300", "-1e19"}};
  for (const auto& [text, same] : cases) {
    ASSERT_TRUE(time(same)) << same;
    EXPECT_EQ(time(text), time(same)) << text;
  }
}

/// What 2.42 and 3.14 on amd64 answer at such times.
TEST(ParseTime, WrapsRoundAsGoDoes) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"NaN", -9223372036854},   {"1e300", 0},
      {"1e10", -8446744073709},  {"1e18", -6930898827444},
      {"9223372036854775", 192}, {"-9223372036854776", -192},
      {"9223372036854775807", 0}};
  for (const auto& [text, ms] : cases) EXPECT_EQ(time(text), ms) << text;
}

TEST(ParseTime, PrometheusOwnLimits) {
  const auto earliest = parseTime("-292273086-05-16T16:47:06Z");
  const auto latest = parseTime("292277025-08-18T07:12:54.999999999Z");
  ASSERT_TRUE(earliest && latest);
  EXPECT_LT(*earliest, *parseTime("0001-01-01T00:00:00Z"));
  EXPECT_GT(*latest, *parseTime("9999-12-31T23:59:59Z"));
  EXPECT_LT(*earliest, *parseTime("-1e15"));
  EXPECT_GT(*latest, *parseTime("1e15"));
}

TEST(Time, ComparesNanoseconds) {
  EXPECT_LT(*parseTime("1970-01-01T00:00:00.0001Z"), *parseTime("1970-01-01T00:00:00.0009Z"));
  EXPECT_EQ(*parseTime("0.0001"), *parseTime("0.0004"));
  EXPECT_LT(*parseTime("NaN"), *parseTime("0"));
  EXPECT_LT(*parseTime("Inf"), *parseTime("0"));
  EXPECT_EQ(Time::ofMilliseconds(-1500), *parseTime("-1.5"));
  EXPECT_EQ(Time(1, -1), Time(0, 999'999'999));
}

TEST(Time, Differences) {
  constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(parseTime("2.5")->nanosecondsSince(*parseTime("-1")), 3'500'000'000);
  EXPECT_EQ(Time(1, 1).nanosecondsSince(Time(0, 2)), 999'999'999);
  EXPECT_EQ(Time(9'223'372'036, 854'775'807).nanosecondsSince(Time()), kLargest);
  EXPECT_EQ(Time(9'223'372'036, 854'775'806).nanosecondsSince(Time()), kLargest - 1);
  EXPECT_EQ(Time(9'223'372'036, 854'775'808).nanosecondsSince(Time()), kLargest);
  EXPECT_EQ(Time(9'223'372'037, 0).nanosecondsSince(Time(0, 999'999'999)), 9'223'372'036'000'000'001);
  EXPECT_EQ(parseTime("1e18")->nanosecondsSince(*parseTime("-1e18")), kLargest);
}

TEST(ParseTime, Refusals) {
  for (const std::string_view text : {"",
                                      " 1",
                                      "1 ",
                                      "abc",
                                      "1e400",
                                      "-1e400",
                                      "0x1p2000",
                                      "+nan",
                                      "-nan",
                                      "nan(1)",
                                      "infin",
                                      ".",
                                      "1__0",
                                      "_1",
                                      "1_",
                                      "1_.5",
                                      "0x1p_4",
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
  for (const std::string_view text : {"", "m", "1x", "1m1h", "1.5m", "-1m", "1 m", "Inf", "-Inf", "1e400"}) {
    EXPECT_EQ(duration(text), std::nullopt) << text;
  }
  EXPECT_EQ(parseDuration("foo").error(),
            (Error{ErrorKind::kBadData, "cannot parse \"foo\" to a valid duration"}));
  EXPECT_EQ(parseDuration("1e10").error().message,
            "cannot parse \"1e10\" to a valid duration. It overflows int64");
  EXPECT_EQ(parseDuration("-1e10").error().message,
            "cannot parse \"-1e10\" to a valid duration. It overflows int64");
}

/// 2^63 is not over the limit that is asked for, and is not held either: it wraps round.
TEST(ParseDuration, TheLargest) {
  EXPECT_EQ(duration("9223372036"), 9'223'372'036'000'000'000);
  EXPECT_EQ(duration("9223372036.854775807"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(duration("9223372036.9"), std::nullopt);
  EXPECT_EQ(duration("NaN"), std::numeric_limits<std::int64_t>::min());
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
