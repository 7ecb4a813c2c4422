// The recursive-descent parser behind promql/parser.h; included by its own sources only.
//
// One Parser parses one text. The next token is lexed no earlier than it is needed, and parsing stops at the
// first error, because Prometheus reports the first one it meets: which of two errors that is depends on when
// it looks at the next token. Functions returning a pointer return nullptr after an error.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "promql/arena.h"
#include "promql/ast.h"
#include "promql/lexer.h"
#include "promql/parser.h"
#include "promql/token.h"

namespace prome::promql {

class Parser {
 public:
  Parser(std::string_view text, const ParserOptions& options);

  std::expected<Query, ParseError> parseQuery();
  std::expected<Query, ParseError> parseSelector(EmptySelector empty);

 private:
  /// Whose error it is if a duration turns out malformed.
  enum class DurationPlace : std::uint8_t { kRange, kStep, kOffset };
  enum class Sign : std::uint8_t { kPlus, kMinus };

  // parser.cc: tokens, errors, nodes.
  const Token& peek();
  Token take();
  bool nextIs(TokenKind kind) { return peek().kind == kind; }
  /// Takes the next token if it is of `kind`; else complains as unexpected() does.
  bool expect(TokenKind kind);
  std::string_view textOf(const Token& token) const;
  std::nullptr_t fail(PositionRange pos, std::string what);
  /// The next token does not belong here.
  std::nullptr_t unexpected(std::string_view context, std::string_view expected = {});
  /// As above, where only what encloses the place can name it.
  std::nullptr_t unexpected();
  template <class Node>
  Expr* make(const Node& node, ValueType type, PositionRange pos, int child_depth = 0);
  std::expected<Query, ParseError> finish(const Expr* root);
  std::unexpected<ParseError> takeError();

  // parser_expr.cc: operators and operands.
  Expr* parseExpr(int min_precedence);
  Expr* parseUnary();
  Expr* parseOperand();
  Expr* parsePrimary();
  Expr* parseNamed();
  Expr* parseParens();
  Expr* parseNumberLiteral();
  Expr* parseStringLiteral();
  Expr* parseCall(const Token& name);
  bool parseArguments(ArenaList<const Expr*>& args);
  Expr* parseAggregate(const Token& op);
  Expr* makeAggregate(const Token& op, AggregateExpr node, const ArenaList<const Expr*>& args,
                      std::uint32_t end);
  bool parseGrouping(AggregateExpr& node);
  Expr* parseBinary(Expr* lhs, int precedence);
  bool parseBinaryModifiers(BinaryExpr& node, VectorMatching& matching, bool& has_matching);
  bool parseFill(VectorMatching& matching);
  std::optional<double> parseFillValue();
  std::optional<std::span<const std::string_view>> parseLabelList();
  std::optional<std::string_view> parseGroupingLabel();

  // parser_selector.cc: selectors and what may follow them.
  Expr* parseVectorSelector(std::optional<Token> name);
  bool parseMatchers(ArenaList<LabelMatcher>& matchers, VectorSelector& selector);
  bool parseMatcher(ArenaList<LabelMatcher>& matchers, VectorSelector& selector);
  bool checkMatcher(const LabelMatcher& matcher);
  Expr* parseBrackets(Expr* operand);
  Expr* makeMatrix(Expr* operand, const Token& bracket, const Duration& range);
  Expr* makeSubquery(Expr* operand, const Duration& range, std::optional<Duration> step);
  bool parseOffset(Expr* operand);
  bool parseAt(Expr* operand);
  bool applyAt(Expr* operand, AtModifier at, std::int64_t at_ms);
  std::optional<double> parseSignedNumber();
  bool applyRangeMode(Expr* operand, RangeMode mode);
  TimeShift* shiftOf(Expr* operand, std::string_view otherwise);

  // parser_duration.cc: ranges, steps, offsets and their arithmetic.
  std::optional<Duration> parsePositiveDuration(DurationPlace place);
  std::optional<Duration> parseOffsetDuration();
  Expr* parseOffsetExpr();
  Expr* parseDurationExpr(int min_precedence);
  Expr* parseDurationOperand();
  Expr* parseDurationNumber(PositionRange range_error_pos);
  Expr* parseDurationCall();
  Expr* parseDurationParens();
  Expr* parseDurationBinary(Expr* lhs, int precedence);
  Expr* wrapDuration(Expr* inner, PositionRange pos);
  Expr* applySign(const Token& op, Expr* operand);
  bool allowDurationExpr(const Expr& expr);
  std::nullptr_t unexpectedInDuration();
  Duration asDuration(const Expr& expr);

  std::optional<double> numberValue(const Token& token);

  Arena::Ptr arena_;
  const ParserOptions& options_;
  std::string_view text_;
  Lexer lexer_;
  Token token_;
  bool has_token_ = false;
  bool failed_ = false;
  int recursion_ = 0;
  int open_aggregations_ = 0;
  DurationPlace duration_place_ = DurationPlace::kRange;
  std::uint32_t taken_ = 0;     // tokens taken so far
  std::uint32_t last_end_ = 0;  // where the last one ended
  ArenaList<const Expr*> selectors_;
  ParseError error_;

  friend class RecursionGuard;
};

/// Counts a level of recursion; false once there are too many.
class RecursionGuard {
 public:
  explicit RecursionGuard(Parser& parser) : parser_(parser) { ++parser_.recursion_; }
  RecursionGuard(const RecursionGuard&) = delete;
  RecursionGuard& operator=(const RecursionGuard&) = delete;
  ~RecursionGuard() { --parser_.recursion_; }

  explicit operator bool() const { return parser_.recursion_ <= kMaxDepth; }

 private:
  Parser& parser_;
};

inline constexpr std::string_view kTooDeep = "expression nests too deeply (more than 1000 levels)";
static_assert(kMaxDepth == 1000);

template <class Node>
Expr* Parser::make(const Node& node, ValueType type, PositionRange pos, int child_depth) {
  if (child_depth >= kMaxDepth) return fail(pos, std::string(kTooDeep));
  return new (arena_->allocate(sizeof(Expr), alignof(Expr)))
      Expr{.node = node, .type = type, .depth = static_cast<std::uint16_t>(child_depth + 1), .pos = pos};
}

/// Nodes are constant for those who read a finished tree. Until then the parser, which made them, may change
/// them.
inline Expr& underConstruction(const Expr& expr) {
  return const_cast<Expr&>(expr);
}

/// The name of a type as in Prometheus' documentation and errors.
std::string_view documentedType(ValueType type);

}  // namespace prome::promql
