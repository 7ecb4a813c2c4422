#include <limits>

#include "function_testing.h"

namespace prome::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the fixture of these tests

double part(std::string_view function, double seconds) {
  return onlyValue(evaluateCall(std::string(function) + "(x)", kInstant,
                                {std::vector<GivenSeries>{{{{"__name__", "x"}}, {seconds}}}}));
}

// 2024-02-29 13:45:59 UTC, a Thursday.
TEST(DateParts, OfALeapDay) {
  constexpr double kTime = 1709214359.9;
  EXPECT_EQ(part("year", kTime), 2024);
  EXPECT_EQ(part("month", kTime), 2);
  EXPECT_EQ(part("day_of_month", kTime), 29);
  EXPECT_EQ(part("day_of_year", kTime), 60);
  EXPECT_EQ(part("day_of_week", kTime), 4);
  EXPECT_EQ(part("hour", kTime), 13);
  EXPECT_EQ(part("minute", kTime), 45);
  EXPECT_EQ(part("days_in_month", kTime), 29);
}

TEST(DateParts, OfTurnsOfYears) {
  EXPECT_EQ(part("year", 1704067199), 2023);  // 2023-12-31 23:59:59
  EXPECT_EQ(part("day_of_year", 1704067199), 365);
  EXPECT_EQ(part("days_in_month", 1704067199), 31);
  EXPECT_EQ(part("year", 1704067200), 2024);
  EXPECT_EQ(part("day_of_year", 1704067200), 1);
  EXPECT_EQ(part("days_in_month", -2203977600), 28);  // 1900-02-28: no leap year
  EXPECT_EQ(part("days_in_month", 951782400), 29);    // 2000-02-29
  EXPECT_EQ(part("year", -0.5), 1970);                // whole seconds are cut off towards zero
  EXPECT_EQ(part("year", -1), 1969);
  EXPECT_EQ(part("day_of_week", -1), 3);
}

// What Go on amd64 makes of a float that is no int64.
TEST(DateParts, OfWhatIsNoTime) {
  for (const double value : {model::kNormalNaN, std::numeric_limits<double>::infinity(), -1e300}) {
    EXPECT_EQ(part("year", value), 292277026596);
    EXPECT_EQ(part("month", value), 12);
    EXPECT_EQ(part("day_of_month", value), 4);
    EXPECT_EQ(part("day_of_year", value), 339);
    EXPECT_EQ(part("hour", value), 15);
    EXPECT_EQ(part("minute", value), 30);
    EXPECT_EQ(part("day_of_week", value), 0);
  }
}

TEST(DateParts, WithoutAnArgumentAreOfTheStep) {
  const Outcome outcome = evaluateCall("minute()", {59'999, 120'000, 60'001}, {});
  EXPECT_THAT(outcome.floats, SameFloats(Floats{{"{}", {0, 2}}}));
}

TEST(DateParts, LeaveOutHistogramsAndDropTheName) {
  const auto histogram = std::make_shared<const model::FloatHistogram>();
  const std::vector<GivenSeries> given{
      {{{"__name__", "x"}, {"l", "1"}}, {86400, kNone}, {nullptr, histogram}}};
  const Outcome outcome = evaluateCall("day_of_month(x)", {0, 1, 1}, {given});
  EXPECT_THAT(outcome.floats, SameFloats(Floats{{"{l=\"1\"}", {2, kNone}}}));
  EXPECT_EQ(outcome.histograms, 0U);
}

TEST(Timestamp, OfNoBareSelectorIsTheSteps) {
  const auto histogram = std::make_shared<const model::FloatHistogram>();
  const std::vector<GivenSeries> given{
      {{{"__name__", "x"}}, {7, kNone, kNone}, {nullptr, histogram, nullptr}}};
  EXPECT_THAT(evaluateCall("timestamp(+x)", {1500, 3500, 1000}, {given}, delayed()).floats,
              SameFloats(Floats{{"x~", {1.5, 2.5, kNone}}}));
}

TEST(StartTimestamp, OfNoBareSelectorIsNothing) {
  const std::vector<GivenSeries> given{{{{"__name__", "x"}}, {7}}};
  EXPECT_TRUE(evaluateCall("start_timestamp(+x)", kInstant, {given}).order.empty());
}

}  // namespace
}  // namespace prome::engine
