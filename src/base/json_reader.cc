#include "base/json_reader.h"

#include <algorithm>

namespace prome {
namespace {

constexpr std::string_view kSpace = " \t\r\n";
constexpr unsigned kReplacement = 0xFFFD;

void appendUtf8(std::string& out, unsigned code) {
  const auto byte = [&](unsigned value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

bool isHighSurrogate(unsigned code) {
  return code >= 0xD800 && code < 0xDC00;
}

bool isLowSurrogate(unsigned code) {
  return code >= 0xDC00 && code < 0xE000;
}

/// The byte that a one-letter escape stands for, or 0.
char plainEscape(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// JSON's number: an optional minus, no leading zeros, digits around a point.
bool isNumber(std::string_view text) {
  const auto takeDigits = [&] {
    const std::size_t count = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(count);
    return count > 0;
  };
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.starts_with('0') && text.size() > 1 && text[1] >= '0' && text[1] <= '9') return false;
  if (!takeDigits()) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    if (!takeDigits()) return false;
  }
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    if (!takeDigits()) return false;
  }
  return text.empty();
}

}  // namespace

void JsonReader::skipSpace() {
  rest_.remove_prefix(std::min(rest_.find_first_not_of(kSpace), rest_.size()));
}

bool JsonReader::take(char c) {
  skipSpace();
  if (failed_ || !rest_.starts_with(c)) return fail();
  rest_.remove_prefix(1);
  return true;
}

/// True behind a bracket with something in it.
bool JsonReader::open(char bracket, char closing) {
  if (!take(bracket)) return false;
  skipSpace();
  if (!rest_.starts_with(closing)) return true;
  rest_.remove_prefix(1);
  return false;
}

/// True behind a comma, false behind the closing bracket or a failure.
bool JsonReader::next(char closing) {
  skipSpace();
  if (failed_) return false;
  if (!rest_.starts_with(closing)) return take(',');
  rest_.remove_prefix(1);
  return false;
}

bool JsonReader::hex4(unsigned& out) {
  if (rest_.size() < 4) return fail();
  out = 0;
  for (const char c : rest_.substr(0, 4)) {
    const bool digit = c >= '0' && c <= '9';
    const char lower = static_cast<char>(c | 0x20);
    if (!digit && !(lower >= 'a' && lower <= 'f')) return fail();
    out = out * 16 + static_cast<unsigned>(digit ? c - '0' : lower - 'a' + 10);
  }
  rest_.remove_prefix(4);
  return true;
}

/// Behind a backslash.
bool JsonReader::escape(std::string& out) {
  if (rest_.empty()) return fail();
  const char c = rest_.front();
  rest_.remove_prefix(1);
  if (const char plain = plainEscape(c); plain != '\0') {
    out += plain;
    return true;
  }
  unsigned code = 0;
  if (c != 'u' || !hex4(code)) return fail();
  if (isHighSurrogate(code) && rest_.starts_with("\\u")) {
    const std::string_view behind = rest_;
    rest_.remove_prefix(2);
    unsigned low = 0;
    if (!hex4(low)) return false;
    if (isLowSurrogate(low)) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else {
      rest_ = behind;  // it is a character of its own
    }
  }
  appendUtf8(out, isHighSurrogate(code) || isLowSurrogate(code) ? kReplacement : code);
  return true;
}

bool JsonReader::string(std::string& out) {
  out.clear();
  if (!take('"')) return false;
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return true;
    if (static_cast<unsigned char>(c) < 0x20) break;
    if (c != '\\') {
      out += c;
    } else if (!escape(out)) {
      return false;
    }
  }
  return fail();
}

bool JsonReader::skipWord() {
  const std::size_t size = std::min(rest_.find_first_of(" \t\r\n,:]}[{\""), rest_.size());
  const auto word = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return word == "true" || word == "false" || word == "null" || isNumber(word) || fail();
}

bool JsonReader::skipAt(std::size_t depth) {
  skipSpace();
  if (failed_ || rest_.empty() || depth > kMaxJsonDepth) return fail();
  switch (rest_.front()) {
    case '{':
      return object([&](const std::string&) { skipAt(depth + 1); });
    case '[':
      return array([&] { skipAt(depth + 1); });
    case '"': {
      std::string text;
      return string(text);
    }
    default:
      return skipWord();
  }
}

bool JsonReader::skip() {
  return skipAt(1);
}

bool JsonReader::text(std::string_view& out) {
  skipSpace();
  const std::string_view from = rest_;
  const bool read = skip();
  out = from.substr(0, from.size() - rest_.size());
  return read;
}

bool JsonReader::atEnd() {
  skipSpace();
  return !failed_ && rest_.empty();
}

}  // namespace prome
