// Expressions by precedence climbing: parseExpr(p) takes operators that bind at least as tightly as `p`,
// loops over a chain of left-associative ones and recurses only into the right operand. A unary sign binds
// like `*`, so its operand is parseExpr(power): -2^2 is -(2^2) and -a * b is (-a) * b.
#include <array>
#include <cassert>

#include "promql/duration.h"
#include "promql/functions.h"
#include "promql/names.h"
#include "promql/number_literal.h"
#include "promql/parser_impl.h"
#include "promql/quote.h"
#include "promql/string_literal.h"

namespace prome::promql {
namespace {

constexpr int kPowerPrecedence = 6;
constexpr int kNoOperator = -1;

constexpr std::string_view kGroupingOpts = "grouping opts";

int precedence(TokenKind kind) {
  switch (kind) {
    case TokenKind::kOr:
      return 1;
    case TokenKind::kAnd:
    case TokenKind::kUnless:
      return 2;
    case TokenKind::kEqual:
    case TokenKind::kNotEqual:
    case TokenKind::kGreater:
    case TokenKind::kLess:
    case TokenKind::kGreaterEqual:
    case TokenKind::kLessEqual:
    case TokenKind::kTrimUpper:
    case TokenKind::kTrimLower:
      return 3;
    case TokenKind::kAdd:
    case TokenKind::kSub:
      return 4;
    case TokenKind::kMul:
    case TokenKind::kDiv:
    case TokenKind::kMod:
    case TokenKind::kAtan2:
      return 5;
    case TokenKind::kPow:
      return kPowerPrecedence;
    default:
      return kNoOperator;
  }
}

BinaryOp binaryOp(TokenKind kind) {
  switch (kind) {
    case TokenKind::kAdd:
      return BinaryOp::kAdd;
    case TokenKind::kSub:
      return BinaryOp::kSub;
    case TokenKind::kMul:
      return BinaryOp::kMul;
    case TokenKind::kDiv:
      return BinaryOp::kDiv;
    case TokenKind::kMod:
      return BinaryOp::kMod;
    case TokenKind::kPow:
      return BinaryOp::kPow;
    case TokenKind::kAtan2:
      return BinaryOp::kAtan2;
    case TokenKind::kEqual:
      return BinaryOp::kEqual;
    case TokenKind::kNotEqual:
      return BinaryOp::kNotEqual;
    case TokenKind::kGreater:
      return BinaryOp::kGreater;
    case TokenKind::kLess:
      return BinaryOp::kLess;
    case TokenKind::kGreaterEqual:
      return BinaryOp::kGreaterEqual;
    case TokenKind::kLessEqual:
      return BinaryOp::kLessEqual;
    case TokenKind::kAnd:
      return BinaryOp::kAnd;
    case TokenKind::kOr:
      return BinaryOp::kOr;
    case TokenKind::kUnless:
      return BinaryOp::kUnless;
    case TokenKind::kTrimUpper:
      return BinaryOp::kTrimUpper;
    default:
      assert(kind == TokenKind::kTrimLower);
      return BinaryOp::kTrimLower;
  }
}

AggregateOp aggregateOp(TokenKind kind) {
  assert(isAggregator(kind));
  return static_cast<AggregateOp>(static_cast<int>(kind) - static_cast<int>(TokenKind::kSum));
}
static_assert(static_cast<int>(TokenKind::kLimitRatio) - static_cast<int>(TokenKind::kSum) ==
              static_cast<int>(AggregateOp::kLimitRatio));

bool takesParameter(AggregateOp op) {
  return op >= AggregateOp::kTopk;
}

bool isSetOperator(BinaryOp op) {
  return op == BinaryOp::kAnd || op == BinaryOp::kOr || op == BinaryOp::kUnless;
}

bool startsExpr(TokenKind kind) {
  switch (kind) {
    case TokenKind::kNumber:
    case TokenKind::kDuration:
    case TokenKind::kString:
    case TokenKind::kLeftParen:
    case TokenKind::kLeftBrace:
    case TokenKind::kAdd:
    case TokenKind::kSub:
      return true;
    default:
      return isMetricName(kind);
  }
}

}  // namespace

Expr* Parser::parseExpr(int min_precedence) {
  const RecursionGuard guard(*this);
  if (!guard) return fail(peek().pos(), std::string(kTooDeep));
  const bool has_sign = nextIs(TokenKind::kAdd) || nextIs(TokenKind::kSub);
  Expr* lhs = has_sign ? parseUnary() : parseOperand();
  while (lhs != nullptr) {
    const int binding = precedence(peek().kind);
    if (binding == kNoOperator || binding < min_precedence) return lhs;
    lhs = parseBinary(lhs, binding);
  }
  return nullptr;
}

Expr* Parser::parseUnary() {
  const Token op = take();
  Expr* const operand = parseExpr(kPowerPrecedence);
  if (operand == nullptr) return nullptr;
  if (auto* const number = std::get_if<NumberLiteral>(&operand->node)) {
    if (op.kind == TokenKind::kSub) number->value = -number->value;
    operand->pos.start = op.start;
    return operand;
  }
  const UnaryOp unary = op.kind == TokenKind::kSub ? UnaryOp::kMinus : UnaryOp::kPlus;
  return make(UnaryExpr{.op = unary, .expr = operand}, operand->type, {op.start, operand->pos.end},
              operand->depth);
}

Expr* Parser::parseOperand() {
  Expr* operand = parsePrimary();
  while (operand != nullptr) {
    bool ok = true;
    switch (peek().kind) {
      case TokenKind::kLeftBracket:
        operand = parseBrackets(operand);
        break;
      case TokenKind::kOffset:
        ok = parseOffset(operand);
        break;
      case TokenKind::kAt:
        ok = parseAt(operand);
        break;
      case TokenKind::kAnchored:
        ok = applyRangeMode(operand, RangeMode::kAnchored);
        break;
      case TokenKind::kSmoothed:
        ok = applyRangeMode(operand, RangeMode::kSmoothed);
        break;
      default:
        return operand;
    }
    if (!ok) return nullptr;
  }
  return nullptr;
}

Expr* Parser::parsePrimary() {
  switch (peek().kind) {
    case TokenKind::kNumber:
    case TokenKind::kDuration:
      return parseNumberLiteral();
    case TokenKind::kString:
      return parseStringLiteral();
    case TokenKind::kLeftParen:
      return parseParens();
    case TokenKind::kLeftBrace:
      return parseVectorSelector(std::nullopt);
    default:
      return parseNamed();
  }
}

Expr* Parser::parseNamed() {
  if (!isMetricName(peek().kind)) return unexpected();
  const Token name = take();
  const TokenKind next = peek().kind;
  if (isAggregator(name.kind)) {
    if (next == TokenKind::kLeftParen || next == TokenKind::kBy || next == TokenKind::kWithout) {
      return parseAggregate(name);
    }
  } else if (next == TokenKind::kLeftParen && (name.kind == TokenKind::kIdentifier ||
                                               inRange(name.kind, TokenKind::kStart, TokenKind::kMinOf))) {
    return parseCall(name);
  }
  return parseVectorSelector(name);
}

Expr* Parser::parseParens() {
  const Token open = take();
  Expr* const inner = parseExpr(0);
  if (inner == nullptr || !expect(TokenKind::kRightParen)) return nullptr;
  return make(ParenExpr{inner}, inner->type, {open.start, last_end_}, inner->depth);
}

std::optional<double> Parser::numberValue(const Token& token) {
  const std::string_view text = textOf(token);
  if (token.kind == TokenKind::kDuration) {
    arena_->contents().new_spelling = true;
    auto nanos = parseDuration(text);
    if (nanos) return durationSeconds(*nanos);
    fail(token.pos(), std::move(nanos.error()));
    return std::nullopt;
  }
  auto value = parseNumber(text);
  if (!value) {
    fail(token.pos(), "error parsing number: " + value.error());
    return std::nullopt;
  }
  if (text.find('_') != std::string_view::npos) arena_->contents().new_spelling = true;
  return *value;
}

Expr* Parser::parseNumberLiteral() {
  const Token token = take();
  const auto value = numberValue(token);
  if (!value) return nullptr;
  return make(NumberLiteral{.value = *value, .is_duration = token.kind == TokenKind::kDuration},
              ValueType::kScalar, token.pos());
}

Expr* Parser::parseStringLiteral() {
  const Token token = take();
  return make(StringLiteral{stringValue(token, text_, *arena_)}, ValueType::kString, token.pos());
}

Expr* Parser::parseCall(const Token& name) {
  ArenaList<const Expr*> args(*arena_);
  if (!parseArguments(args)) return nullptr;
  const FunctionSignature* const function = findFunction(textOf(name));
  if (function == nullptr) return fail(name.pos(), "unknown function with name " + quoted(textOf(name)));
  if (function->experimental && !options_.experimental_functions) {
    return fail(name.pos(), "function " + quoted(textOf(name)) + " is not enabled");
  }
  int depth = 0;
  for (const Expr* const arg : args.span()) depth = std::max<int>(depth, arg->depth);
  return make(Call{.function = function, .args = args.span()}, function->return_type, {name.start, last_end_},
              depth);
}

bool Parser::parseArguments(ArenaList<const Expr*>& args) {
  if (!expect(TokenKind::kLeftParen)) return false;
  if (nextIs(TokenKind::kRightParen)) {
    take();
    return true;
  }
  while (true) {
    const Expr* const arg = parseExpr(0);
    if (arg == nullptr) return false;
    args.push(arg);
    if (!nextIs(TokenKind::kComma)) return expect(TokenKind::kRightParen);
    const Token comma = take();
    if (!startsExpr(peek().kind)) {
      fail(comma.pos(), "trailing commas not allowed in function call args");
      return false;
    }
  }
}

Expr* Parser::parseAggregate(const Token& op) {
  ++open_aggregations_;
  AggregateExpr node;
  node.op = aggregateOp(op.kind);
  const auto is_grouping = [&] { return nextIs(TokenKind::kBy) || nextIs(TokenKind::kWithout); };
  if (is_grouping() && !parseGrouping(node)) return nullptr;
  ArenaList<const Expr*> args(*arena_);
  if (!parseArguments(args)) return nullptr;
  if (!node.explicit_grouping && is_grouping() && !parseGrouping(node)) return nullptr;
  --open_aggregations_;
  return makeAggregate(op, node, args, last_end_);
}

Expr* Parser::makeAggregate(const Token& op, AggregateExpr node, const ArenaList<const Expr*>& args,
                            std::uint32_t end) {
  const PositionRange pos{op.start, end};
  if (args.size() == 0) return fail(pos, "no arguments for aggregate expression provided");
  const bool experimental = node.op == AggregateOp::kLimitk || node.op == AggregateOp::kLimitRatio;
  if (experimental && !options_.experimental_functions) {
    return fail(
        pos,
        std::string(node.op == AggregateOp::kLimitk ? "limitk" : "limit_ratio") +
            "() is experimental and must be enabled with --enable-feature=promql-experimental-functions");
  }
  const std::size_t wanted = takesParameter(node.op) ? 2 : 1;
  if (args.size() != wanted) {
    return fail(pos, "wrong number of arguments for aggregate expression provided, expected " +
                         std::to_string(wanted) + ", got " + std::to_string(args.size()));
  }
  node.expr = args[wanted - 1];
  int depth = node.expr->depth;
  if (wanted == 2) {
    node.param = args[0];
    depth = std::max<int>(depth, node.param->depth);
  }
  return make(node, ValueType::kVector, pos, depth);
}

bool Parser::parseGrouping(AggregateExpr& node) {
  node.without = take().kind == TokenKind::kWithout;
  node.explicit_grouping = true;
  const auto labels = parseLabelList();
  if (!labels) return false;
  node.grouping = *labels;
  return true;
}

Expr* Parser::parseBinary(Expr* lhs, int precedence) {
  const Token op = take();
  BinaryExpr node;
  node.op = binaryOp(op.kind);
  node.lhs = lhs;
  node.op_pos = op.pos();
  VectorMatching matching;
  bool has_matching = false;
  if (!parseBinaryModifiers(node, matching, has_matching)) return nullptr;
  const bool right_associative = op.kind == TokenKind::kPow;
  Expr* const rhs = parseExpr(right_associative ? precedence : precedence + 1);
  if (rhs == nullptr) return nullptr;
  node.rhs = rhs;
  const PositionRange pos{lhs->pos.start, rhs->pos.end};
  if ((matching.fill_left || matching.fill_right) && !options_.binop_fill_modifiers) {
    return fail(pos, "binop fill modifiers are experimental and not enabled");
  }
  if (isSetOperator(node.op) && matching.cardinality == MatchCardinality::kOneToOne) {
    matching.cardinality = MatchCardinality::kManyToMany;
  }
  // Between others than vectors a matching is an error or nothing: the type check tells and drops it.
  const bool vectors = lhs->type == ValueType::kVector && rhs->type == ValueType::kVector;
  if (vectors || has_matching) node.matching = matching;
  const bool scalars = lhs->type == ValueType::kScalar && rhs->type == ValueType::kScalar;
  return make(node, scalars ? ValueType::kScalar : ValueType::kVector, pos, std::max(lhs->depth, rhs->depth));
}

bool Parser::parseBinaryModifiers(BinaryExpr& node, VectorMatching& matching, bool& has_matching) {
  if (nextIs(TokenKind::kBool)) {
    take();
    node.return_bool = true;
  }
  if (nextIs(TokenKind::kOn) || nextIs(TokenKind::kIgnoring)) {
    has_matching = true;
    matching.on = take().kind == TokenKind::kOn;
    matching.explicit_labels = true;
    const auto labels = parseLabelList();
    if (!labels) return false;
    matching.labels = *labels;
    if (nextIs(TokenKind::kGroupLeft) || nextIs(TokenKind::kGroupRight)) {
      const bool left = take().kind == TokenKind::kGroupLeft;
      matching.cardinality = left ? MatchCardinality::kManyToOne : MatchCardinality::kOneToMany;
      if (nextIs(TokenKind::kLeftParen)) {
        const auto include = parseLabelList();
        if (!include) return false;
        matching.include = *include;
      } else if (!startsExpr(peek().kind)) {
        unexpected(kGroupingOpts, "\"(\"");
        return false;
      }
    }
  }
  if (!inRange(peek().kind, TokenKind::kFill, TokenKind::kFillRight)) return !failed_;
  has_matching = true;
  return parseFill(matching);
}

bool Parser::parseFill(VectorMatching& matching) {
  const TokenKind first = take().kind;
  const auto value = parseFillValue();
  if (!value) return false;
  if (first != TokenKind::kFillRight) matching.fill_left = *value;
  if (first != TokenKind::kFillLeft) matching.fill_right = *value;
  if (first == TokenKind::kFill) return true;
  const TokenKind second = first == TokenKind::kFillLeft ? TokenKind::kFillRight : TokenKind::kFillLeft;
  if (!nextIs(second)) return !failed_;
  take();
  const auto other = parseFillValue();
  if (!other) return false;
  (second == TokenKind::kFillLeft ? matching.fill_left : matching.fill_right) = *other;
  return true;
}

std::optional<double> Parser::parseFillValue() {
  if (!expect(TokenKind::kLeftParen)) return std::nullopt;
  const bool negative = nextIs(TokenKind::kSub);
  if (negative || nextIs(TokenKind::kAdd)) take();
  if (!nextIs(TokenKind::kNumber) && !nextIs(TokenKind::kDuration)) {
    unexpected();
    return std::nullopt;
  }
  const auto value = numberValue(take());
  if (!value || !expect(TokenKind::kRightParen)) return std::nullopt;
  return negative ? -*value : *value;
}

std::optional<std::span<const std::string_view>> Parser::parseLabelList() {
  if (!nextIs(TokenKind::kLeftParen)) {
    unexpected(kGroupingOpts, "\"(\"");
    return std::nullopt;
  }
  take();
  ArenaList<std::string_view> labels(*arena_);
  while (!nextIs(TokenKind::kRightParen)) {
    const auto label = parseGroupingLabel();
    if (!label) return std::nullopt;
    labels.push(*label);
    if (nextIs(TokenKind::kRightParen)) break;
    if (!nextIs(TokenKind::kComma)) {
      unexpected(kGroupingOpts, "\",\" or \")\"");
      return std::nullopt;
    }
    take();
  }
  take();
  return labels.span();
}

std::optional<std::string_view> Parser::parseGroupingLabel() {
  const Token token = peek();
  if (isGroupingLabel(token.kind)) return textOf(take());
  if (token.kind != TokenKind::kString) {
    unexpected(kGroupingOpts, "label");
    return std::nullopt;
  }
  take();
  const std::string_view label = stringValue(token, text_, *arena_);
  if (label.empty() || !isValidUtf8(label)) {
    fail(token.pos(), "invalid label name for grouping: " + quoted(label));
    return std::nullopt;
  }
  if (!needsQuotes(label, NameUse::kGrouping)) arena_->contents().new_spelling = true;
  return label;
}

}  // namespace prome::promql
