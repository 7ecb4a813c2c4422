// Query text -> tokens, one at a time, without copying.
//
// The language is lexed in three modes (expressions, inside braces, inside brackets), as Prometheus' lexer
// does, so that every malformed text meets the same error at the same place. Not thread-safe; the text must
// outlive it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "promql/token.h"

namespace prome::promql {

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  /// The next token; comments are skipped. After kError (see error()) there is no further token.
  Token next();

  /// What is wrong, of the kError token.
  const std::string& error() const { return error_; }

 private:
  enum class Mode : std::uint8_t { kExpression, kBraces, kBrackets };

  Token lexExpression();
  Token lexBraces();
  Token lexBrackets();
  Token lexWord();
  Token lexBracketWord();
  Token lexNumberOrDuration();
  Token lexString();
  Token lexRawString();
  /// Checks the escape whose backslash was just read; false (and an error) if it is malformed.
  bool skipEscape(char quote);
  Token lexBang();
  Token lexRightParen();
  Token lexLeftBracket();
  bool scanNumber();
  bool scanExponent();
  bool scanDurationRest();
  bool followedByLeftParen() const;

  void skipSpaces();
  /// Skips spaces and comments, to the start of the next token.
  void skipBlanks();
  /// The byte at the cursor, or 0 at the end (a 0 byte in the text belongs to no class either).
  char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }
  bool atEnd() const { return pos_ >= text_.size(); }
  bool accept(char c);
  Token emit(TokenKind kind);
  Token emit(TokenKind kind, std::size_t length);
  Token fail(std::string what);
  Token failUnexpected(std::string_view what);
  std::string runeAt(std::size_t pos) const;

  std::string_view text_;
  std::size_t pos_ = 0;
  std::size_t start_ = 0;  // of the token being lexed
  Mode mode_ = Mode::kExpression;
  int paren_depth_ = 0;
  bool bracket_open_ = false;
  bool got_colon_ = false;
  bool got_duration_ = false;
  std::string error_;
};

}  // namespace prome::promql
