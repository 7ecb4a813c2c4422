#include "config/reader.h"

#include <algorithm>
#include <cassert>
#include <filesystem>
#include <map>
#include <utility>

#include "config/read_file.h"
#include "config/scalars.h"
#include "config/suggest.h"

namespace prome::config {
namespace {

constexpr std::string_view kList = "a list";
constexpr std::size_t kMaxRepeated = 64;  // bytes of the user's text that an error repeats

std::string joined(std::initializer_list<std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) {
    if (!out.empty()) out += ", ";
    out += name;
  }
  return out;
}

std::string outOfRange(std::string_view min, std::string_view max, std::string_view got) {
  return "must be from " + std::string(min) + " to " + std::string(max) + ", got " + std::string(got);
}

}  // namespace

std::string expectedMessage(std::string_view expected, const YamlNode& got) {
  std::string out = "expected " + std::string(expected);
  switch (got.kind) {
    case NodeKind::kNothing:
      return out + ", got nothing";
    case NodeKind::kList:
      return out + ", got a list";
    case NodeKind::kMap:
      return out + ", got a mapping";
    case NodeKind::kText:
      break;
  }
  if (got.secret) return out + ", got something else";
  if (got.text.size() > kMaxRepeated)
    return out + ", got a text of " + std::to_string(got.text.size()) + " bytes";
  return out + ", got \"" + got.text + "\"";
}

std::string shapeMessage(std::string_view expected, const YamlNode& got) {
  if (got.kind == NodeKind::kText) return "expected " + std::string(expected) + ", got text";
  return expectedMessage(expected, got);
}

void Reader::mistake(Position at, std::string message) {
  if (describing()) return;
  mistakes_.push_back({at, std::move(message)});
}

void Reader::mistakes(std::vector<Mistake> found) {
  for (Mistake& one : found) mistake(one.at, std::move(one.message));
}

void Reader::describe(std::string path, std::string type, std::string default_text) {
  if (!describing()) return;
  const bool known = std::ranges::any_of(*schema_, [&](const KeyInfo& key) { return key.path == path; });
  if (!known) schema_->push_back({std::move(path), std::move(type), std::move(default_text)});
}

std::string Reader::resolvePath(std::string_view name) const {
  return (std::filesystem::path(file_).parent_path() / name).string();
}

std::optional<Text> Reader::scalar(YamlNode& node, const Wanted& wanted) {
  if (wanted.secrecy == Secrecy::kSecret) node.secret = true;
  if (node.kind == NodeKind::kText) return Text{node.text, node.at};
  mistake(node.at, expectedMessage(wanted.expected, node));
  return std::nullopt;
}

std::optional<std::string> Reader::fileContent(const Text& name, std::size_t max_bytes) {
  if (name.value.empty()) {
    mistake(name.at, "a file name must not be empty");
    return std::nullopt;
  }
  auto content = readFile(resolvePath(name.value), max_bytes);
  if (content) return std::move(*content);
  mistake(name.at, "cannot " + content.error());
  return std::nullopt;
}

ConfigErrors Reader::takeErrors() {
  std::multimap<Position, std::string> in_order;  // mistakes at one place stay as they were found
  for (Mistake& one : mistakes_) {
    const auto [begin, end] = in_order.equal_range(one.at);
    const bool known =
        std::any_of(begin, end, [&](const auto& other) { return other.second == one.message; });
    if (!known) in_order.emplace_hint(end, one.at, std::move(one.message));
  }
  mistakes_.clear();
  const std::size_t shown = std::min(in_order.size(), kMaxConfigErrors);
  const std::size_t more = in_order.size() - shown;
  ConfigErrors out;
  out.reserve(shown + 1);
  for (auto& [at, message] : in_order) {
    if (out.size() == shown) break;
    out.push_back({file_, at.line, at.column, std::move(message)});
  }
  if (more > 0) {
    out.push_back(
        {file_, 0, 0, "and " + std::to_string(more) + (more == 1 ? " more error" : " more errors")});
  }
  return out;
}

