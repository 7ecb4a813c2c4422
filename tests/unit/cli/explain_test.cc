#include "cli/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace prome::cli {
namespace {

using testing::HasSubstr;

std::expected<ExplainFlags, Exit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"prome-route", "explain"});
  return parseExplainCommand(static_cast<int>(arguments.size()), arguments.data());
}

class ExplainCommand : public testing::Test {
 protected:
  void SetUp() override {
    file_ = std::filesystem::path(testing::TempDir()) / "explain.yml";
    std::ofstream(file_) << "replace_label_name: cluster\nprome_servers: {a: 127.0.0.1:1, b: 127.0.0.1:2}\n";
  }
  void TearDown() override { std::filesystem::remove(file_); }

  Exit run(std::vector<const char*> arguments) {
    const std::string config = "--config.file=" + file_.string();
    arguments.insert(arguments.begin(), config.c_str());
    const auto flags = parse(arguments);
    return flags ? explain(*flags) : flags.error();
  }

  std::filesystem::path file_;
};

TEST_F(ExplainCommand, TellsThePlan) {
  EXPECT_EQ(run({"sum(x) / 2"}), (Exit{kExitOk,
                                       "grade: rounding\n"
                                       "router (input-across): sum(x) / 2\n"
                                       "  shards (decomposed, sum, rounding): sum(x)\n"
                                       "    sum(x)  -> a, b\n",
                                       false}));
  EXPECT_EQ(
      run({"x{cluster=\"b\"}"}).text,
      "grade: exact\nshards (one-shard, concatenate): x{cluster=\"b\"}\n  x{           }  -> b +cluster=b\n");
  EXPECT_EQ(run({"--exact", "sum(x)"}).text.substr(0, 42), "grade: exact\nrouter (exact-asked): sum(x)\n");
  EXPECT_THAT(run({"--format=json", "x"}).text, HasSubstr(R"("rule":"whole")"));
}

TEST_F(ExplainCommand, AnalyzesByAskingTheShards) {
  const Exit told = run({"--analyze", "sum(x)"});
  EXPECT_EQ(told.code, kExitFailure);
  EXPECT_THAT(told.text, HasSubstr("shard \"a\" (http://127.0.0.1:1): "));
  const Exit alone = run({"--analyze", "--time=7", "vector(1)"});
  EXPECT_EQ(alone.code, kExitOk) << alone.text;
  EXPECT_THAT(alone.text, HasSubstr("router (no-shard): vector(1) [1 series, 1 samples, "));
  EXPECT_EQ(run({"--analyze", "--exact", "x"}).code, kExitUsage);
}

TEST_F(ExplainCommand, KnowsTheQuerysTimes) {
  EXPECT_THAT(run({"--start=1000.5", "--end=2000", "--step=15s", "sum(x @ start())"}).text,
              HasSubstr("sum(x @ 1000.500)"));
  EXPECT_THAT(run({"--time=1970-01-01T00:00:07Z", "sum(x @ end())"}).text, HasSubstr("sum(x @ 7.000)"));
}

TEST_F(ExplainCommand, RefusesWhatItCannotRead) {
  EXPECT_EQ(run({"sum("}).code, kExitFailure);
  EXPECT_EQ(run({}).code, kExitUsage);
  EXPECT_EQ(run({"x", "y"}).code, kExitUsage);
  EXPECT_EQ(run({"--start=5", "x"}).code, kExitUsage);
  EXPECT_EQ(run({"--start=5", "--end=4", "--step=1", "x"}).code, kExitUsage);
  EXPECT_EQ(run({"--format=yaml", "x"}).code, kExitUsage);
  EXPECT_EQ(run({"--exactly", "x"}).code, kExitUsage);
  EXPECT_EQ(run({"--help"}).code, kExitOk);
  const auto flags = parse({"--config.file=/nonexistent.yml", "x"});
  EXPECT_EQ(explain(*flags).code, kExitFailure);
}

}  // namespace
}  // namespace prome::cli
