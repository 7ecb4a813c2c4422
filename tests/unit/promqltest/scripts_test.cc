// The scripts of tests/promql, and the shared ones where they are present, all through the runner.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "promqltest/runner.h"

namespace prome::promqltest {
namespace {

std::vector<std::filesystem::path> scriptsIn(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> out;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".test") out.push_back(entry.path());
  }
  std::ranges::sort(out);
  return out;
}

/// How a file's name says it is to be run.
engine::EngineOptions optionsFor(const std::filesystem::path& path) {
  engine::EngineOptions options = scriptEngineOptions();
  const std::string stem = path.stem().string();
  const bool is_2x = stem.ends_with("_2x");
  if (is_2x) options.dialect = engine::Dialect::kPrometheus2;
  if (is_2x || stem.ends_with("_immediate")) options.name_removal = engine::NameRemoval::kImmediate;
  return options;
}

std::size_t evaluationsThatPass(const std::vector<std::filesystem::path>& paths) {
  std::size_t passed = 0;
  for (const auto& path : paths) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    const FileReport report = Runner(optionsFor(path)).run(text.str());
    EXPECT_TRUE(report.failures.empty()) << describe(report, path.string());
    EXPECT_EQ(report.passed, report.evaluations) << path;
    passed += report.passed;
  }
  return passed;
}

TEST(Scripts, OwnOnesPass) {
  EXPECT_GE(evaluationsThatPass(scriptsIn(PROME_SCRIPTS)), 997U);
}

TEST(Scripts, SharedOnesPass) {
  const std::filesystem::path folder = PROME_SHARED_SCRIPTS;
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << folder << " is absent: nothing was checked";
  EXPECT_EQ(evaluationsThatPass(scriptsIn(folder)), 1530U);
}

}  // namespace
}  // namespace prome::promqltest
