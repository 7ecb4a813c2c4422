#include "promqltest/cursor.h"

#include <charconv>
#include <limits>

#include "model/sample.h"
#include "promql/char_class.h"
#include "promql/duration.h"
#include "promql/number_literal.h"

namespace prome::promqltest {

using promql::isAlpha;
using promql::isDigit;

bool Cursor::accept(char c) {
  if (peek() != c || atEnd()) return false;
  ++at_;
  return true;
}

bool Cursor::accept(std::string_view text) {
  if (!rest().starts_with(text)) return false;
  at_ += text.size();
  return true;
}

bool Cursor::skipBlanks() {
  const std::size_t from = at_;
  while (peek() == ' ' || peek() == '\t') ++at_;
  return at_ > from;
}

std::string_view Cursor::word() {
  const std::size_t from = at_;
  while (isAlpha(peek()) && peek() != 'x') ++at_;
  return since(from);
}

Notation<double> Cursor::number() {
  const std::size_t from = at_;
  if (isAlpha(peek())) {
    std::string lower;
    for (const char c : word()) lower += promql::toLower(c);
    if (lower == "inf") return std::numeric_limits<double>::infinity();
    if (lower == "nan") return model::kNormalNaN;
    return failAt(from, "expected a number, got \"" + std::string(since(from)) + "\"");
  }
  while (isDigit(peek()) || peek() == '.' || (isAlpha(peek()) && peek() != 'x')) {
    const bool exponent = peek() == 'e' || peek() == 'E';
    ++at_;
    if (exponent && (peek() == '+' || peek() == '-') && isDigit(peek(1))) ++at_;
  }
  const std::string_view text = since(from);
  if (text.empty()) return failAt(from, "expected a number");
  if (const auto value = promql::parseNumber(text)) return *value;
  if (const auto nanos = promql::parseDuration(text)) return promql::durationSeconds(*nanos);
  return failAt(from, "bad number \"" + std::string(text) + "\"");
}

Notation<double> Cursor::signedNumber() {
  if (accept('-')) {
    auto value = number();
    if (value) *value = -*value;
    return value;
  }
  accept('+');
  return number();
}

Notation<std::uint64_t> Cursor::count() {
  const std::size_t from = at_;
  while (isDigit(peek())) ++at_;
  const std::string_view digits = since(from);
  std::uint64_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{}) {
    return failAt(from, "expected a whole number");
  }
  return value;
}

Notation<std::int32_t> Cursor::integer() {
  const std::size_t from = at_;
  accept('-');
  while (isDigit(peek())) ++at_;
  const std::string_view digits = since(from);
  std::int32_t value = 0;
  if (std::from_chars(digits.data(), digits.data() + digits.size(), value).ec != std::errc{}) {
    return failAt(from, "expected a whole number");
  }
  return value;
}

}  // namespace prome::promqltest
