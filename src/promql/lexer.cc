// The lexer follows Prometheus' state machine where it shows: which characters are an error in which mode,
// and what an error calls them and where. Three modes exist.
//
// Expressions: everything outside braces and brackets. Words may be keywords, in any case; `fill` and its kin
// only before a parenthesis.
//
// Braces: names are plain identifiers, whatever they spell, and `=~` and `!~` exist.
//
// Brackets: right after `[`, and for as long as no number was read, only duration arithmetic is allowed. A
// number leads back to expression mode with the bracket still open, where a word must be `step`, `range`,
// `max_of` or `min_of` and `:` separates a range from a step. That odd split is Prometheus' own; it decides
// which message a malformed range gets.
//
// A number is scanned loosely (number_literal.h judges it) and, where the rest looks like units, taken as a
// duration (duration.h judges that).
#include "promql/lexer.h"

#include <utility>

#include "promql/char_class.h"
#include "promql/quote.h"

namespace prome::promql {
namespace {

bool isWordByte(char c) {
  return isAlphaNumeric(c) || c == ':';
}

bool isDurationUnit(char c) {
  return c == 's' || c == 'm' || c == 'h' || c == 'd' || c == 'w' || c == 'y';
}

bool isHexDigit(char c) {
  return isDigit(c) || (toLower(c) >= 'a' && toLower(c) <= 'f');
}

bool isExponentMark(char c) {
  return c == 'e' || c == 'E';
}

int digitValue(char32_t c) {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return 16;
}

/// `step`, `range`, `max_of`, `min_of`: the words duration arithmetic knows start with one of these.
bool startsDurationWord(char c) {
  return toLower(c) == 's' || toLower(c) == 'r' || toLower(c) == 'm';
}

}  // namespace

Token Lexer::next() {
  switch (mode_) {
    case Mode::kExpression:
      return lexExpression();
    case Mode::kBraces:
      return lexBraces();
    case Mode::kBrackets:
      return lexBrackets();
  }
  return fail("unreachable");
}

void Lexer::skipSpaces() {
  while (pos_ < text_.size() && isSpace(text_[pos_])) ++pos_;
}

void Lexer::skipBlanks() {
  for (skipSpaces(); peek() == '#'; skipSpaces()) {
    while (!atEnd() && text_[pos_] != '\n' && text_[pos_] != '\r') ++pos_;
  }
}

bool Lexer::accept(char c) {
  if (atEnd() || text_[pos_] != c) return false;
  ++pos_;
  return true;
}

Token Lexer::emit(TokenKind kind) {
  return {.kind = kind, .start = static_cast<std::uint32_t>(start_), .end = static_cast<std::uint32_t>(pos_)};
}

Token Lexer::emit(TokenKind kind, std::size_t length) {
  pos_ = start_ + length;
  return emit(kind);
}

Token Lexer::fail(std::string what) {
  error_ = std::move(what);
  return {.kind = TokenKind::kError,
          .start = static_cast<std::uint32_t>(start_),
          .end = static_cast<std::uint32_t>(text_.size())};
}

std::string Lexer::runeAt(std::size_t pos) const {
  return quotedRune(decodeRune(text_.substr(pos)).value);
}

Token Lexer::failUnexpected(std::string_view what) {
  return fail(std::string(what) + runeAt(start_));
}

Token Lexer::lexExpression() {
  skipBlanks();
  start_ = pos_;
  if (atEnd()) {
    if (paren_depth_ != 0) return fail("unclosed left parenthesis");
    if (bracket_open_) return fail("unclosed left bracket");
    return emit(TokenKind::kEof);
  }
  const char c = text_[pos_];
  if (isAlpha(c) || c == ':') return bracket_open_ ? lexBracketWord() : lexWord();
  if (isDigit(c) || (c == '.' && isDigit(peek(1)))) return lexNumberOrDuration();
  switch (c) {
    case ',':
      return emit(TokenKind::kComma, 1);
    case '*':
      return emit(TokenKind::kMul, 1);
    case '/':
      return emit(TokenKind::kDiv, 1);
    case '%':
      return emit(TokenKind::kMod, 1);
    case '+':
      return emit(TokenKind::kAdd, 1);
    case '-':
      return emit(TokenKind::kSub, 1);
    case '^':
      return emit(TokenKind::kPow, 1);
    case '@':
      return emit(TokenKind::kAt, 1);
    case '=':
      if (peek(1) == '=') return emit(TokenKind::kEqual, 2);
      if (peek(1) == '~') return fail("unexpected character after '=': '~'");
      return emit(TokenKind::kAssign, 1);
    case '!':
      if (peek(1) == '=') return emit(TokenKind::kNotEqual, 2);
      return fail("unexpected character after '!': " + runeAt(pos_ + 1));
    case '<':
      if (peek(1) == '=') return emit(TokenKind::kLessEqual, 2);
      return peek(1) == '/' ? emit(TokenKind::kTrimUpper, 2) : emit(TokenKind::kLess, 1);
    case '>':
      if (peek(1) == '=') return emit(TokenKind::kGreaterEqual, 2);
      return peek(1) == '/' ? emit(TokenKind::kTrimLower, 2) : emit(TokenKind::kGreater, 1);
    case '"':
    case '\'':
      return lexString();
    case '`':
      return lexRawString();
    case '(':
      ++paren_depth_;
      return emit(TokenKind::kLeftParen, 1);
    case ')':
      return lexRightParen();
    case '{':
      mode_ = Mode::kBraces;
      return emit(TokenKind::kLeftBrace, 1);
    case '[':
      return lexLeftBracket();
    case ']':
      if (!bracket_open_) return failUnexpected("unexpected right bracket ");
      bracket_open_ = false;
      return emit(TokenKind::kRightBracket, 1);
    default:
      return failUnexpected("unexpected character: ");
  }
}

Token Lexer::lexRightParen() {
  if (--paren_depth_ >= 0) return emit(TokenKind::kRightParen, 1);
  start_ = ++pos_;
  return fail("unexpected right parenthesis ')'");
}

Token Lexer::lexLeftBracket() {
  if (bracket_open_) return failUnexpected("unexpected left bracket ");
  got_colon_ = false;
  bracket_open_ = true;
  mode_ = Mode::kBrackets;
  return emit(TokenKind::kLeftBracket, 1);
}

Token Lexer::lexWord() {
  bool has_colon = false;
  for (; pos_ < text_.size() && isWordByte(text_[pos_]); ++pos_) has_colon |= text_[pos_] == ':';
  if (has_colon) return emit(TokenKind::kMetricIdentifier);
  const auto keyword = findKeyword(text_.substr(start_, pos_ - start_));
  if (!keyword) return emit(TokenKind::kIdentifier);
  if (inRange(*keyword, TokenKind::kFill, TokenKind::kFillRight) && !followedByLeftParen()) {
    return emit(TokenKind::kIdentifier);
  }
  return emit(*keyword);
}

bool Lexer::followedByLeftParen() const {
  std::size_t pos = pos_;
  while (pos < text_.size() && isSpace(text_[pos])) ++pos;
  return pos < text_.size() && text_[pos] == '(';
}

Token Lexer::lexBracketWord() {
  if (peek() == ':') {
    if (got_colon_) return fail("unexpected colon ':'");
    got_colon_ = true;
    return emit(TokenKind::kColon, 1);
  }
  const char first = peek();
  if (startsDurationWord(first)) {
    while (pos_ < text_.size() && isAlpha(text_[pos_])) ++pos_;
    const auto keyword = findKeyword(text_.substr(start_, pos_ - start_));
    if (keyword && inRange(*keyword, TokenKind::kStep, TokenKind::kMinOf)) return emit(*keyword);
  }
  if (mode_ == Mode::kBrackets) return failUnexpected("unexpected character in duration expression: ");
  return fail("unexpected character: " + quotedRune(static_cast<unsigned char>(first)) + ", expected ':'");
}

Token Lexer::lexBrackets() {
  skipSpaces();
  start_ = pos_;
  if (atEnd()) return fail("unexpected end of input in duration expression");
  const char c = text_[pos_];
  if (isDigit(c) || (c == '.' && isDigit(peek(1)))) {
    got_duration_ = true;
    mode_ = Mode::kExpression;
    return lexNumberOrDuration();
  }
  if (startsDurationWord(c)) return lexBracketWord();
  switch (c) {
    case ']':
      bracket_open_ = false;
      got_colon_ = false;
      mode_ = Mode::kExpression;
      return emit(TokenKind::kRightBracket, 1);
    case ':':
      start_ = ++pos_;
      if (!got_duration_) return fail("unexpected colon before duration in duration expression");
      if (got_colon_) return fail("unexpected repeated colon in duration expression");
      got_colon_ = true;
      --start_;
      return emit(TokenKind::kColon);
    case '(':
      ++paren_depth_;
      return emit(TokenKind::kLeftParen, 1);
    case ')':
      return lexRightParen();
    case '+':
      return emit(TokenKind::kAdd, 1);
    case '-':
      return emit(TokenKind::kSub, 1);
    case '*':
      return emit(TokenKind::kMul, 1);
    case '/':
      return emit(TokenKind::kDiv, 1);
    case '%':
      return emit(TokenKind::kMod, 1);
    case '^':
      return emit(TokenKind::kPow, 1);
    case ',':
      return emit(TokenKind::kComma, 1);
    default:
      return failUnexpected("unexpected character in duration expression: ");
  }
}

Token Lexer::lexBraces() {
  skipBlanks();
  start_ = pos_;
  if (atEnd()) return fail("unexpected end of input inside braces");
  const char c = text_[pos_];
  if (isAlpha(c)) {
    while (pos_ < text_.size() && isAlphaNumeric(text_[pos_])) ++pos_;
    return emit(TokenKind::kIdentifier);
  }
  switch (c) {
    case ',':
      return emit(TokenKind::kComma, 1);
    case '"':
    case '\'':
      return lexString();
    case '`':
      return lexRawString();
    case '=':
      return peek(1) == '~' ? emit(TokenKind::kRegexMatch, 2) : emit(TokenKind::kAssign, 1);
    case '!':
      if (peek(1) == '~') return emit(TokenKind::kRegexNotMatch, 2);
      if (peek(1) == '=') return emit(TokenKind::kNotEqual, 2);
      return fail("unexpected character after '!' inside braces: " + runeAt(pos_ + 1));
    case '{':
      return failUnexpected("unexpected left brace ");
    case '}':
      mode_ = Mode::kExpression;
      return emit(TokenKind::kRightBrace, 1);
    default:
      return failUnexpected("unexpected character inside braces: ");
  }
}

Token Lexer::lexString() {
  const char quote = text_[pos_++];
  bool has_escapes = false;
  while (pos_ < text_.size()) {
    const char c = text_[pos_];
    if (c == quote) {
      ++pos_;
      Token token = emit(TokenKind::kString);
      token.has_escapes = has_escapes;
      return token;
    }
    if (c == '\n') break;
    if (c == '\\') {
      ++pos_;
      has_escapes = true;
      if (!skipEscape(quote)) return fail(std::move(error_));
    } else if (static_cast<unsigned char>(c) < 0x80) {
      ++pos_;
    } else {
      const Rune rune = decodeRune(text_.substr(pos_));
      if (rune.value == kRuneError) return fail("invalid UTF-8 rune");
      pos_ += rune.width;
    }
  }
  return fail("unterminated quoted string");
}

Token Lexer::lexRawString() {
  for (++pos_; pos_ < text_.size();) {
    const char c = text_[pos_];
    if (c == '`') return emit(TokenKind::kString, pos_ + 1 - start_);
    if (static_cast<unsigned char>(c) < 0x80) {
      ++pos_;
      continue;
    }
    const Rune rune = decodeRune(text_.substr(pos_));
    if (rune.value == kRuneError) return fail("invalid UTF-8 rune");
    pos_ += rune.width;
  }
  return fail("unterminated raw string");
}

bool Lexer::skipEscape(char quote) {
  const auto reject = [&](std::string what) {
    error_ = std::move(what);
    return false;
  };
  if (atEnd()) return reject("escape sequence not terminated");
  const char c = text_[pos_];
  int digits = 0;
  int base = 16;
  char32_t max = kMaxRune;
  switch (c) {
    case 'a':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
    case 'v':
    case '\\':
      ++pos_;
      return true;
    case 'x':
      digits = 2;
      max = 255;
      ++pos_;
      break;
    case 'u':
      digits = 4;
      ++pos_;
      break;
    case 'U':
      digits = 8;
      ++pos_;
      break;
    default:
      if (c == quote) {
        ++pos_;
        return true;
      }
      if (c < '0' || c > '7') {
        return reject("unknown escape sequence " + unicodeName(decodeRune(text_.substr(pos_)).value));
      }
      digits = 3;
      base = 8;
      max = 255;
  }
  std::uint32_t value = 0;
  for (; digits > 0; --digits) {
    if (atEnd()) return reject("escape sequence not terminated");
    const Rune rune = decodeRune(text_.substr(pos_));
    const int digit = digitValue(rune.value);
    if (digit >= base) return reject("illegal character " + unicodeName(rune.value) + " in escape sequence");
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
    ++pos_;
  }
  if (value > max || (value >= 0xD800 && value < 0xE000)) {
    return reject("escape sequence is an invalid Unicode code point");
  }
  return true;
}

Token Lexer::lexNumberOrDuration() {
  // Nearly every number is a run of decimal digits.
  while (pos_ < text_.size() && isDigit(text_[pos_])) ++pos_;
  const char after = peek();
  if (!isAlphaNumeric(after) && after != '.') return emit(TokenKind::kNumber);
  if (!isDurationUnit(after)) {
    pos_ = start_;
    if (scanNumber()) return emit(TokenKind::kNumber);
  }
  if (scanDurationRest()) return emit(TokenKind::kDuration);
  return fail("bad number or duration syntax: " + quoted(text_.substr(start_, pos_ - start_)));
}

bool Lexer::scanExponent() {
  ++pos_;
  if (peek() == '+' || peek() == '-') ++pos_;
  if (peek() == '.' || peek() == '_' || isExponentMark(peek())) {
    ++pos_;
    return false;
  }
  return !atEnd();
}

bool Lexer::scanNumber() {
  const std::size_t begin = pos_;
  bool hex = false;
  if (accept('0') && (accept('x') || accept('X'))) {
    accept('_');
    hex = true;
  }
  const auto is_digit = [&] { return hex ? isHexDigit(peek()) : isDigit(peek()); };
  accept('.');
  if (is_digit()) ++pos_;
  bool dot_seen = false;
  bool exponent_seen = false;
  while (true) {
    const char c = peek();
    if (c == '.') {
      ++pos_;
      if (std::exchange(dot_seen, true)) return false;
      if (peek() == '.' || peek() == '_') {
        ++pos_;
        return false;
      }
      if (hex) return false;
    } else if (isExponentMark(c)) {
      if (exponent_seen) {
        ++pos_;
        return false;
      }
      exponent_seen = true;
      if (!scanExponent()) return false;
    } else if (c == '_') {
      ++pos_;
      if (peek() == '.' || peek() == '_' || isExponentMark(peek())) {
        ++pos_;
        return false;
      }
      if (atEnd()) return false;
    } else if (is_digit()) {
      while (is_digit()) ++pos_;
    } else {
      break;
    }
  }
  return pos_ != begin && !isAlphaNumeric(peek());
}

bool Lexer::scanDurationRest() {
  if (!isDurationUnit(peek())) return false;
  ++pos_;
  accept('s');
  while (isDigit(peek())) {
    while (isDigit(peek())) ++pos_;
    if (!isDurationUnit(peek()) || peek() == 'y') return false;
    ++pos_;
    accept('s');
  }
  if (!isAlphaNumeric(peek())) return true;
  ++pos_;
  return false;
}

}  // namespace prome::promql
