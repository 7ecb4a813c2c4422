// Label regexes as Prometheus matches them: RE2 syntax, anchored at both ends. A dot matches a newline
// in 3.x,
// `^(?s:re)$`, and not in 2.x, `^(?:re)$`.
//
// A Regex is immutable and may be shared by threads. Patterns that are plain text or alternatives of plain
// text are compared, not compiled. Compiled ones are kept in a bounded cache per thread (a compile costs
// about 13 us).
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/dialect.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace prome::model {

/// Bytes one compiled regex may use for its program and its automata.
inline constexpr std::int64_t kMaxRegexBytes = std::int64_t{8} << 20;

/// Compiled regexes a thread keeps for each dialect.
inline constexpr std::size_t kMaxCachedRegexes = 64;

class Regex {
 public:
  /// The compiled `pattern`, or what is wrong with it, as Go says it:
  /// "error parsing regexp: missing closing ): `a(b`".
  static std::expected<Regex, std::string> compile(std::string_view pattern,
                                                   Dialect dialect = Dialect::kPrometheus3);

  Regex(Regex&&) noexcept;
  Regex& operator=(Regex&&) noexcept;
  ~Regex();

  /// Does the whole of `text` match?
  bool matches(std::string_view text) const;

  /// The texts it matches and no others, sorted, if the pattern lists them (`a|b|c`); else empty.
  std::span<const std::string> literals() const { return literals_; }

 private:
  Regex();

  std::vector<std::string> literals_;
  std::unique_ptr<re2::RE2> compiled_;  // null where literals_ says it all
};

using RegexPtr = std::shared_ptr<const Regex>;

/// As Regex::compile, from this thread's cache.
std::expected<RegexPtr, std::string> cachedRegex(std::string_view pattern,
                                                 Dialect dialect = Dialect::kPrometheus3);

/// What is wrong with `pattern`, if anything. Costs next to nothing for plain text and for cached patterns.
std::optional<std::string> regexError(std::string_view pattern, Dialect dialect = Dialect::kPrometheus3);

}  // namespace prome::model