Mapping::Mapping(Reader& reader, YamlNode* node, std::string path)
    : reader_(&reader), node_(node), path_(std::move(path)) {
  assert(node == nullptr || node->kind == NodeKind::kMap);
}

std::string Mapping::pathOf(std::string_view key) const {
  return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
}

YamlEntry* Mapping::find(std::string_view key) const {
  if (node_ == nullptr) return nullptr;
  const auto found = std::ranges::find(node_->entries, key, &YamlEntry::key);
  return found == node_->entries.end() ? nullptr : &*found;
}

Position Mapping::keyAt(std::string_view key) const {
  const YamlEntry* entry = find(key);
  return entry == nullptr ? at() : entry->at;
}

bool Mapping::isEmptyList(std::string_view key) const {
  const YamlEntry* entry = find(key);
  if (entry == nullptr) return false;
  const YamlNode& value = entry->value;
  return value.kind == NodeKind::kNothing || (value.kind == NodeKind::kList && value.items.empty());
}

YamlNode* Mapping::take(std::string_view key, std::string type, std::string default_text) {
  known_.emplace_back(key);
  reader_->describe(pathOf(key), std::move(type), std::move(default_text));
  YamlEntry* entry = find(key);
  return entry == nullptr ? nullptr : &entry->value;
}

std::optional<Text> Mapping::text(std::string_view key, const Wanted& wanted) {
  YamlNode* value = take(key, std::string(wanted.type), std::string(wanted.default_text));
  return value == nullptr ? std::nullopt : reader_->scalar(*value, wanted);
}

std::optional<Text> Mapping::requiredText(std::string_view key, const Wanted& wanted) {
  if (present() && !has(key)) reader_->mistake(at(), "\"" + std::string(key) + "\" is missing");
  return text(key, wanted);
}

void Mapping::boolean(std::string_view key, bool& out) {
  YamlNode* value = take(key, "true or false", out ? "true" : "false");
  if (value == nullptr) return;
  if (value->kind == NodeKind::kText && (value->text == "true" || value->text == "false")) {
    out = value->text == "true";
    return;
  }
  reader_->mistake(value->at, expectedMessage("true or false", *value));
}

void Mapping::duration(std::string_view key, std::chrono::milliseconds& out,
                       Bounds<std::chrono::milliseconds> bounds) {
  YamlNode* value = take(key, "duration", formatDuration(out));
  if (value == nullptr) return;
  const auto parsed = value->kind == NodeKind::kText ? parseDuration(value->text) : std::nullopt;
  if (!parsed) {
    reader_->mistake(value->at, expectedMessage("a duration like 30s", *value));
  } else if (*parsed < bounds.min || *parsed > bounds.max) {
    reader_->mistake(value->at,
                     outOfRange(formatDuration(bounds.min), formatDuration(bounds.max), value->text));
  } else {
    out = *parsed;
  }
}

void Mapping::size(std::string_view key, std::size_t& out, Bounds<std::size_t> bounds) {
  YamlNode* value = take(key, "size", formatSize(out));
  if (value == nullptr) return;
  const auto parsed = value->kind == NodeKind::kText ? parseSize(value->text) : std::nullopt;
  if (!parsed) {
    reader_->mistake(value->at, expectedMessage("a size like 10MiB", *value));
  } else if (*parsed < bounds.min || *parsed > bounds.max) {
    reader_->mistake(value->at, outOfRange(formatSize(bounds.min), formatSize(bounds.max), value->text));
  } else {
    out = static_cast<std::size_t>(*parsed);
  }
}

void Mapping::ratio(std::string_view key, double& out) {
  YamlNode* node = take(key, "ratio", formatRatio(out));
  if (node == nullptr) return;
  const auto parsed = node->kind == NodeKind::kText ? parseRatio(node->text) : std::nullopt;
  if (parsed) {
    out = *parsed;
  } else {
    reader_->mistake(node->at, expectedMessage("a number from 0 to 1", *node));
  }
}

