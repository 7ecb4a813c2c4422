// Text -> Query: lexer, recursive-descent parser and type check in one pass over the bytes.
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "promql/ast.h"

namespace prome::promql {

/// Which language is accepted. Defaults: everything (the router must understand whatever a shard may).
struct ParserOptions {
  bool experimental_functions = true;
  bool extended_range_selectors = true;  // anchored, smoothed
  bool binop_fill_modifiers = true;
  bool duration_expressions = true;
};

/// Nesting depth at which parsing stops with an error.
inline constexpr int kMaxDepth = 1000;

/// A parse or type error at `pos`. `what` is without position.
struct ParseError {
  PositionRange pos;
  std::string what;
  std::uint32_t line = 1;    // from 1
  std::uint32_t column = 1;  // from 1, in bytes

  /// Prometheus' wording: `1:3: parse error: unexpected ...`.
  std::string message() const;
};

class Arena;

/// A parsed query. Owns its text, nodes and strings; immutable; moving keeps pointers into it valid.
class Query {
 public:
  Query(std::string_view text);
  Query(Query&&) noexcept;
  Query& operator=(Query&&) noexcept;
  ~Query();

  std::string_view text() const;
  const Expr& root() const;
  /// Every VectorSelector of the tree, in text order.
  std::span<const Expr* const> selectors() const;
  /// True if the text uses a form that Prometheus 2.x does not parse although an older spelling exists
  /// (`[300]`, `{"up"}`, `1_000`): such text is re-printed before it goes to a shard.
  bool usesNewSpelling() const;

 private:
  friend class Parser;
  std::unique_ptr<Arena> arena_;
};

std::expected<Query, ParseError> parse(std::string_view text, const ParserOptions& options = {});

/// A `match[]` or `{...}` selector alone: matchers, no modifiers. Checks that one matcher excludes the empty string.
std::expected<Query, ParseError> parseMetricSelector(std::string_view text, const ParserOptions& options = {});

}  // namespace prome::promql
