#include "base/utf8.h"

namespace prome {

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

}  // namespace prome
