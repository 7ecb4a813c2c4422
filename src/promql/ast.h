// The PromQL syntax tree: a closed set of plain node structs, immutable once parsed.
//
// Every node, list and string lives in the arena of the Query that owns it (promql/parser.h); nodes are
// trivially destructible and refer to each other by plain pointers, so a tree is freed at one stroke and may
// be read from any number of threads. Positions are byte offsets into the query text, end exclusive.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

namespace prome::promql {

struct PositionRange {
  std::uint32_t start = 0;
  std::uint32_t end = 0;

  friend bool operator==(const PositionRange&, const PositionRange&) = default;
};

enum class ValueType : std::uint8_t { kNone, kScalar, kVector, kMatrix, kString };

enum class MatchType : std::uint8_t { kEqual, kNotEqual, kRegexp, kNotRegexp };

/// One matcher of a selector as written. `value` is unescaped; `pos` spans name, operator and value.
struct LabelMatcher {
  MatchType type = MatchType::kEqual;
  std::string_view name;
  std::string_view value;
  PositionRange pos;
};

struct Expr;
struct FunctionSignature;  // promql/functions.h

/// A duration in a range, offset or subquery step. A literal is `expr == nullptr` and its value `nanos`; an
/// expression (DurationExpr, or a number that is not known before `step()`/`range()` are) is `expr`.
struct Duration {
  std::int64_t nanos = 0;
  const Expr* expr = nullptr;
  PositionRange pos;
};

enum class AtModifier : std::uint8_t { kNone, kTimestamp, kStart, kEnd };

/// `offset` and `@` of a selector or subquery, in Prometheus' sense: `@` applies first, in any order written.
struct TimeShift {
  std::optional<Duration> offset;
  AtModifier at = AtModifier::kNone;
  std::int64_t at_ms = 0;  // milliseconds since the epoch, for kTimestamp
};

enum class RangeMode : std::uint8_t { kPlain, kAnchored, kSmoothed };

struct NumberLiteral {
  double value = 0;
  bool is_duration = false;  // written as `5m`, pretty-printed back so; print() says 300
};

struct StringLiteral {
  std::string_view value;  // unescaped, may hold any byte
};

/// `name` is the metric name given outside the braces or as a bare quoted string inside them (then
/// `quoted_name`); it also stands in `matchers` as an equality on `__name__`, as in Prometheus (`pos` of that
/// matcher is the name's).
struct VectorSelector {
  std::string_view name;
  bool quoted_name = false;
  std::span<const LabelMatcher> matchers;
  PositionRange name_pos;
  PositionRange braces_pos;  // from `{` to after `}`; empty where there are no braces
  TimeShift shift;
  RangeMode mode = RangeMode::kPlain;  // kSmoothed and kAnchored on an instant selector
};

struct MatrixSelector {
  const Expr* selector = nullptr;  // always a VectorSelector, which holds shift and mode
  Duration range;
};

struct SubqueryExpr {
  const Expr* expr = nullptr;
  Duration range;
  std::optional<Duration> step;
  TimeShift shift;
};

enum class UnaryOp : std::uint8_t { kPlus, kMinus };

struct UnaryExpr {
  UnaryOp op = UnaryOp::kMinus;
  const Expr* expr = nullptr;
};

enum class BinaryOp : std::uint8_t {
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
  kTrimLower,  // `</` and `>/` on native histograms
};

enum class MatchCardinality : std::uint8_t { kOneToOne, kManyToOne, kOneToMany, kManyToMany };

/// `on`/`ignoring`, grouping and fill of a binary operation between two vectors.
struct VectorMatching {
  MatchCardinality cardinality = MatchCardinality::kOneToOne;
  bool on = false;               // labels are those of `on`, else of `ignoring`
  bool explicit_labels = false;  // `on` or `ignoring` was written
  std::span<const std::string_view> labels;
  std::span<const std::string_view> include;  // of group_left/group_right
  std::optional<double> fill_left;
  std::optional<double> fill_right;
};

struct BinaryExpr {
  BinaryOp op = BinaryOp::kAdd;
  const Expr* lhs = nullptr;
  const Expr* rhs = nullptr;
  bool return_bool = false;
  std::optional<VectorMatching> matching;  // set iff both sides are vectors
  PositionRange op_pos;
};

enum class AggregateOp : std::uint8_t {
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
};

struct AggregateExpr {
  AggregateOp op = AggregateOp::kSum;
  const Expr* expr = nullptr;
  const Expr* param = nullptr;  // of topk, quantile, count_values, ...; else nullptr
  std::span<const std::string_view> grouping;
  bool without = false;
  bool explicit_grouping = false;  // `by ()` differs from nothing in print only
};

struct Call {
  const FunctionSignature* function = nullptr;
  std::span<const Expr* const> args;
};

struct ParenExpr {
  const Expr* expr = nullptr;
};

enum class DurationOp : std::uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMod,
  kPow,
  kNegate,
  kPlus,
  kStep,
  kRange,
  kMinOf,
  kMaxOf,
  kParen
};

/// Duration arithmetic in brackets and offsets. kPlus exists only as the sign of a whole offset, elsewhere a
/// plus sign is dropped. kStep and kRange have no operands, kNegate, kPlus and kParen only `lhs`. Leaves are
/// NumberLiteral (seconds).
struct DurationExpr {
  DurationOp op = DurationOp::kAdd;
  const Expr* lhs = nullptr;
  const Expr* rhs = nullptr;
};

struct Expr {
  using Node = std::variant<NumberLiteral, StringLiteral, VectorSelector, MatrixSelector, SubqueryExpr,
                            UnaryExpr, BinaryExpr, AggregateExpr, Call, ParenExpr, DurationExpr>;

  Node node;
  ValueType type = ValueType::kNone;
  std::uint16_t depth = 1;  // of the tree below, at most kMaxDepth (promql/parser.h)
  PositionRange pos;
};

/// The alternative `T` of `expr`, or nullptr.
template <class T>
const T* as(const Expr& expr) {
  return std::get_if<T>(&expr.node);
}

/// `expr` without the parentheses around it.
inline const Expr& withoutParens(const Expr& expr) {
  const Expr* at = &expr;
  while (const auto* paren = as<ParenExpr>(*at)) at = paren->expr;
  return *at;
}

}  // namespace prome::promql
