#include <array>

#include "config/yaml_tree.h"

// Block YAML, two spaces a level. Text that was written plain stays plain where that is safe in every YAML
// reader; everything else is double-quoted, so that what is shown reads back to the same tree.

namespace prome::config {
namespace {

constexpr std::string_view kSecret = "<secret>";
constexpr std::string_view kHexDigits = "0123456789abcdef";

bool isAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

bool isPlainSafe(std::string_view text) {
  constexpr std::string_view kInside = "_./:@+=-";
  if (text.empty() || text.back() == ':') return false;
  if (!isAlphanumeric(text[0]) && text[0] != '/' && text[0] != '_') {
    const bool port = text[0] == ':' && text.size() > 1 && isAlphanumeric(text[1]);
    if (!port) return false;
  }
  for (const char c : text) {
    if (!isAlphanumeric(c) && kInside.find(c) == std::string_view::npos) return false;
  }
  return text != "null" && text != "Null" && text != "NULL";
}

void appendHex(std::string& out, unsigned char c) {
  out += "\\x";
  out += kHexDigits[c >> 4];
  out += kHexDigits[c & 15];
}

/// Other readers of YAML take these for line breaks, or for the mark of an encoding.
std::string_view escapeOfWide(std::string_view rest) {
  if (rest.starts_with("\xC2\x85")) return "\\u0085";
  if (rest.starts_with("\xE2\x80\xA8")) return "\\L";
  if (rest.starts_with("\xE2\x80\xA9")) return "\\P";
  if (rest.starts_with("\xEF\xBB\xBF")) return "\\uFEFF";
  return {};
}

void appendQuoted(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size();) {
    if (const std::string_view escape = escapeOfWide(text.substr(i)); !escape.empty()) {
      out += escape;
      i += text[i] == '\xC2' ? 2 : 3;
      continue;
    }
    const char c = text[i++];
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          appendHex(out, static_cast<unsigned char>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

/// `http://user:password@host` -> `http://<secret>@host`.
std::string withoutUserinfo(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  const std::size_t authority = scheme + 3;
  const std::size_t end = std::min(text.find_first_of("/?#", authority), text.size());
  const std::size_t at = text.substr(0, end).rfind('@');
  if (at == std::string_view::npos || at < authority) return std::string(text);
  return std::string(text.substr(0, authority)) + std::string(kSecret) + std::string(text.substr(at));
}

void appendText(std::string& out, std::string_view text, TextStyle style) {
  if (style == TextStyle::kPlain && (isPlainSafe(text) || text == kSecret)) {
    out += text;
  } else {
    appendQuoted(out, text);
  }
}

bool isBlock(const YamlNode& node) {
  return !node.secret && ((node.kind == NodeKind::kMap && !node.entries.empty()) ||
                          (node.kind == NodeKind::kList && !node.items.empty()));
}

void appendInline(std::string& out, const YamlNode& node) {
  if (node.secret) {
    out += kSecret;
    return;
  }
  switch (node.kind) {
    case NodeKind::kNothing:
      out += "null";
      return;
    case NodeKind::kText:
      appendText(out, withoutUserinfo(node.text), node.style);
      return;
    case NodeKind::kList:
      out += "[]";
      return;
    case NodeKind::kMap:
      out += "{}";
      return;
  }
}

/// Appends a block node whose first line already stands indented, as after "- ".
void appendBlock(std::string& out, const YamlNode& node, std::size_t indent) {
  const std::string margin(indent, ' ');
  bool first = true;
  const auto startLine = [&] {
    if (!first) out += margin;
    first = false;
  };
  for (const YamlNode& item : node.items) {
    startLine();
    out += "- ";
    if (isBlock(item)) {
      appendBlock(out, item, indent + 2);
    } else {
      appendInline(out, item);
      out += '\n';
    }
  }
  for (const YamlEntry& entry : node.entries) {
    startLine();
    appendText(out, entry.key, entry.key_style);
    out += ':';
    if (isBlock(entry.value)) {
      out += '\n' + margin + "  ";
      appendBlock(out, entry.value, indent + 2);
    } else {
      out += ' ';
      appendInline(out, entry.value);
      out += '\n';
    }
  }
}

}  // namespace

std::string emitYaml(const YamlNode& node) {
  std::string out;
  if (isBlock(node)) {
    appendBlock(out, node, 0);
  } else {
    appendInline(out, node);
    out += '\n';
  }
  return out;
}

}  // namespace prome::config
