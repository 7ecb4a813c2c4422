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

/// Depth of the deepest tree. Parentheses, calls, modifiers and every step of a chain (`1 + 1 + ...`) count;
/// beyond it parsing stops with an error, so that whoever walks a tree may recurse.
inline constexpr int kMaxDepth = 1000;

/// A parse or type error at `pos`. `what` is without position.
struct ParseError {
  PositionRange pos;
  std::string what;
  /// From 1, in bytes; line 0 where the error concerns the text as a whole (`what` is then the message),
  /// column 0 in an empty text.
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  /// Prometheus' wording: `1:3: parse error: unexpected ...`.
  std::string message() const;
};

class Arena;

/// Hands a query's memory back to its thread.
struct ArenaRelease {
  void operator()(Arena* arena) const;
};

/// A parsed query. Owns its text, nodes and strings; immutable; moving keeps pointers into it valid.
class Query {
 public:
  Query(Query&&) noexcept = default;
  Query& operator=(Query&&) noexcept = default;
  ~Query() = default;

  std::string_view text() const;
  const Expr& root() const;
  /// Every VectorSelector of the tree, in text order.
  std::span<const Expr* const> selectors() const;
  /// True if the text uses a form that Prometheus 2.x does not parse although an older spelling exists
  /// (`[300]`, `{"up"}`, `1_000`): such text is re-printed before it goes to a shard.
  bool usesNewSpelling() const;

 private:
  friend class Parser;
  explicit Query(std::unique_ptr<Arena, ArenaRelease> arena) : arena_(std::move(arena)) {}

  std::unique_ptr<Arena, ArenaRelease> arena_;
};

std::expected<Query, ParseError> parse(std::string_view text, const ParserOptions& options = {});

enum class EmptySelector : std::uint8_t { kReject, kAccept };

/// A `match[]` selector alone: matchers, no modifiers. The root is a VectorSelector. Unless told otherwise
/// (federate accepts `{}`), one matcher must exclude the empty string.
std::expected<Query, ParseError> parseMetricSelector(std::string_view text, const ParserOptions& options = {},
                                                     EmptySelector empty = EmptySelector::kReject);

}  // namespace prome::promql
