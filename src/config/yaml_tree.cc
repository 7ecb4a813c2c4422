#include "config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

// yaml-cpp's event interface is used rather than its node tree: the tree keeps both of two equal keys without
// a word, loses positions of keys and is built before a depth limit could be applied. The builder below holds
// one frame for every list or mapping that is open; a closed one is moved into its parent. An alias copies
// the node its anchor names, counted against kMaxYamlNodes, so that aliases of aliases cannot grow without
// bound.

namespace prome::config {
namespace {

constexpr std::string_view kPlainTag = "?";
constexpr std::string_view kQuotedTag = "!";
constexpr std::string_view kTextTag = "tag:yaml.org,2002:str";

/// Thrown by the builder through yaml-cpp to stop at a limit; caught in parseYaml.
struct LimitReached {};

Position positionOf(const YAML::Mark& mark) {
  return mark.is_null() ? Position{} : Position{mark.line + 1, mark.column + 1};
}

/// yaml-cpp gives `null` and `~` as no text at all. A key of that name was meant as text.
std::string_view nullWordAt(std::string_view source, int offset) {
  if (offset < 0 || static_cast<std::size_t>(offset) >= source.size()) return {};
  const std::string_view rest = source.substr(static_cast<std::size_t>(offset));
  for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
    if (rest.starts_with(word)) return word;
  }
  return {};
}

/// Length of the valid UTF-8 sequence at the start of `text`, or 0 where there is none.
std::size_t utf8Length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if ((lead & 0xF0) == 0xE0) {
    if (!tail(1) || !tail(2)) return 0;
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
    return overlong || too_large ? 0 : 4;
  }
  return 0;
}

