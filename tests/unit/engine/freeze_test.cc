#include "promql/freeze.h"

#include <gtest/gtest.h>

#include "engine/names.h"
#include "engine/range_source.h"
#include "promql/parser.h"

namespace prome::engine {
using promql::DurationSign;
using promql::QueryTimes;
namespace {

constexpr QueryTimes kRange{.start_ms = 100'000, .end_ms = 1'000'000, .step_ms = 30'000};

Result<std::int64_t> rangeOf(std::string_view text, const QueryTimes& times = kRange) {
  const auto parsed = promql::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message();
  const auto& query = *parsed;
  return durationMs(promql::as<promql::MatrixSelector>(query.root())->range, times, DurationSign::kPositive);
}

std::string errorOf(std::string_view text) {
  const auto range = rangeOf(text);
  return range ? "no error" : range.error().message;
}

TEST(DurationMs, EvaluatesExpressions) {
  EXPECT_EQ(rangeOf("x[5m]"), 300'000);
  EXPECT_EQ(rangeOf("x[1m + 2 * 30s]"), 120'000);
  EXPECT_EQ(rangeOf("x[step()]"), 30'000);
  EXPECT_EQ(rangeOf("x[range() / 2]"), 450'000);
  EXPECT_EQ(rangeOf("x[range() / 2]", {-9'000'000'000'000, 9'000'000'000'000, 1}), 4'611'686'018'427)
      << "a range is no longer than nanoseconds can tell";
  EXPECT_EQ(rangeOf("x[max_of(step(), 1m)]"), 60'000);
  EXPECT_EQ(rangeOf("x[min_of(step(), 1m) ^ 2]"), 900'000);
  EXPECT_EQ(rangeOf("x[1.5009 + 0]"), 1'500) << "cut to milliseconds";
}

TEST(DurationMs, RefusesWhatIsNoDuration) {
  EXPECT_EQ(errorOf("x[step() - 30]"), "2:13: duration must be greater than 0");
  EXPECT_EQ(errorOf("x[step() / (step() - step())]"), "2:28: division by zero");
  EXPECT_EQ(errorOf("x[step() % (step() - step())]"), "2:28: modulo by zero");
  EXPECT_EQ(errorOf("x[step() ^ step()]"), "2:17: duration is out of range");
  EXPECT_EQ(rangeOf("x[step()]", {0, 0, 0}).error().kind, ErrorKind::kBadData);
}

TEST(ContextValue, IsInSeconds) {
  const auto value = [](std::string_view text, const QueryTimes& times) {
    const auto parsed = promql::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message();
    const auto& query = *parsed;
    return contextValue(*promql::as<promql::Call>(query.root()), times);
  };
  EXPECT_EQ(value("start()", kRange), 100);
  EXPECT_EQ(value("end()", kRange), 1000);
  EXPECT_EQ(value("range()", kRange), 900);
  EXPECT_EQ(value("step()", kRange), 30);
  EXPECT_EQ(value("step()", {5000, 5000, 1000}), 0) << "one instant has no step";
  EXPECT_EQ(value("time()", kRange), std::nullopt);
}

TEST(IsStepInvariant, FollowsPrometheus) {
  const auto invariant = [](std::string_view text) {
    const auto parsed = promql::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message();
    const auto& query = *parsed;
    return isStepInvariant(query.root());
  };
  EXPECT_TRUE(invariant("1 + 2"));
  EXPECT_TRUE(invariant("sum(rate(x[5m] @ 10)) / 2"));
  EXPECT_TRUE(invariant("timestamp((x @ end()))"));
  EXPECT_TRUE(invariant("topk(scalar(y), x @ 0)")) << "the parameter is not asked";
  EXPECT_TRUE(invariant("x[1h:5m] @ 0"));
  EXPECT_FALSE(invariant("x"));
  EXPECT_FALSE(invariant("x @ 0 + x"));
  EXPECT_FALSE(invariant("time()"));
  EXPECT_FALSE(invariant("timestamp(abs(x @ 0))"));
  EXPECT_FALSE(invariant("predict_linear(x[5m] @ 0, 60)"));
  EXPECT_FALSE(invariant("max_over_time(x[1h:5m])"));
}

TEST(NamesMayDiffer, SeesWhereLabelsCanCollide) {
  const auto differ = [](std::string_view text, const EngineOptions& options = {}) {
    const auto parsed = promql::parse(text);
    EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().message();
    const auto& query = *parsed;
    return namesMayDiffer(query.root(), options);
  };
  EXPECT_FALSE(differ("x"));
  EXPECT_TRUE(differ(R"({job="a"})"));
  EXPECT_TRUE(differ(R"({__name__=~"a|b"})"));
  EXPECT_FALSE(differ(R"(abs({job="a"}))"));
  EXPECT_TRUE(differ(R"(abs({job="a"}))", {.name_removal = NameRemoval::kDelayed}));
  EXPECT_TRUE(differ(R"(last_over_time({job="a"}[5m]))"));
  EXPECT_FALSE(differ(R"(sum by (job) ({job="a"}))"));
  EXPECT_TRUE(differ(R"(sum by (__name__) ({job="a"}))"));
  EXPECT_TRUE(differ(R"(topk(1, {job="a"}))"));
  EXPECT_FALSE(differ(R"({job="a"} + 1)"));
  EXPECT_TRUE(differ(R"({job="a"} > 1)"));
  EXPECT_FALSE(differ(R"({job="a"} > bool 1)"));
  EXPECT_TRUE(differ("x or y"));
  EXPECT_TRUE(differ(R"(label_replace(x, "__name__", "y", "", ""))"));
  EXPECT_TRUE(differ(R"({job="a"} >/ 1)"));
  EXPECT_FALSE(differ(R"({job="a"} atan2 1)"));
  EXPECT_TRUE(differ(R"({job="a"} atan2 1)", {.dialect = Dialect::kPrometheus2}));
  EXPECT_TRUE(differ(R"(x * on (job) group_left (__name__) {job="a"})"));
  EXPECT_TRUE(differ(R"(count_values("__name__", x))"));
  EXPECT_FALSE(differ(R"(count_values("v", x))"));
  EXPECT_TRUE(differ(R"(histogram_quantiles(x, "__name__", 0.5))"));
  EXPECT_FALSE(differ(R"(histogram_quantiles(x, "q", 0.5))"));
}

TEST(SubqueryGrid, LiesOnMultiplesOfItsStep) {
  WindowGrid windows;
  windows.grid = StepGrid::at(100'000);
  windows.range_ms = 60'000;
  EXPECT_EQ(subqueryGrid(windows, 30'000, Dialect::kPrometheus3), (StepGrid{60'000, 100'000, 30'000}));
  windows.range_ms = 40'000;
  EXPECT_EQ(subqueryGrid(windows, 30'000, Dialect::kPrometheus3), (StepGrid{90'000, 100'000, 30'000}))
      << "the left end, 60 s, is no part of the window";
  EXPECT_EQ(subqueryGrid(windows, 30'000, Dialect::kPrometheus2), (StepGrid{60'000, 100'000, 30'000}));
  windows.grid = StepGrid::at(-100'000);
  EXPECT_EQ(subqueryGrid(windows, 30'000, Dialect::kPrometheus3), (StepGrid{-120'000, -100'000, 30'000}));
  windows.at_ms = 300'000;
  windows.offset_ms = 100'000;
  EXPECT_EQ(subqueryGrid(windows, 30'000, Dialect::kPrometheus3), (StepGrid{180'000, 200'000, 30'000}));
}

}  // namespace
}  // namespace prome::engine
