#include <gtest/gtest.h>

#include <fstream>
#include <random>
#include <sstream>
#include <string>

#include "config/config.h"
#include "config/yaml_tree.h"
#include "config_testing.h"

// Good files with bytes changed, cut, doubled and swapped. Whatever comes of it: no crash, no exception,
// errors with a message and a position, and a configuration that is accepted reads back from what is shown of
// it.

namespace prome::config {
namespace {

constexpr unsigned kSeed = 20240607;
constexpr int kRounds = 4'000;

std::string exampleText(std::string_view name) {
  std::ifstream file(std::string(PROME_SOURCE_DIR) + "/examples/" + std::string(name));
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

class Mangler {
 public:
  explicit Mangler(unsigned seed) : random_(seed) {}

  std::string mangle(std::string text) {
    const int changes = below(4) + 1;
    for (int i = 0; i < changes && !text.empty(); ++i) change(text);
    return text;
  }

 private:
  int below(std::size_t limit) {
    return static_cast<int>(std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_));
  }

  void change(std::string& text) {
    constexpr std::string_view kPieces[] = {
        "{",  "}",      "[",    "]",      ":",   "\n",  "\n  ", "- ",
        "\t", "&a ",    "*a",   "!!int ", "'",   "\"",  "|\n ", ">\n",
        "#",  "? ",     ",",    "\\",     "---", "...", "%Y",   "${X}",
        "~",  "<<: *a", "\xFF", "\xC3",   "@",   "0",   "-1",   "9999999999999999999999",
        "\r", "\x01"};
    const auto at = static_cast<std::size_t>(below(text.size()));
    const auto length = static_cast<std::size_t>(below(20) + 1);
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(below(256));
        return;
      case 1:
        text.erase(at, length);
        return;
      case 2:
        text.insert(at, text.substr(static_cast<std::size_t>(below(text.size())), length * 4));
        return;
      case 3:
        text.resize(at);
        return;
      default:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        return;
    }
  }

  std::mt19937 random_;
};

void check(const std::string& yaml) {
  const auto config = parseConfig(yaml, "f");
  if (config) {
    const YamlDocument shown = parseYaml(config->yaml);
    EXPECT_TRUE(shown.mistakes.empty()) << shown.mistakes.front().message << "\n" << config->yaml;
    EXPECT_EQ(emitYaml(shown.root), config->yaml);
    return;
  }
  EXPECT_FALSE(config.error().empty());
  for (const ConfigError& error : config.error()) {
    EXPECT_FALSE(error.message.empty());
    EXPECT_GE(error.line, 0);
    EXPECT_EQ(error.text().find('\n'), std::string::npos);
  }
}

void checkMangled(const std::string& good, unsigned seed) {
  ASSERT_FALSE(good.empty());
  Mangler mangler(seed);
  for (int round = 0; round < kRounds; ++round) {
    const std::string yaml = mangler.mangle(good);
    SCOPED_TRACE("seed " + std::to_string(seed) + " round " + std::to_string(round));
    ASSERT_NO_THROW(check(yaml)) << yaml;
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << yaml;
      return;
    }
  }
}

TEST(MangledTest, SmallForm) {
  checkMangled(std::string(kSmall), kSeed);
}
TEST(MangledTest, SmallExample) {
  checkMangled(exampleText("prome-route.yml"), kSeed + 1);
}
TEST(MangledTest, FullExample) {
  checkMangled(exampleText("prome-route-full.yml"), kSeed + 2);
}

TEST(MangledTest, EveryPrefixOfTheFullExample) {
  const std::string good = exampleText("prome-route-full.yml");
  for (std::size_t length = 0; length < good.size(); length += 3)
    ASSERT_NO_THROW(check(good.substr(0, length)));
}

}  // namespace
}  // namespace prome::config
