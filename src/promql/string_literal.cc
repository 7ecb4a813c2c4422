#include "promql/string_literal.h"

#include <cassert>
#include <charconv>
#include <cstdint>
#include <string>

#include "promql/quote.h"

namespace prome::promql {
namespace {

char simpleEscape(char c) {
  switch (c) {
    case 'a':
      return '\a';
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
    case 'v':
      return '\v';
    default:
      return c;  // a backslash or the quote
  }
}

/// Resolves the escape after the backslash at the start of `rest`, and drops it from there.
void appendEscape(std::string& out, std::string_view& rest) {
  const char c = rest[1];
  std::size_t skip = 2;
  std::size_t digits = 0;
  int base = 16;
  if (c == 'x') digits = 2;
  if (c == 'u') digits = 4;
  if (c == 'U') digits = 8;
  if (c >= '0' && c <= '7') {
    skip = 1;
    digits = 3;
    base = 8;
  }
  rest.remove_prefix(skip);
  if (digits == 0) {
    out += simpleEscape(c);
    return;
  }
  assert(rest.size() >= digits);
  std::uint32_t value = 0;
  std::from_chars(rest.data(), rest.data() + digits, value, base);
  rest.remove_prefix(digits);
  if (c == 'u' || c == 'U') {
    appendUtf8(out, value);
  } else {
    out += static_cast<char>(static_cast<unsigned char>(value));
  }
}

}  // namespace

std::string_view stringValue(const Token& token, std::string_view query, Arena& arena) {
  std::string_view rest = query.substr(token.start + 1, token.end - token.start - 2);
  if (!token.has_escapes) return rest;
  std::string value;
  value.reserve(rest.size());
  while (!rest.empty()) {
    const std::size_t plain = std::min(rest.find('\\'), rest.size());
    value.append(rest.substr(0, plain));
    rest.remove_prefix(plain);
    if (!rest.empty()) appendEscape(value, rest);
  }
  return arena.copy(value);
}

}  // namespace prome::promql
