// Durations in brackets and after `offset`: a literal, or arithmetic over literals, step(), range(), min_of()
// and max_of(). A sign before a literal is folded into it and parentheses around a literal vanish.
//
// After `offset` a bare literal or call ends the duration (`x offset 5m + 3` adds 3 to x), while one that
// begins with a parenthesis or with two signs takes any arithmetic that follows: that is how Prometheus'
// grammar resolves it.
#include <algorithm>

#include "promql/duration.h"
#include "promql/parser_impl.h"

namespace prome::promql {
namespace {

constexpr int kSumPrecedence = 1;
constexpr int kProductPrecedence = 2;
constexpr int kPowerPrecedence = 3;

struct Operator {
  DurationOp op = DurationOp::kAdd;
  int precedence = 0;
};

std::optional<Operator> operatorOf(TokenKind kind) {
  switch (kind) {
    case TokenKind::kAdd:
      return Operator{DurationOp::kAdd, kSumPrecedence};
    case TokenKind::kSub:
      return Operator{DurationOp::kSub, kSumPrecedence};
    case TokenKind::kMul:
      return Operator{DurationOp::kMul, kProductPrecedence};
    case TokenKind::kDiv:
      return Operator{DurationOp::kDiv, kProductPrecedence};
    case TokenKind::kMod:
      return Operator{DurationOp::kMod, kProductPrecedence};
    case TokenKind::kPow:
      return Operator{DurationOp::kPow, kPowerPrecedence};
    default:
      return std::nullopt;
  }
}

bool isSign(TokenKind kind) {
  return kind == TokenKind::kAdd || kind == TokenKind::kSub;
}

bool isLiteral(TokenKind kind) {
  return kind == TokenKind::kNumber || kind == TokenKind::kDuration;
}

bool isCall(TokenKind kind) {
  return inRange(kind, TokenKind::kStep, TokenKind::kMinOf);
}

}  // namespace

std::nullptr_t Parser::unexpectedInDuration() {
  switch (duration_place_) {
    case DurationPlace::kRange:
      return unexpected("subquery or range selector", "number, duration, step(), or range()");
    case DurationPlace::kStep:
      return unexpected("subquery selector", "number, duration, step(), range(), or \"]\"");
    case DurationPlace::kOffset:
      return unexpected("offset", "number, duration, step(), or range()");
  }
  return nullptr;
}

Duration Parser::asDuration(const Expr& expr) {
  const auto* const literal = as<NumberLiteral>(expr);
  if (literal == nullptr) return {.expr = &expr, .pos = expr.pos};
  return {.nanos = nanosOfSeconds(literal->value), .pos = expr.pos};
}

std::optional<Duration> Parser::parsePositiveDuration(DurationPlace place) {
  duration_place_ = place;
  const bool old_spelling = nextIs(TokenKind::kDuration);
  const std::uint32_t before = taken_;
  const Expr* const expr = parseDurationExpr(0);
  if (expr == nullptr) return std::nullopt;
  if (const auto* const literal = as<NumberLiteral>(*expr)) {
    if (!(literal->value > 0)) {
      fail(expr->pos, "duration must be greater than 0");
      return std::nullopt;
    }
    if (!old_spelling || taken_ - before != 1) arena_->contents().new_spelling = true;
  }
  return asDuration(*expr);
}

std::optional<Duration> Parser::parseOffsetDuration() {
  duration_place_ = DurationPlace::kOffset;
  const std::uint32_t before = taken_;
  const std::uint32_t start = peek().start;
  const Expr* const expr = parseOffsetExpr();
  if (expr == nullptr) return std::nullopt;
  if (const auto* const literal = as<NumberLiteral>(*expr)) {
    const std::uint32_t tokens = text_[start] == '-' ? 2 : 1;
    if (!literal->is_duration || taken_ - before != tokens) arena_->contents().new_spelling = true;
  }
  return asDuration(*expr);
}

Expr* Parser::parseOffsetExpr() {
  const TokenKind first = peek().kind;
  if (isLiteral(first)) return parseDurationNumber(peek().pos());
  if (isCall(first)) return parseDurationCall();
  if (!isSign(first)) return parseDurationExpr(0);
  const Token sign = take();
  const TokenKind second = peek().kind;
  if (isLiteral(second)) {
    Expr* const number = parseDurationNumber(sign.pos());
    return number == nullptr ? nullptr : applySign(sign, number);
  }
  if (isCall(second)) {
    Expr* const call = parseDurationCall();
    if (call == nullptr) return nullptr;
    const DurationOp op = sign.kind == TokenKind::kSub ? DurationOp::kNegate : DurationOp::kPlus;
    return make(DurationExpr{.op = op, .lhs = call}, ValueType::kScalar, {sign.start, call->pos.end},
                call->depth);
  }
  if (second == TokenKind::kLeftParen) {
    Expr* const inner = parseDurationParens();
    return inner == nullptr ? nullptr : applySign(sign, inner);
  }
  Expr* operand = parseDurationExpr(kPowerPrecedence);
  if (operand == nullptr) return nullptr;
  operand = applySign(sign, operand);
  while (operand != nullptr) {
    const auto op = operatorOf(peek().kind);
    if (!op) return operand;
    operand = parseDurationBinary(operand, op->precedence);
  }
  return nullptr;
}

Expr* Parser::parseDurationExpr(int min_precedence) {
  const RecursionGuard guard(*this);
  if (!guard) return fail(peek().pos(), std::string(kTooDeep));
  Expr* lhs = nullptr;
  if (isSign(peek().kind)) {
    const Token sign = take();
    Expr* const operand = parseDurationExpr(kPowerPrecedence);
    lhs = operand == nullptr ? nullptr : applySign(sign, operand);
  } else {
    lhs = parseDurationOperand();
  }
  while (lhs != nullptr) {
    const auto op = operatorOf(peek().kind);
    if (!op || op->precedence < min_precedence) return lhs;
    lhs = parseDurationBinary(lhs, op->precedence);
  }
  return nullptr;
}

Expr* Parser::parseDurationBinary(Expr* lhs, int precedence) {
  const Token token = take();
  const DurationOp op = operatorOf(token.kind)->op;
  Expr* const rhs = parseDurationExpr(op == DurationOp::kPow ? precedence : precedence + 1);
  if (rhs == nullptr || !allowDurationExpr(*lhs)) return nullptr;
  const auto* const divisor = as<NumberLiteral>(*rhs);
  if (divisor != nullptr && divisor->value == 0) {
    if (op == DurationOp::kDiv) return fail(token.pos(), "division by zero");
    if (op == DurationOp::kMod) return fail(token.pos(), "modulo by zero");
  }
  return make(DurationExpr{.op = op, .lhs = lhs, .rhs = rhs}, ValueType::kScalar,
              {lhs->pos.start, rhs->pos.end}, std::max(lhs->depth, rhs->depth));
}

Expr* Parser::parseDurationOperand() {
  const TokenKind kind = peek().kind;
  if (isLiteral(kind)) return parseDurationNumber(peek().pos());
  if (isCall(kind)) return parseDurationCall();
  if (kind == TokenKind::kLeftParen) return parseDurationParens();
  return unexpectedInDuration();
}

Expr* Parser::parseDurationNumber(PositionRange range_error_pos) {
  const Token token = take();
  const bool spelling = arena_->contents().new_spelling;
  const auto value = numberValue(token);
  if (!value) return nullptr;
  if (durationOutOfRange(*value)) return fail(range_error_pos, "duration out of range");
  const bool is_duration = token.kind == TokenKind::kDuration;
  if (is_duration)
    arena_->contents().new_spelling = spelling;  // a duration where one belongs is as old as the language
  return make(NumberLiteral{.value = *value, .is_duration = is_duration}, ValueType::kScalar, token.pos());
}

Expr* Parser::parseDurationCall() {
  const Token name = take();
  const auto paren = [&](TokenKind kind) {
    if (nextIs(kind)) {
      take();
      return true;
    }
    unexpectedInDuration();
    return false;
  };
  if (!paren(TokenKind::kLeftParen)) return nullptr;
  DurationExpr node;
  int depth = 0;
  if (name.kind == TokenKind::kStep || name.kind == TokenKind::kRange) {
    node.op = name.kind == TokenKind::kStep ? DurationOp::kStep : DurationOp::kRange;
  } else {
    node.op = name.kind == TokenKind::kMinOf ? DurationOp::kMinOf : DurationOp::kMaxOf;
    const Expr* const lhs = parseDurationExpr(0);
    if (lhs == nullptr || !paren(TokenKind::kComma)) return nullptr;
    const Expr* const rhs = parseDurationExpr(0);
    if (rhs == nullptr) return nullptr;
    node.lhs = lhs;
    node.rhs = rhs;
    depth = std::max(lhs->depth, rhs->depth);
  }
  if (!paren(TokenKind::kRightParen)) return nullptr;
  Expr* const call = make(node, ValueType::kScalar, {name.start, last_end_}, depth);
  return call != nullptr && allowDurationExpr(*call) ? call : nullptr;
}

Expr* Parser::parseDurationParens() {
  const Token open = take();
  Expr* const inner = parseDurationExpr(0);
  if (inner == nullptr) return nullptr;
  if (!nextIs(TokenKind::kRightParen)) return unexpectedInDuration();
  take();
  if (!allowDurationExpr(*inner)) return nullptr;
  return wrapDuration(inner, {open.start, last_end_});
}

Expr* Parser::wrapDuration(Expr* inner, PositionRange pos) {
  const auto* const node = as<DurationExpr>(*inner);
  if (node == nullptr || node->op == DurationOp::kParen) return inner;
  return make(DurationExpr{.op = DurationOp::kParen, .lhs = inner}, ValueType::kScalar, pos, inner->depth);
}

Expr* Parser::applySign(const Token& op, Expr* operand) {
  if (auto* const number = std::get_if<NumberLiteral>(&operand->node)) {
    if (op.kind == TokenKind::kSub) number->value = -number->value;
    operand->pos.start = op.start;
    return operand;
  }
  if (op.kind == TokenKind::kAdd) return operand;
  return make(DurationExpr{.op = DurationOp::kNegate, .lhs = operand}, ValueType::kScalar,
              {op.start, operand->pos.end}, operand->depth);
}

bool Parser::allowDurationExpr(const Expr& expr) {
  if (!options_.duration_expressions) fail(expr.pos, "experimental duration expression is not enabled");
  return options_.duration_expressions;
}

}  // namespace prome::promql