bool isUtf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// Where `text` stops being printable UTF-8; line 0 where it never does.
Position firstBadByte(std::string_view text) {
  Position at{1, 1};
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = utf8Length(text.substr(i));
    const auto c = static_cast<unsigned char>(text[i]);
    const bool control = (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
    if (length == 0 || control) return at;
    at = c == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + static_cast<int>(length)};
    i += length;
  }
  return {};
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::string_view source, YamlDocument& out) : source_(source), out_(out) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.at = positionOf(mark);
    if (expectsKey()) {
      node.kind = NodeKind::kText;
      node.style = TextStyle::kQuoted;
      node.text = nullWordAt(source_, mark.pos);
    }
    spend(1, node.at);
    place(std::move(node), anchor, 1);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = NodeKind::kText;
    node.style = tag == kPlainTag ? TextStyle::kPlain : TextStyle::kQuoted;
    node.at = positionOf(mark);
    node.text = value;
    checkTag(node.at, tag);
    // yaml-cpp turns the escapes \N and \_ into single bytes.
    if (!isUtf8(value)) mistake(node.at, "not UTF-8 text: write \\N as \\u0085 and \\_ as \\u00a0");
    if (value.find('\0') != std::string::npos) mistake(node.at, "a NUL character is not allowed");
    const std::size_t open = value.find("${");
    if (open != std::string::npos && value.find('}', open) != std::string::npos) {
      mistake(node.at,
              "environment variables are not expanded: replace ${...} by what it stands for "
              "(secrets may stand in files, see the *_file keys)");
    }
    const std::size_t nodes = 1 + value.size() / kYamlBytesPerNode;
    spend(nodes, node.at);
    place(std::move(node), anchor, nodes);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      mistake(positionOf(mark), "this alias stands inside the value it names");
      YamlNode nothing;
      nothing.at = positionOf(mark);
      place(std::move(nothing), 0, 0);
      return;
    }
    spend(found->second.second, positionOf(mark));
    place(YamlNode(found->second.first), 0, found->second.second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(NodeKind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(NodeKind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A list or mapping that is not closed yet.
  struct Frame {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::size_t nodes = 1;  // in it, itself included
    std::map<std::string, Position, std::less<>> keys;
    bool has_key = false;   // a key waits for its value
    bool keep_key = false;  // false: the key was a mistake, its value is dropped
    YamlEntry entry;
  };

  bool expectsKey() const {
    return !frames_.empty() && frames_.back().node.kind == NodeKind::kMap && !frames_.back().has_key;
  }

  void mistake(Position at, std::string message) { out_.mistakes.push_back({at, std::move(message)}); }

  [[noreturn]] void stop(Position at, std::string message) {
    mistake(at, std::move(message));
    throw LimitReached{};
  }

  void spend(std::size_t nodes, Position at) {
    if (nodes > kMaxYamlNodes - spent_) {
      stop(at, "more than " + std::to_string(kMaxYamlNodes) + " keys and values");
    }
    spent_ += nodes;
  }

  void checkTag(Position at, const std::string& tag) {
    if (!tag.empty() && tag != kPlainTag && tag != kQuotedTag && tag != kTextTag) {
      mistake(at, "YAML tags are not supported");
    }
  }

  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    const Position at = positionOf(mark);
    checkTag(at, tag);
    spend(1, at);
    if (frames_.size() == kMaxYamlDepth) {
      stop(at, "nested deeper than " + std::to_string(kMaxYamlDepth) + " levels");
    }
    Frame frame;
    frame.node.kind = kind;
    frame.node.at = at;
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
  }

  void close() {
    assert(!frames_.empty());
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    place(std::move(frame.node), frame.anchor, frame.nodes);
  }

  /// Puts a finished node, which counts as `nodes`, where it belongs.
  void place(YamlNode node, YAML::anchor_t anchor, std::size_t nodes) {
    if (anchor != 0) {
      spend(nodes, node.at);
      anchors_[anchor] = {node, nodes};
    }
    if (frames_.empty()) {
      out_.root = std::move(node);
      return;
    }
    Frame& top = frames_.back();
    top.nodes += nodes;
    if (top.node.kind == NodeKind::kList) {
      top.node.items.push_back(std::move(node));
    } else if (!top.has_key) {
      placeKey(top, std::move(node));
    } else {
      top.has_key = false;
      if (!top.keep_key) return;
      top.entry.value = std::move(node);
      top.node.entries.push_back(std::exchange(top.entry, YamlEntry{}));
    }
  }

  void placeKey(Frame& top, YamlNode key) {
    top.has_key = true;
    top.keep_key = false;
    if (key.kind != NodeKind::kText) {
      mistake(key.at, "a key must be text");
      return;
    }
    if (key.text == "<<" && key.style == TextStyle::kPlain) {
      mistake(key.at, "merge keys (<<) are not supported");
      return;
    }
    const auto [first, is_new] = top.keys.emplace(key.text, key.at);
    if (!is_new) {
      mistake(key.at, "duplicate key \"" + key.text + "\", first at line " +
                          std::to_string(first->second.line) + ", column " +
                          std::to_string(first->second.column));
      return;
    }
    top.keep_key = true;
    top.entry.key = std::move(key.text);
    top.entry.key_style = key.style;
    top.entry.at = key.at;
  }

  std::string_view source_;
  YamlDocument& out_;
  std::vector<Frame> frames_;
  std::unordered_map<YAML::anchor_t, std::pair<YamlNode, std::size_t>> anchors_;
  std::size_t spent_ = 0;
};

/// Notes that there was a second document, and builds nothing.
class SecondDocument final : public YAML::EventHandler {
 public:
  explicit SecondDocument(YamlDocument& out) : out_(out) {}
  void OnDocumentStart(const YAML::Mark& mark) override {
    out_.mistakes.push_back(
        {positionOf(mark), "a configuration is one YAML document, and here a second one begins"});
    throw LimitReached{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
  }
  void OnMapEnd() override {}

 private:
  YamlDocument& out_;
};

/// What to add to a syntax error in line `line` (from 0) that an IPv6 address without quotes explains.
std::string_view ipv6Advice(std::string_view text, int line) {
  for (; line > 0 && !text.empty(); --line)
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  text = text.substr(0, text.find('\n'));
  const std::size_t open = text.find('[');
  const std::size_t close = text.find("]:", open == std::string_view::npos ? text.size() : open);
  if (close == std::string_view::npos) return {};
  const std::string_view inside = text.substr(open + 1, close - open - 1);
  const bool address = inside.find(':') != std::string_view::npos &&
                       inside.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
  return address ? " (an IPv6 address must stand in quotes: \"[::1]:9090\")" : std::string_view();
}

void readDocument(std::string_view text, YamlDocument& out) {
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    TreeBuilder builder(text, out);
    if (!parser.HandleNextDocument(builder)) return;
    SecondDocument second(out);
    parser.HandleNextDocument(second);
  } catch (const LimitReached&) {
    out.readable = false;
  } catch (const YAML::Exception& error) {
    out.mistakes.push_back({positionOf(error.mark),
                            "not valid YAML: " + error.msg + std::string(ipv6Advice(text, error.mark.line))});
    out.readable = false;
  } catch (const std::exception& error) {
    out.mistakes.push_back({{}, std::string("not valid YAML: ") + error.what()});
    out.readable = false;
  }
}

}  // namespace

YamlDocument parseYaml(std::string_view text) {
  YamlDocument out;
  const auto refuse = [&](Position at, std::string message) {
    out.mistakes.push_back({at, std::move(message)});
    out.readable = false;
  };
  if (text.size() > kMaxYamlBytes) {
    refuse({}, "the file is larger than " + std::to_string(kMaxYamlBytes >> 20) + "MiB");
    return out;
  }
  if (const Position bad = firstBadByte(text); bad.line != 0) {
    refuse(bad, "not UTF-8 text: a control character or an invalid byte");
    return out;
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  readDocument(text, out);
  if (out.readable && out.root.kind == NodeKind::kNothing && out.mistakes.empty()) {
    refuse({}, "the file is empty");
  }
  return out;
}

}  // namespace prome::config
