#include "cli/test_promql.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "promqltest/runner.h"

namespace prome::cli {
namespace {

class TestPromql : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              ("test_promql_" + std::string(::testing::UnitTest::GetInstance()->current_test_info()->name()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, std::string_view text) {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  int run(std::vector<std::string> files) {
    printed_.clear();
    return testPromql({.files = std::move(files), .engine = promqltest::scriptEngineOptions()},
                      [this](std::string_view text) { printed_ += text; });
  }

  std::filesystem::path folder_;
  std::string printed_;
};

constexpr std::string_view kRight =
    "load 1m\n  m 1 2\n\neval instant at 1m m\n  m 2\n\neval instant at 0 1\n  1\n";
constexpr std::string_view kWrong = "eval instant at 0 1\n  2\n\neval instant at 0 2\n  2\n";

TEST_F(TestPromql, CountsFileByFileAndAllTogether) {
  const std::string right = write("right.test", kRight);
  EXPECT_EQ(run({right}), kExitOk);
  EXPECT_EQ(printed_, right + ": 2 evaluations, 0 failed\n2 passed, 0 failed\n");
}

TEST_F(TestPromql, FailsWhereAnythingFails) {
  const std::string right = write("right.test", kRight);
  const std::string wrong = write("wrong.test", kWrong);
  EXPECT_EQ(run({wrong, right}), kExitFailure);
  EXPECT_EQ(printed_, wrong + ":1: eval instant at 0 1\n  wanted  the scalar 2\n  got     the scalar 1\n" +
                          wrong + ": 2 evaluations, 1 failed\n" + right +
                          ": 2 evaluations, 0 failed\n3 passed, 1 failed\n");
}

TEST_F(TestPromql, FailsWhereAFileCannotBeReadOrUnderstood) {
  EXPECT_EQ(run({(folder_ / "none.test").string()}), kExitFailure);
  EXPECT_TRUE(printed_.ends_with("No such file or directory\n0 passed, 1 failed\n")) << printed_;
  const std::string odd = write("odd.test", "eval instant at 0 sum(\n");
  EXPECT_EQ(run({odd}), kExitFailure);
  EXPECT_TRUE(printed_.starts_with(odd + ":1:23: ")) << printed_;
  EXPECT_TRUE(printed_.ends_with(": 0 evaluations, 1 failed\n0 passed, 1 failed\n")) << printed_;
}

}  // namespace
}  // namespace prome::cli
