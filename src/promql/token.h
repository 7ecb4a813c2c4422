// The tokens of PromQL and how Prometheus' errors name them.
//
// A Token is a kind and a byte range of the query text: nothing is copied. Pure values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "promql/ast.h"

namespace prome::promql {

enum class TokenKind : std::uint8_t {
  kEof,
  kError,
  kIdentifier,
  kMetricIdentifier,
  kNumber,
  kDuration,
  kString,
  kLeftParen,
  kRightParen,
  kLeftBrace,
  kRightBrace,
  kLeftBracket,
  kRightBracket,
  kComma,
  kColon,
  kAssign,
  // Operators.
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kAtan2,
  kEqual,
  kNotEqual,
  kGreater,
  kLess,
  kGreaterEqual,
  kLessEqual,
  kAnd,
  kOr,
  kUnless,
  kTrimUpper,
  kTrimLower,
  kRegexMatch,
  kRegexNotMatch,
  kAt,
  // Aggregators, in the order of AggregateOp.
  kSum,
  kAvg,
  kCount,
  kMin,
  kMax,
  kGroup,
  kStddev,
  kStdvar,
  kTopk,
  kBottomk,
  kCountValues,
  kQuantile,
  kLimitk,
  kLimitRatio,
  // Keywords.
  kBool,
  kBy,
  kGroupLeft,
  kGroupRight,
  kFill,
  kFillLeft,
  kFillRight,
  kIgnoring,
  kOffset,
  kSmoothed,
  kAnchored,
  kOn,
  kWithout,
  // Names that are functions in some places and keywords in others.
  kStart,
  kEnd,
  kStep,
  kRange,
  kMaxOf,
  kMinOf,
};

struct Token {
  TokenKind kind = TokenKind::kEof;
  bool has_escapes = false;  // of a string: it is not its own value
  std::uint32_t start = 0;
  std::uint32_t end = 0;

  PositionRange pos() const { return {start, end}; }
};

constexpr bool inRange(TokenKind kind, TokenKind first, TokenKind last) {
  return kind >= first && kind <= last;
}
constexpr bool isAggregator(TokenKind kind) {
  return inRange(kind, TokenKind::kSum, TokenKind::kLimitRatio);
}
constexpr bool isOperator(TokenKind kind) {
  return inRange(kind, TokenKind::kAdd, TokenKind::kAt);
}
constexpr bool isBinaryOperator(TokenKind kind) {
  return inRange(kind, TokenKind::kAdd, TokenKind::kTrimLower);
}

/// Words that are more than a name: keywords, aggregators, word operators, `start`, `inf` (a number), ...; in
/// any case.
std::optional<TokenKind> findKeyword(std::string_view word);

/// May a token of this kind stand where a metric name is expected?
bool isMetricName(TokenKind kind);

/// May it stand in `by (...)` and its like?
bool isGroupingLabel(TokenKind kind);

/// As errors name it: `identifier "up"`, `<op:+>`, `<by>`, `"("`, `end of input`.
std::string describe(const Token& token, std::string_view query);

}  // namespace prome::promql
