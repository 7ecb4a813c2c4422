// Reads a YamlNode tree key by key: converts, checks, remembers what was asked for and collects every
// mistake.
//
// A Reader lives as long as one file is read and owns its mistakes; a Mapping is a cursor on one mapping of
// the tree, which the caller owns. A Mapping over no node is one that the file leaves out: every key in it is
// absent. In schema mode nothing but absent mappings exists, lists have one absent element, and what is asked
// for is the schema. Not thread-safe.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "config/yaml_tree.h"

namespace prome::config {

template <class T>
struct Bounds {
  T min;
  T max;
};

/// Text and where it stands.
struct Text {
  std::string value;
  Position at;
};

enum class Secrecy : std::uint8_t { kPublic, kSecret };

/// How a scalar that may be left out is described: in errors (`expected ...`) and in the schema.
struct Wanted {
  std::string_view type = "text";
  std::string_view expected = "text";
  std::string_view default_text = "";
  Secrecy secrecy = Secrecy::kPublic;
};

class Reader {
 public:
  explicit Reader(std::string_view file) : file_(file) {}
  Reader(std::string_view file, std::vector<KeyInfo>& schema) : file_(file), schema_(&schema) {}

  void mistake(Position at, std::string message);
  void mistakes(std::vector<Mistake> found);

  bool describing() const { return schema_ != nullptr; }
  void describe(std::string path, std::string type, std::string default_text);

  /// `name`, taken from the folder of the file being read.
  std::string resolvePath(std::string_view name) const;

  /// A value that must be text: nothing, with a mistake, where it is not.
  std::optional<Text> scalar(YamlNode& node, const Wanted& wanted);
  /// The content of the file that `name` names, with a mistake where it cannot be read.
  std::optional<std::string> fileContent(const Text& name, std::size_t max_bytes);

  /// In file order; what is over kMaxConfigErrors is one last line.
  ConfigErrors takeErrors();

 private:
  std::string file_;
  std::vector<KeyInfo>* schema_ = nullptr;
  std::vector<Mistake> mistakes_;
};

/// `expected a duration like 30s, got a list`; text is repeated unless it is a secret.
std::string expectedMessage(std::string_view expected, const YamlNode& got);

/// The same where a list or a mapping was expected: text is not repeated, it may be a secret out of its
/// place.
std::string shapeMessage(std::string_view expected, const YamlNode& got);

constexpr std::string_view kMappingShape = "a mapping (key: value)";

class Mapping {
 public:
  /// `node` must be a mapping; null where the file leaves it out.
  Mapping(Reader& reader, YamlNode* node, std::string path);

  Reader& reader() { return *reader_; }
  bool present() const { return node_ != nullptr; }
  /// Where the mapping begins; line 0 where it is absent.
  Position at() const { return node_ == nullptr ? Position{} : node_->at; }
  /// Where `key` stands, or where the mapping begins.
  Position keyAt(std::string_view key) const;
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// Whether `key` is there but gives nothing: no value, or a list without elements.
  bool isEmptyList(std::string_view key) const;
  /// What stands before a key's own name in the schema: empty, or ends with a dot.
  std::string prefix() const { return pathOf(""); }

  // Each leaves `out` alone where the key is absent or a mistake.
  void boolean(std::string_view key, bool& out);
  void duration(std::string_view key, std::chrono::milliseconds& out,
                Bounds<std::chrono::milliseconds> bounds);
  void size(std::string_view key, std::size_t& out, Bounds<std::size_t> bounds);
  /// A number from 0 to 1.
  void ratio(std::string_view key, double& out);
  template <std::unsigned_integral T>
  void number(std::string_view key, T& out, Bounds<T> bounds) {
    out = static_cast<T>(readNumber(key, out, {bounds.min, bounds.max}));
  }
  /// `names` are the enumerators in order, from 0.
  template <class Enum>
  void choice(std::string_view key, Enum& out, std::initializer_list<std::string_view> names) {
    out = static_cast<Enum>(readChoice(key, static_cast<std::size_t>(out), names));
  }

  std::optional<Text> text(std::string_view key, const Wanted& wanted);
  std::optional<Text> requiredText(std::string_view key, const Wanted& wanted);
  /// Texts of a list; nothing where the key is absent or no list. Elements that are not text are left out,
  /// with a mistake.
  std::optional<std::vector<Text>> texts(std::string_view key, const Wanted& wanted);

  /// A mapping with fixed keys.
  Mapping mapping(std::string_view key);
  /// A list of mappings with fixed keys.
  std::vector<Mapping> mappings(std::string_view key, std::string_view default_text = "");
  /// A mapping whose keys the user chooses; nothing where the key is absent or no mapping.
  std::optional<std::vector<YamlEntry*>> entries(std::string_view key, const Wanted& wanted);

  /// Reports every key that nobody asked for.
  void finish();

 private:
  YamlEntry* find(std::string_view key) const;
  /// Marks `key` as known and gives its value; null where it is absent.
  YamlNode* take(std::string_view key, std::string type, std::string default_text);
  std::string pathOf(std::string_view key) const;
  std::uint64_t readNumber(std::string_view key, std::uint64_t value, Bounds<std::uint64_t> bounds);
  std::size_t readChoice(std::string_view key, std::size_t value,
                         std::initializer_list<std::string_view> names);

  Reader* reader_;
  YamlNode* node_;
  std::string path_;
  std::vector<std::string> known_;
};

}  // namespace prome::config
