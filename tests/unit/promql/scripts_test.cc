// Every query that the shared evaluation scripts evaluate parses, prints, and prints the same again.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include "promql/parser.h"
#include "promql/printer.h"

namespace prome::promql {
namespace {

/// The query of a line `eval instant [at <time>] <query>` or `eval range from <t> to <t> step <d> <query>`.
std::optional<std::string> evaluatedQuery(const std::string& line) {
  std::istringstream words(line);
  std::string word;
  if (!(words >> word) || !word.starts_with("eval") || word == "eval_fail" || !(words >> word))
    return std::nullopt;
  int skip = word == "range" ? 6 : 0;
  if (word == "instant") {
    const auto before = words.tellg();
    words >> word;
    skip = word == "at" ? 1 : 0;
    if (skip == 0) words.seekg(before);
  }
  while (skip-- > 0) words >> word;
  std::string query;
  std::getline(words >> std::ws, query);
  return query;
}

void expectFixpoint(const std::string& text) {
  const auto query = parse(text);
  ASSERT_TRUE(query.has_value()) << text << "\n" << query.error().message();
  const std::string line = print(query->root());
  const auto again = parse(line);
  ASSERT_TRUE(again.has_value()) << line << "\n" << again.error().message();
  EXPECT_EQ(print(again->root()), line);
  const std::string pretty = prettyPrint(query->root());
  const auto pretty_again = parse(pretty);
  ASSERT_TRUE(pretty_again.has_value()) << pretty << "\n" << pretty_again.error().message();
  EXPECT_EQ(prettyPrint(pretty_again->root()), pretty);
  EXPECT_EQ(print(pretty_again->root()), line);
}

TEST(SharedScripts, EveryQueryIsAFixpoint) {
  const std::filesystem::path folder = PROME_SHARED_SCRIPTS;
  if (!std::filesystem::is_directory(folder)) GTEST_SKIP() << folder << " is absent: nothing was checked";
  std::size_t queries = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".test") continue;
    std::ifstream file(entry.path());
    std::string line;
    std::optional<std::string> pending;  // until the next line shows whether it is to fail
    const auto check = [&] {
      if (!pending) return;
      SCOPED_TRACE(entry.path().filename().string());
      expectFixpoint(*pending);
      ++queries;
      pending.reset();
    };
    while (std::getline(file, line)) {
      if (line.find("expect fail") != std::string::npos) pending.reset();
      if (auto query = evaluatedQuery(line)) {
        check();
        pending = std::move(query);
      }
    }
    check();
  }
  EXPECT_GT(queries, 1000U);
}

}  // namespace
}  // namespace prome::promql
