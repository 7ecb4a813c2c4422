#include "promql/quote.h"

#include <array>

namespace prome::promql {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";

void appendHex(std::string& out, char32_t value, int digits) {
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) out += kHex[(value >> shift) & 15];
}

bool isSurrogate(char32_t rune) {
  return rune >= 0xD800 && rune < 0xE000;
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

Rune decodeRune(std::string_view text) {
  if (text.empty()) return {};
  const auto byte = [&](std::size_t i) { return static_cast<char32_t>(static_cast<unsigned char>(text[i])); };
  const auto tail = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const char32_t lead = byte(0);
  const Rune invalid{kRuneError, 1};
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xC2 || lead > 0xF4) return invalid;
  if (lead <= 0xDF) return tail(1) ? Rune{(lead & 0x1F) << 6 | (byte(1) & 0x3F), 2} : invalid;
  if (lead <= 0xEF) {
    if (!tail(1) || !tail(2)) return invalid;
    const char32_t rune = (lead & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    return rune < 0x800 || isSurrogate(rune) ? invalid : Rune{rune, 3};
  }
  if (!tail(1) || !tail(2) || !tail(3)) return invalid;
  const char32_t rune =
      (lead & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  return rune < 0x10000 || rune > kMaxRune ? invalid : Rune{rune, 4};
}

bool isValidUtf8(std::string_view text) {
  while (!text.empty()) {
    const Rune rune = decodeRune(text);
    if (rune.value == kRuneError && rune.width == 1) return false;
    text.remove_prefix(rune.width);
  }
  return true;
}

void appendUtf8(std::string& out, char32_t rune) {
  if (rune > kMaxRune || isSurrogate(rune)) rune = kRuneError;
  const auto put = [&](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0 | rune >> 6);
    put(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    put(0xE0 | rune >> 12);
    put(0x80 | (rune >> 6 & 0x3F));
    put(0x80 | (rune & 0x3F));
  } else {
    put(0xF0 | rune >> 18);
    put(0x80 | (rune >> 12 & 0x3F));
    put(0x80 | (rune >> 6 & 0x3F));
    put(0x80 | (rune & 0x3F));
  }
}

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

}  // namespace prome::promql
