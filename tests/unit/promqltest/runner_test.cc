// The runner must fail where a script is wrong, and say where.
#include "promqltest/runner.h"

#include <gtest/gtest.h>

#include "promqltest/evaluation_run.h"
#include "promqltest/memory_storage.h"

namespace prome::promqltest {
namespace {

constexpr std::string_view kLoad = "load 1m\n  m{a=\"b\"} 0+1x10\n  n 5x10\n\n";

FileReport run(const std::string& script) {
  return Runner().run(std::string(kLoad) + script);
}

/// The text of the only failure; empty where all passes.
std::string failure(const std::string& script) {
  const FileReport report = run(script);
  if (report.failures.empty()) return {};
  EXPECT_EQ(report.failures.size(), 1U);
  return report.failures.front().text;
}

TEST(Runner, PassesWhatIsRight) {
  EXPECT_EQ(failure("eval instant at 5m m\n  m{a=\"b\"} 5\n"), "");
  EXPECT_EQ(failure("eval range from 0 to 2m step 1m m\n  m{a=\"b\"} 0 1 2\n"), "");
  EXPECT_EQ(
      failure("eval instant at 5m m[2m]\n  expect range vector from 4m to 5m step 1m\n  m{a=\"b\"} 4 5\n"),
      "");
  EXPECT_EQ(failure("eval instant at 5m \"x\"\n  expect string \"x\"\n"), "");
  EXPECT_EQ(failure("eval instant at 0 3\n  3\n"), "");
  EXPECT_EQ(failure("eval instant at 0 none\n"), "");
}

TEST(Runner, FailsWhatIsNot) {
  EXPECT_EQ(failure("eval instant at 5m m\n  m{a=\"b\"} 6\n"),
            "eval instant at 5m m\n  m{a=\"b\"}\n    wanted  6\n    got     5\n");
  EXPECT_NE(failure("eval instant at 5m m\n  m{a=\"b\"} 5\n  n 5\n"), "");
  EXPECT_NE(failure("eval instant at 5m m\n"), "");
  EXPECT_NE(failure("eval instant at 5m m\n  expect fail\n"), "");
  EXPECT_NE(failure("eval instant at 5m m\n  expect warn\n  m{a=\"b\"} 5\n"), "");
  EXPECT_NE(failure("eval range from 0 to 2m step 1m m\n  m{a=\"b\"} 0 1\n"), "");
  EXPECT_NE(
      failure("eval instant at 5m m[2m]\n  expect range vector from 4m to 5m step 1m\n  m{a=\"b\"} 4 6\n"),
      "");
  EXPECT_NE(failure("eval instant at 0 3\n  4\n"), "");
}

/// Remembers what it was asked for.
class RecordingStorage : public MemoryStorage {
 public:
  Result<std::unique_ptr<engine::SampleStream>> samples(const engine::SamplesRequest& request) override {
    ends_ms.push_back(request.end_ms);
    return MemoryStorage::samples(request);
  }
  std::vector<std::int64_t> ends_ms;
};

/// The ends of the ranges that the runs of one eval ask storage for, in order.
std::vector<std::int64_t> asked(const std::string& block) {
  RecordingStorage storage;
  EXPECT_TRUE(storage.append(model::Labels{{"__name__", "n"}}, 100'000, 5));
  const auto script = parseScript(block);
  EXPECT_TRUE(script) << script.error().message;
  const engine::EngineOptions options = scriptEngineOptions();
  EXPECT_EQ(runEval(std::get<EvalCommand>(script->commands.at(0)), engine::Engine(options), storage), "");
  return storage.ends_ms;
}

TEST(Runner, RepeatsInstantEvalsWithFixedTimesAndAsRangeQueries) {
  // As written, at 5m and over [4m, 6m]; with @ 5m at five times, always asking for what 5m needs.
  EXPECT_EQ(asked("eval instant at 5m n\n  n 5\n"),
            (std::vector<std::int64_t>{300'000, 360'000, 300'000, 300'000, 300'000, 300'000, 300'000, 300'000,
                                       300'000, 300'000, 300'000, 300'000}));
  // At 0: three other times.
  EXPECT_EQ(asked("eval instant at 0 n\n").size(), 8U);
  // start() differs between instant and range queries, the time it is replaced by does not.
  EXPECT_EQ(asked("eval instant at 5m n @ start()\n  n 5\n").size(), 11U);
  // step() has no other form.
  EXPECT_EQ(asked("eval instant at 5m n offset step()\n  n 5\n").size(), 6U);
  EXPECT_EQ(asked("eval instant at 5m n\n  expect ordered\n  n 5\n").size(), 6U);
  EXPECT_EQ(asked("eval range from 4m to 5m step 1m n\n  n 5 5\n").size(), 1U);
  EXPECT_EQ(asked("eval instant at 5m timestamp(n)\n  {} 100\n").size(), 2U);
}

TEST(Runner, CountsEveryEvalAndGoesOn) {
  const FileReport report =
      run("eval instant at 5m m\n  m{a=\"b\"} 1\n\n"
          "eval instant at 5m n\n  n 5\n\n"
          "clear\n\n"
          "eval instant at 5m n\n");
  EXPECT_EQ(report.evaluations, 3U);
  EXPECT_EQ(report.passed, 2U);
  ASSERT_EQ(report.failures.size(), 1U);
  EXPECT_EQ(report.failures[0].line, 5U);
  EXPECT_EQ(describe(report, "f.test"),
            "f.test:5: eval instant at 5m m\n  m{a=\"b\"}\n    wanted  1\n    got     5\n"
            "f.test: 3 evaluations, 1 failed\n");
}

TEST(Runner, SaysWhereAScriptCannotBeRead) {
  const FileReport report = Runner().run("load 1m\n  m 1 2 three\n");
  EXPECT_EQ(report.evaluations, 0U);
  EXPECT_EQ(describe(report, "f.test"),
            "f.test:2:9: expected a number, got \"three\"\nf.test: 0 evaluations, 1 failed\n");
}

TEST(Runner, EvaluatesNothingOnceALoadFailed) {
  const FileReport report =
      run("load 1m\n  n 7\n\neval instant at 5m m\n  m{a=\"b\"} 5\n\nclear\n\neval instant at 5m m\n");
  EXPECT_EQ(report.evaluations, 2U);
  EXPECT_EQ(report.passed, 1U);
  ASSERT_EQ(report.failures.size(), 2U);
  EXPECT_EQ(report.failures[0].line, 6U);
}

TEST(Runner, ObeysItsOptions) {
  engine::EngineOptions options = scriptEngineOptions();
  options.dialect = engine::Dialect::kPrometheus2;
  const std::string at_the_edge = std::string(kLoad) + "eval instant at 15m n\n  n 5\n";
  EXPECT_TRUE(Runner(options).run(at_the_edge).failures.empty());
  EXPECT_FALSE(Runner().run(at_the_edge).failures.empty());
}

TEST(ScriptEngineOptions, AreThoseOfPrometheusOwnRunner) {
  const engine::EngineOptions options = scriptEngineOptions();
  EXPECT_EQ(options.name_removal, engine::NameRemoval::kDelayed);
  EXPECT_EQ(options.start_timestamps, engine::StartTimestamps::kUsed);
  EXPECT_EQ(options.max_samples, 10'000U);
  EXPECT_EQ(options.lookback_delta, std::chrono::minutes{5});
}

}  // namespace
}  // namespace prome::promqltest
