// TextEdits: changes to a query's text that keep every other byte where it is.
//
// Blanking keeps the length (newlines stay newlines), so that positions in a shard's errors and annotations
// are those of the original text. Insertions shift what follows; they are made only where nothing shorter
// says it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "promql/ast.h"

namespace prome::plan {

class TextEdits {
 public:
  explicit TextEdits(std::string_view text) : text_(text), out_(text) {}

  /// Replaces the bytes of `range` by blanks.
  void blank(promql::PositionRange range);
  /// Writes `text` over the blanked bytes from `at` on; they must be blank and enough.
  void overwrite(std::uint32_t at, std::string_view text);
  /// Inserts `text` before the byte at `at`, behind what was inserted there before.
  void insert(std::uint32_t at, std::string_view text);
  /// Encloses `range`: `before` goes in front of all that was inserted at its start, `after` behind it.
  void enclose(promql::PositionRange range, std::string_view before, std::string_view after);

  /// The original text.
  std::string_view text() const { return text_; }
  std::string apply() const;

 private:
  struct Insertion {
    std::uint32_t at;
    bool closing;  // closes what ends here: goes before what opens here
    std::string text;
  };

  std::string_view text_;
  std::string out_;
  std::vector<Insertion> insertions_;
};

}  // namespace prome::plan
