// YAML text -> a plain tree that keeps what a person wrote: text as text, every position.
//
// YAML's own types are not applied: a cluster called `no`, `on`, `1` or `0x10` is that text, and only what
// reads a value decides whether it is a number. Values; nothing is shared, nothing here throws.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace prome::config {

/// Line and column (in bytes) from 1; line 0 where the whole file is meant.
struct Position {
  int line = 0;
  int column = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

struct Mistake {
  Position at;
  std::string message;
};

enum class NodeKind : std::uint8_t { kNothing, kText, kList, kMap };
enum class TextStyle : std::uint8_t { kPlain, kQuoted };

struct YamlEntry;

struct YamlNode {
  NodeKind kind = NodeKind::kNothing;
  TextStyle style = TextStyle::kPlain;
  bool secret = false;  // set by whoever reads it; shown as <secret>
  Position at;
  std::string text;                // kText
  std::vector<YamlNode> items;     // kList
  std::vector<YamlEntry> entries;  // kMap, in file order, keys unique
};

struct YamlEntry {
  std::string key;
  TextStyle key_style = TextStyle::kPlain;
  Position at;  // of the key
  YamlNode value;
};

struct YamlDocument {
  YamlNode root;
  std::vector<Mistake> mistakes;
  bool readable = true;  // false: `root` is not worth looking at
};

constexpr std::size_t kMaxYamlBytes = 16u << 20;
constexpr std::size_t kMaxYamlDepth = 32;         // of lists and mappings in one another
constexpr std::size_t kMaxYamlNodes = 1'000'000;  // keys and values, aliases and anchors as copies
constexpr std::size_t kYamlBytesPerNode = 64;     // text counts as one more node for every so many bytes

/// Parses one YAML document. Duplicate keys, several documents, tags, merge keys, `${...}`, bytes that are
/// not UTF-8 and whatever is over a limit are mistakes.
YamlDocument parseYaml(std::string_view text);

/// `node` as block YAML that parseYaml reads back to the same tree, with every secret shown as <secret>.
std::string emitYaml(const YamlNode& node);

}  // namespace prome::config
