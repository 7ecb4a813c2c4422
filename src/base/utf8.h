// UTF-8 as Go's unicode/utf8 decodes and encodes it. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prome {

inline constexpr char32_t kRuneError = 0xFFFD;
inline constexpr char32_t kMaxRune = 0x10FFFF;

struct Rune {
  char32_t value = kRuneError;
  std::size_t width = 0;  // bytes taken; 1 for an invalid byte, 0 at the end of the text
};

/// The code point at the start of `text`, decoded as Go's utf8.DecodeRuneInString.
Rune decodeRune(std::string_view text);

bool isValidUtf8(std::string_view text);

/// Appends `rune` as UTF-8; an invalid code point as U+FFFD.
void appendUtf8(std::string& out, char32_t rune);

constexpr bool isSurrogate(char32_t rune) {
  return rune >= 0xD800 && rune < 0xE000;
}

}  // namespace prome
