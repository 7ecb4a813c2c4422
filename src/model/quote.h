// Text in Go's notation: quoted strings and runes as strconv.Quote, %q and %#U show them.
//
// Prometheus prints selectors and errors with these, and both are compared byte by byte. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/utf8.h"

namespace prome::model {

/// strconv.IsPrint: Unicode letters, marks, numbers, punctuation, symbols and the ASCII space.
bool isPrintable(char32_t rune);

/// strconv.Quote: `text` in double quotes, unprintable runes and invalid bytes escaped.
void appendQuoted(std::string& out, std::string_view text);
std::string quoted(std::string_view text);

/// %q of a rune: 'x'.
std::string quotedRune(char32_t rune);

/// %#U of a rune: U+0078 'x'.
std::string unicodeName(char32_t rune);

}  // namespace prome::model
