// A regex over a whole label value and what to make of it: label_replace's two arguments, compiled.
//
// Immutable; may be shared by threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/dialect.h"
#include "model/regex.h"

namespace prome::model {

class RegexRewrite {
 public:
  /// `pattern` in the anchors label_replace puts around it, and `replacement` in Go's notation: $1, $name,
  /// ${1}, ${name} stand for submatches (no text where there is none), $$ for a dollar sign; a malformed
  /// reference is plain text. Null where `pattern` is no regex.
  static std::unique_ptr<const RegexRewrite> compile(std::string_view pattern, std::string_view replacement,
                                                     Dialect dialect = Dialect::kPrometheus3);
  ~RegexRewrite();

  /// What `text` becomes, if it matches.
  std::optional<std::string> apply(std::string_view text) const;

 private:
  /// Plain text, or the number of a submatch.
  using Piece = std::variant<std::string, int>;

  RegexRewrite();
  void parse(std::string_view replacement);
  void addText(std::string_view text);

  std::unique_ptr<re2::RE2> regex_;
  std::vector<Piece> pieces_;
};

}  // namespace prome::model
