// Byte classes of the language, as one table lookup. Bytes above 0x7F belong to no class: PromQL is ASCII
// outside strings. Pure constants.
#pragma once

#include <array>
#include <cstdint>

namespace prome::promql {

enum class CharClass : std::uint8_t { kOther = 0, kDigit = 1, kAlpha = 2, kSpace = 4 };

namespace detail {

consteval std::array<CharClass, 256> makeCharClasses() {
  std::array<CharClass, 256> classes{};
  for (int c = '0'; c <= '9'; ++c) classes[static_cast<std::size_t>(c)] = CharClass::kDigit;
  for (int c = 'a'; c <= 'z'; ++c) classes[static_cast<std::size_t>(c)] = CharClass::kAlpha;
  for (int c = 'A'; c <= 'Z'; ++c) classes[static_cast<std::size_t>(c)] = CharClass::kAlpha;
  classes['_'] = CharClass::kAlpha;
  for (const char c : {' ', '\t', '\n', '\r'}) classes[static_cast<std::size_t>(c)] = CharClass::kSpace;
  return classes;
}

inline constexpr std::array<CharClass, 256> kCharClasses = makeCharClasses();

}  // namespace detail

constexpr CharClass charClass(char c) {
  return detail::kCharClasses[static_cast<unsigned char>(c)];
}
constexpr bool isSpace(char c) {
  return charClass(c) == CharClass::kSpace;
}
constexpr bool isDigit(char c) {
  return charClass(c) == CharClass::kDigit;
}
constexpr bool isAlpha(char c) {
  return charClass(c) == CharClass::kAlpha;
}
constexpr bool isAlphaNumeric(char c) {
  return isAlpha(c) || isDigit(c);
}
constexpr char toLower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace prome::promql
