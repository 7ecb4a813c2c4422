#include "model/quote.h"

namespace prome::model {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";

void appendHex(std::string& out, char32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 15];
}

void appendEscapedRune(std::string& out, char32_t rune, char quote) {
  if (rune == static_cast<unsigned char>(quote) || rune == '\\') {
    out += '\\';
    out += static_cast<char>(rune);
    return;
  }
  if (isPrintable(rune)) {
    appendUtf8(out, rune);
    return;
  }
  switch (rune) {
    case '\a':
      out += "\\a";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '\v':
      out += "\\v";
      return;
    default:
      break;
  }
  if (rune < ' ' || rune == 0x7F) {
    out += "\\x";
    appendHex(out, rune, 2);
  } else if (rune < 0x10000) {
    out += "\\u";
    appendHex(out, rune, 4);
  } else {
    out += "\\U";
    appendHex(out, rune, 8);
  }
}

}  // namespace

void appendQuoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && text[plain] >= ' ' && text[plain] < 0x7F && text[plain] != '"' &&
           text[plain] != '\\') {
      ++plain;
    }
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const Rune rune = decodeRune(text);
    if (rune.value == kRuneError && rune.width == 1) {
      out += "\\x";
      appendHex(out, static_cast<unsigned char>(text[0]), 2);
    } else {
      appendEscapedRune(out, rune.value, '"');
    }
    text.remove_prefix(rune.width);
  }
  out += '"';
}

std::string quoted(std::string_view text) {
  std::string out;
  appendQuoted(out, text);
  return out;
}

std::string quotedRune(char32_t rune) {
  if (rune > kMaxRune || isSurrogate(rune)) rune = kRuneError;
  std::string out = "'";
  appendEscapedRune(out, rune, '\'');
  out += '\'';
  return out;
}

std::string unicodeName(char32_t rune) {
  std::string digits;
  for (char32_t rest = rune; rest != 0; rest >>= 4) digits.insert(digits.begin(), kUpperHex[rest & 15]);
  if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
  std::string out = "U+" + digits;
  if (rune <= kMaxRune && isPrintable(rune)) {
    out += " '";
    appendUtf8(out, rune);
    out += '\'';
  }
  return out;
}

}  // namespace prome::model
