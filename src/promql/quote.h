// Text in Go's notation: quoted strings and runes as strconv.Quote, %q and %#U show them.
//
// Prometheus prints selectors and errors with these, and both are compared byte by byte. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prome::promql {

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

/// strconv.IsPrint: Unicode letters, marks, numbers, punctuation, symbols and the ASCII space.
bool isPrintable(char32_t rune);

/// strconv.Quote: `text` in double quotes, unprintable runes and invalid bytes escaped.
void appendQuoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

/// %q of a rune: 'x'.
std::string quotedRune(char32_t rune);

/// %#U of a rune: U+0078 'x'.
std::string unicodeName(char32_t rune);

}  // namespace prome::promql
