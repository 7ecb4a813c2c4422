// A reader's place in one line of script notation, with the tokens its parsers share.
//
// Points into the line, which must outlive it. Parsers return NotationError with the byte they stopped at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace prome::promqltest {

/// What is wrong, at byte `offset` of the line.
struct NotationError {
  std::size_t offset = 0;
  std::string message;
};

template <class T>
using Notation = std::expected<T, NotationError>;

class Cursor {
 public:
  explicit Cursor(std::string_view line, std::size_t at = 0) : line_(line), at_(at) {}

  std::size_t at() const { return at_; }
  bool atEnd() const { return at_ >= line_.size(); }
  /// The byte `ahead` of the cursor, 0 beyond the end.
  char peek(std::size_t ahead = 0) const { return at_ + ahead < line_.size() ? line_[at_ + ahead] : '\0'; }
  std::string_view rest() const { return line_.substr(at_); }
  std::string_view since(std::size_t from) const { return line_.substr(from, at_ - from); }
  void advance(std::size_t bytes = 1) { at_ += bytes; }

  bool accept(char c);
  bool accept(std::string_view text);
  /// Skips blanks; false where there were none.
  bool skipBlanks();
  /// A run of letters and underscores, maybe empty; ends before `x`, the repeat sign.
  std::string_view word();

  /// A number, Inf or NaN (any case), or a duration (seconds); no sign.
  Notation<double> number();
  /// As number, with an optional sign.
  Notation<double> signedNumber();
  /// Decimal digits.
  Notation<std::uint64_t> count();
  /// A whole number of 32 bits, maybe negative.
  Notation<std::int32_t> integer();

  std::unexpected<NotationError> fail(std::string message) const { return failAt(at_, std::move(message)); }
  static std::unexpected<NotationError> failAt(std::size_t offset, std::string message) {
    return std::unexpected(NotationError{offset, std::move(message)});
  }

 private:
  std::string_view line_;
  std::size_t at_;
};

}  // namespace prome::promqltest