std::uint64_t Mapping::readNumber(std::string_view key, std::uint64_t value, Bounds<std::uint64_t> bounds) {
  YamlNode* node = take(key, "number", std::to_string(value));
  if (node == nullptr) return value;
  const auto parsed = node->kind == NodeKind::kText ? parseNumber(node->text) : std::nullopt;
  if (!parsed) {
    reader_->mistake(node->at, expectedMessage("a whole number", *node));
    return value;
  }
  if (*parsed < bounds.min || *parsed > bounds.max) {
    reader_->mistake(node->at,
                     outOfRange(std::to_string(bounds.min), std::to_string(bounds.max), node->text));
    return value;
  }
  return *parsed;
}

std::size_t Mapping::readChoice(std::string_view key, std::size_t value,
                                std::initializer_list<std::string_view> names) {
  assert(value < names.size());
  const std::string wanted = "one of " + joined(names);
  YamlNode* node = take(key, wanted, std::string(names.begin()[value]));
  if (node == nullptr) return value;
  const auto* const found =
      node->kind == NodeKind::kText ? std::ranges::find(names, node->text) : names.end();
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  reader_->mistake(node->at, expectedMessage(wanted, *node));
  return value;
}

std::optional<std::vector<Text>> Mapping::texts(std::string_view key, const Wanted& wanted) {
  YamlNode* value = take(key, "list of " + std::string(wanted.type), std::string(wanted.default_text));
  if (value == nullptr) return std::nullopt;
  std::vector<Text> out;
  if (value->kind != NodeKind::kList) {
    if (wanted.secrecy == Secrecy::kSecret) value->secret = true;
    reader_->mistake(value->at, shapeMessage(kList, *value));
    return std::nullopt;
  }
  for (YamlNode& item : value->items) {
    if (auto text = reader_->scalar(item, wanted)) out.push_back(std::move(*text));
  }
  return out;
}

Mapping Mapping::mapping(std::string_view key) {
  YamlNode* value = take(key, "mapping", "");
  // A section whose keys are all commented out is an empty one.
  if (value != nullptr && value->kind == NodeKind::kNothing) value = nullptr;
  if (value != nullptr && value->kind != NodeKind::kMap) {
    reader_->mistake(value->at, shapeMessage(kMappingShape, *value));
    value = nullptr;
  }
  return Mapping(*reader_, value, pathOf(key));
}

std::vector<Mapping> Mapping::mappings(std::string_view key, std::string_view default_text) {
  YamlNode* value = take(key, "list of mappings", std::string(default_text));
  std::vector<Mapping> out;
  const std::string path = pathOf(key) + "[]";
  if (reader_->describing()) out.emplace_back(*reader_, nullptr, path);
  if (value == nullptr || value->kind == NodeKind::kNothing) return out;
  if (value->kind != NodeKind::kList) {
    reader_->mistake(value->at, shapeMessage(kList, *value));
    return out;
  }
  for (YamlNode& item : value->items) {
    if (item.kind == NodeKind::kMap) {
      out.emplace_back(*reader_, &item, path);
    } else {
      reader_->mistake(item.at, shapeMessage(kMappingShape, item));
    }
  }
  return out;
}

std::optional<std::vector<YamlEntry*>> Mapping::entries(std::string_view key, const Wanted& wanted) {
  YamlNode* value = take(key, "mapping of " + std::string(wanted.type), std::string(wanted.default_text));
  if (value == nullptr) return std::nullopt;
  std::vector<YamlEntry*> out;
  if (value->kind == NodeKind::kNothing) return out;
  if (value->kind != NodeKind::kMap) {
    reader_->mistake(value->at, shapeMessage(kMappingShape, *value));
    return std::nullopt;
  }
  for (YamlEntry& entry : value->entries) out.push_back(&entry);
  return out;
}

void Mapping::finish() {
  if (node_ == nullptr) return;
  for (const YamlEntry& entry : node_->entries) {
    if (std::ranges::find(known_, entry.key) != known_.end()) continue;
    reader_->mistake(entry.at, "unknown key \"" + entry.key + "\"" + didYouMean(entry.key, known_));
  }
}

}  // namespace prome::config
