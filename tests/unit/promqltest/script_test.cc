#include "promqltest/script.h"

#include <gtest/gtest.h>

#include <string>

namespace prome::promqltest {
namespace {

const EvalCommand& onlyEval(const Script& script) {
  return std::get<EvalCommand>(script.commands.back());
}

/// `line:column: message` of a script that must not parse.
std::string errorOf(std::string_view text) {
  const auto script = parseScript(text);
  if (script) return "parsed";
  return std::to_string(script.error().line) + ":" + std::to_string(script.error().column) + ": " +
         script.error().message;
}

TEST(Script, ReadsCommandsInOrder) {
  const auto script = parseScript(
      "# a comment\n"
      "load 5m\n"
      "\tm{a=\"b\"} 1 2\n"
      "\tm2 3\n"
      "\n"
      "clear\n"
      "load_with_nhcb 1m\r\n"
      "  x_bucket{le=\"1\"} 1\r\n"
      "# ends the block\n"
      "eval instant at 1m m\n"
      "  m 1\n");
  ASSERT_TRUE(script) << script.error().message;
  ASSERT_EQ(script->commands.size(), 4U);
  const auto& load = std::get<LoadCommand>(script->commands[0]);
  EXPECT_EQ(load.step_ms, 300'000);
  EXPECT_EQ(load.series.size(), 2U);
  EXPECT_EQ(load.series[1].line, 4U);
  EXPECT_EQ(load.custom_histograms, CustomHistograms::kNone);
  EXPECT_TRUE(std::holds_alternative<ClearCommand>(script->commands[1]));
  EXPECT_EQ(std::get<LoadCommand>(script->commands[2]).custom_histograms, CustomHistograms::kConverted);
  EXPECT_EQ(onlyEval(*script).line, 10U);
}

TEST(Script, ReadsTimesAndQueries) {
  const auto range = parseScript("eval range from 0 to 1h30m step 90s sum by (a) (m)\n {a=\"1\"} 1 _ 2\n");
  ASSERT_TRUE(range) << range.error().message;
  EXPECT_EQ(onlyEval(*range).spec.kind, engine::QueryKind::kRange);
  EXPECT_EQ(onlyEval(*range).spec.grid, (engine::StepGrid{0, 5'400'000, 90'000}));
  EXPECT_EQ(onlyEval(*range).query->text(), "sum by (a) (m)");
  EXPECT_EQ(onlyEval(*range).series.at(0).values.size(), 3U);
  const auto instant = parseScript("eval instant at 5m30s500ms  1 + 1\n  2\n");
  ASSERT_TRUE(instant) << instant.error().message;
  EXPECT_EQ(onlyEval(*instant).spec.grid, engine::StepGrid::at(330'500));
  EXPECT_EQ(onlyEval(*instant).scalar, 2.0);
}

TEST(Script, ReadsExpectations) {
  const auto script = parseScript(
      "eval instant at 1m m\n"
      "  expect warn msg: one: two\n"
      "  m 1\n"
      "  expect warn regex:thr.e$\n"
      "  expect no_info\n"
      "  expect ordered\n"
      "  expect{} 3\n");
  ASSERT_TRUE(script) << script.error().message;
  const EvalCommand& eval = onlyEval(*script);
  ASSERT_EQ(eval.warnings.texts.size(), 2U);
  EXPECT_TRUE(eval.warnings.texts[0].accepts("one: two"));
  EXPECT_FALSE(eval.warnings.texts[0].accepts("one: two "));
  EXPECT_TRUE(eval.warnings.texts[1].accepts("one two three"));
  EXPECT_FALSE(eval.warnings.texts[1].accepts("three four"));
  EXPECT_TRUE(eval.infos.none);
  EXPECT_TRUE(eval.ordered);
  EXPECT_FALSE(eval.failure);
  EXPECT_EQ(eval.series.size(), 2U);
}

TEST(Script, ReadsStringsAndRangeVectors) {
  const auto text = parseScript("eval instant at 1m \"x\"\n  expect string \"a\\n\"\n");
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_EQ(onlyEval(*text).text, "a\n");
  const auto vector =
      parseScript("eval instant at 1m m[1m]\n  expect range vector from 10s to 1m step 10s\n  m 1 2\n");
  ASSERT_TRUE(vector) << vector.error().message;
  EXPECT_TRUE(onlyEval(*vector).range_vector);
  EXPECT_EQ(onlyEval(*vector).values_grid, (engine::StepGrid{10'000, 60'000, 10'000}));
  EXPECT_EQ(onlyEval(*vector).spec.grid, engine::StepGrid::at(60'000));
}

TEST(Script, ReadsOldForms) {
  const auto script = parseScript(
      "eval_fail instant at 1m m\n  expected_fail_message no way\n\n"
      "eval_fail instant at 1m m\n  expected_fail_regexp w.y\n\n"
      "eval_warn instant at 1m m\n\n"
      "eval_info range from 0 to 1m step 1m m\n\n"
      "eval_ordered instant at 1m m\n");
  ASSERT_TRUE(script) << script.error().message;
  const auto eval = [&](std::size_t i) -> const EvalCommand& {
    return std::get<EvalCommand>(script->commands.at(i));
  };
  EXPECT_TRUE(eval(0).failure->accepts("no way"));
  EXPECT_FALSE(eval(0).failure->accepts("some way"));
  EXPECT_TRUE(eval(1).failure->accepts("some way"));
  EXPECT_FALSE(eval(1).failure->accepts("some wy"));
  EXPECT_EQ(eval(2).warnings.texts.size(), 1U);
  EXPECT_EQ(eval(3).infos.texts.size(), 1U);
  EXPECT_TRUE(eval(4).ordered);
}

TEST(Script, TakesTheLastLineOfASeries) {
  const auto script = parseScript("load 1m\n  m{a=\"b\"} 1 2\n  n 3\n  m{a=\"b\"} 4\n");
  ASSERT_TRUE(script) << script.error().message;
  const auto& load = std::get<LoadCommand>(script->commands[0]);
  ASSERT_EQ(load.series.size(), 2U);
  EXPECT_EQ(std::get<double>(load.series[0].series.values.at(0).value), 4);
}

TEST(Script, JoinsStartsToTheirSeries) {
  const auto script = parseScript("load 1m\n  m@st -1m _\n  m 1 2\n  n 1\n");
  ASSERT_TRUE(script) << script.error().message;
  const auto& load = std::get<LoadCommand>(script->commands[0]);
  ASSERT_EQ(load.series.size(), 2U);
  EXPECT_EQ(load.series[0].starts_ms, (std::vector<std::optional<std::int64_t>>{-60'000, {}}));
  EXPECT_TRUE(load.series[1].starts_ms.empty());
  EXPECT_EQ(errorOf("load 1m\n  m@st -1m\n"), "2:3: starts without the series they belong to");
  EXPECT_EQ(errorOf("load 1m\n  m@st -1m\n  n 1\n"), "2:3: starts of another series");
  EXPECT_EQ(errorOf("load 1m\n  m@st -1m\n  m 1 2\n"), "2:3: 1 starts for 2 values");
}

TEST(Script, SaysLineAndColumnOfMistakes) {
  EXPECT_EQ(errorOf("\n  reload 5m\n"), "2:3: expected load, clear or eval, got \"reload\"");
  EXPECT_EQ(errorOf("load x\n"), "1:6: invalid step: not a valid duration string: \"x\"");
  EXPECT_EQ(errorOf("load 101y\n"), "1:6: step is beyond 100 years");
  EXPECT_EQ(errorOf("load 1m 2m\n"), "1:9: nothing is expected behind the step");
  EXPECT_EQ(errorOf("load 1m\n\tm{a=\"b\"} 1 two\n"), "2:13: expected a number, got \"two\"");
  EXPECT_EQ(errorOf("eval now 1\n"), "1:6: expected instant or range");
  EXPECT_EQ(errorOf("eval instant m\n"), "1:14: expected \"at\"");
  EXPECT_EQ(errorOf("eval range from 1m to 0 step 1m m\n"), "1:23: the end is before the start");
  EXPECT_EQ(errorOf("eval range from 0 to 1m step 0 m\n"), "1:30: the step is not above 0");
  EXPECT_TRUE(errorOf("eval instant at 1m  sum(m\n").starts_with("1:26: "));
  EXPECT_EQ(errorOf("eval instant at 1m m\n  m 1 2\n"),
            "2:3: an instant query has one value a series; see \"expect range vector\"");
  EXPECT_EQ(errorOf("eval instant at 1m m\n  expect doubt\n").substr(0, 5), "2:10:");
  EXPECT_EQ(errorOf("eval instant at 1m m\n  expect warn text: x\n"), "2:15: expected msg: or regex:");
  EXPECT_EQ(errorOf("eval instant at 1m m\n  expect fail\n  expect fail\n"), "3:3: fail is expected twice");
  EXPECT_EQ(errorOf("eval instant at 1m m\n  expect info\n  expect no_info\n"),
            "1:1: info and no_info are both expected");
  EXPECT_EQ(errorOf("eval instant at 1m m\n  expect warn regex: (\n").substr(0, 5), "2:22:");
  EXPECT_EQ(errorOf("eval_maybe instant at 1m m\n"), "1:1: unknown command \"eval_maybe\"");
  EXPECT_EQ(errorOf("eval instant at 1m m\n  m\n"), "2:3: a series needs values");
}

}  // namespace
}  // namespace prome::promqltest
