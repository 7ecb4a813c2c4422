#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "config/config.h"
#include "config/yaml_tree.h"
#include "config_testing.h"

// The documentation and the examples say what the parser knows: every key, its type and its default, and
// nothing else.

namespace prome::config {
namespace {

using ::testing::ElementsAre;

constexpr std::string_view kSet = "shard_sets[].";
constexpr std::string_view kShard = "shard_sets[].shards[].";
constexpr std::string_view kOracle = "verification.";

std::string sourceFile(std::string_view name) {
  return std::string(PROME_SOURCE_DIR) + "/" + std::string(name);
}

std::string contentOf(std::string_view name) {
  std::ifstream file(sourceFile(name));
  EXPECT_TRUE(file.is_open()) << name;
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

std::set<std::string> knownPaths() {
  std::set<std::string> out;
  for (const KeyInfo& key : knownKeys()) out.insert(key.path);
  return out;
}

/// The path of the same key at the shard set, for the request keys of a shard and of the oracle.
std::string atSet(const std::string& path) {
  for (const std::string_view level : {kShard, kOracle}) {
    if (path.starts_with(level)) return std::string(kSet) + path.substr(level.size());
  }
  return path;
}

struct Row {
  std::string type;
  std::string default_text;
  std::string meaning;
};

/// The tables of keys: | `path` | type | `default` | meaning |
std::map<std::string, Row> documentedKeys(const std::string& text) {
  std::map<std::string, Row> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("| `")) continue;
    std::vector<std::string> cells;
    std::istringstream parts(line.substr(1));
    for (std::string cell; std::getline(parts, cell, '|');) {
      std::erase(cell, '`');
      cell.erase(0, cell.find_first_not_of(' ') == cell.npos ? cell.size() : cell.find_first_not_of(' '));
      cell.erase(cell.find_last_not_of(' ') + 1);
      cells.push_back(cell);
    }
    EXPECT_GE(cells.size(), 4u) << line;
    if (cells.size() < 4) continue;
    EXPECT_FALSE(out.contains(cells[0])) << line;
    out[cells[0]] = {cells[1], cells[2], cells[3]};
  }
  return out;
}

TEST(DriftTest, DocumentationNamesEveryKeyWithItsTypeAndDefault) {
  const auto rows = documentedKeys(contentOf("docs/configuration.md"));
  const auto known = knownPaths();
  for (const KeyInfo& key : knownKeys()) {
    // A key that may stand at a set, at a shard and at the oracle is documented once, at the set, but for the
    // shard's own name.
    const bool both = key.path != "shard_sets[].shards[].name" && known.contains(atSet(key.path));
    const auto row = rows.find(both ? atSet(key.path) : key.path);
    if (row == rows.end()) {
      ADD_FAILURE() << "not documented: " << key.path;
      continue;
    }
    EXPECT_EQ(row->second.type, key.type) << key.path;
    EXPECT_EQ(row->second.default_text, key.default_text) << key.path;
  }
  for (const auto& [path, row] : rows) EXPECT_TRUE(known.contains(path)) << "no such key: " << path;
}

/// Every path in a tree, as the parser names them.
void collectPaths(const YamlNode& node, const std::string& path, std::set<std::string>& out) {
  for (const YamlNode& item : node.items) collectPaths(item, path + "[]", out);
  for (const YamlEntry& entry : node.entries) {
    const bool chosen = path.ends_with("http_headers");
    const std::string child = (path.empty() ? "" : path + ".") + (chosen ? "<name>" : entry.key);
    out.insert(child);
    collectPaths(entry.value, child, out);
  }
}

TEST(DriftTest, FullExampleNamesEveryKey) {
  const std::string text = contentOf("examples/prome-route-full.yml");
  std::set<std::string> named;
  collectPaths(parseYaml(text).root, "", named);
  std::set<std::string> at_any_level;
  for (const std::string& path : named) at_any_level.insert(atSet(path));
  for (const std::string& path : knownPaths()) {
    const std::string leaf = path.substr(path.rfind('.') + 1);
    const bool shown = named.contains(path) || at_any_level.contains(atSet(path)) ||
                       text.find("# " + leaf + ":") != text.npos;
    EXPECT_TRUE(shown) << path;
  }
}

TEST(DriftTest, FullExampleShowsTheDefaults) {
  const auto config = loadConfig(sourceFile("examples/prome-route-full.yml"));
  ASSERT_TRUE(config.has_value()) << config.error().front().text();
  EXPECT_EQ(config->http, http::ServerOptions{});
  EXPECT_EQ(config->client, remote::ClientOptions{});
  EXPECT_EQ(config->probe, remote::ProbeOptions{});
  EXPECT_EQ(config->query, api::QueryOptions{});
  EXPECT_EQ(config->verification, verify::ShadowOptions{});
  EXPECT_EQ(config->log, telemetry::LogOptions{});
  ASSERT_EQ(config->shard_sets.size(), 1u);
  EXPECT_EQ(config->shard_sets[0].shards.size(), 2u);
  EXPECT_EQ(config->yaml.find("change-me"), std::string::npos);
}

TEST(DriftTest, SmallExampleIsTheSmallForm) {
  const auto config = loadConfig(sourceFile("examples/prome-route.yml"));
  ASSERT_TRUE(config.has_value()) << config.error().front().text();
  EXPECT_EQ(config->yaml, goodConfig(kSmall).yaml);
}

TEST(DriftTest, KeysAreListedOnce) {
  EXPECT_EQ(knownKeys().size(), knownPaths().size());
  EXPECT_GT(knownKeys().size(), 60u);
}

}  // namespace
}  // namespace prome::config
