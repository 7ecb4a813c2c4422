// The lines of a script, trimmed, and words of one line with their columns. Point into the script's text.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "promqltest/script.h"

namespace prome::promqltest {

struct ScriptLine {
  std::size_t number = 0;  // from 1
  std::size_t column = 1;  // of the first byte of `text` in the line as written
  std::string_view text;   // empty for comments

  bool empty() const { return text.empty(); }
  /// An error at byte `offset` of `text`.
  std::unexpected<ScriptError> fail(std::size_t offset, std::string message) const {
    return std::unexpected(ScriptError{number, column + offset, std::move(message)});
  }
};

std::vector<ScriptLine> splitLines(std::string_view text);

/// Takes words off the front of a line.
class LineWords {
 public:
  explicit LineWords(const ScriptLine& line) : line_(line) {}

  /// The next word; empty at the end.
  std::string_view next();
  /// Takes the next word if it is `word`, else says that it was expected.
  std::expected<void, ScriptError> expect(std::string_view word);
  /// A duration as the next word (`5m`, `0`), in milliseconds.
  std::expected<std::int64_t, ScriptError> duration(std::string_view what);
  /// What is left, without blanks in front.
  std::string_view rest();
  /// Offset in the line's text of what next() and rest() gave last.
  std::size_t offset() const { return offset_; }

 private:
  const ScriptLine& line_;
  std::size_t at_ = 0;
  std::size_t offset_ = 0;
};

}  // namespace prome::promqltest
