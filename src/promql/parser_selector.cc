// Vector selectors with their matchers, and the modifiers that may follow an operand: ranges and subqueries
// in brackets, offset, @, anchored and smoothed. Modifiers are accepted in any order; `@` always applies
// first.
#include <cmath>
#include <cstdio>

#include "model/regex.h"
#include "promql/duration.h"
#include "promql/names.h"
#include "promql/parser_impl.h"
#include "promql/string_literal.h"

namespace prome::promql {
namespace {

constexpr std::string_view kLabelMatching = "label matching";

std::optional<MatchType> matchType(TokenKind kind) {
  switch (kind) {
    case TokenKind::kAssign:
      return MatchType::kEqual;
    case TokenKind::kNotEqual:
      return MatchType::kNotEqual;
    case TokenKind::kRegexMatch:
      return MatchType::kRegexp;
    case TokenKind::kRegexNotMatch:
      return MatchType::kNotRegexp;
    default:
      return std::nullopt;
  }
}

/// What Go's %f prints of a value that is no timestamp.
std::string fixedText(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::string text(400, '\0');
  text.resize(static_cast<std::size_t>(std::snprintf(text.data(), text.size(), "%f", value)));
  return text;
}

}  // namespace

Expr* Parser::parseVectorSelector(std::optional<Token> name) {
  VectorSelector selector;
  ArenaList<LabelMatcher> matchers(*arena_);
  PositionRange pos = name ? name->pos() : peek().pos();
  if (nextIs(TokenKind::kLeftBrace)) {
    selector.braces_pos.start = take().start;
    if (!parseMatchers(matchers, selector)) return nullptr;
    selector.braces_pos.end = last_end_;
    pos.end = last_end_;
  }
  if (failed_) return nullptr;
  if (name) {
    selector.name = textOf(*name);
    selector.quoted_name = false;
    selector.name_pos = name->pos();
    matchers.push(
        {.type = MatchType::kEqual, .name = kMetricNameLabel, .value = selector.name, .pos = name->pos()});
  }
  selector.matchers = matchers.span();
  Expr* const expr = make(selector, ValueType::kVector, pos);
  selectors_.push(expr);
  return expr;
}

bool Parser::parseMatchers(ArenaList<LabelMatcher>& matchers, VectorSelector& selector) {
  while (!nextIs(TokenKind::kRightBrace)) {
    if (!parseMatcher(matchers, selector)) return false;
    if (nextIs(TokenKind::kRightBrace)) break;
    if (!nextIs(TokenKind::kComma)) {
      unexpected(kLabelMatching, "\",\" or \"}\"");
      return false;
    }
    take();
  }
  take();
  return true;
}

bool Parser::parseMatcher(ArenaList<LabelMatcher>& matchers, VectorSelector& selector) {
  const Token name = peek();
  const bool is_quoted = name.kind == TokenKind::kString;
  if (!is_quoted && name.kind != TokenKind::kIdentifier) {
    unexpected(kLabelMatching, "identifier or \"}\"");
    return false;
  }
  take();
  const std::string_view label = is_quoted ? stringValue(name, text_, *arena_) : textOf(name);
  const auto type = matchType(peek().kind);
  if (!type && is_quoted) {
    arena_->contents().new_spelling = true;
    if (!selector.quoted_name) {
      selector.name = label;
      selector.name_pos = name.pos();
    }
    selector.quoted_name = true;
    matchers.push({.type = MatchType::kEqual, .name = kMetricNameLabel, .value = label, .pos = name.pos()});
    return !failed_;
  }
  if (!type) {
    unexpected(kLabelMatching, "label matching operator");
    return false;
  }
  take();
  if (!nextIs(TokenKind::kString)) {
    unexpected(kLabelMatching, "string");
    return false;
  }
  const Token value = take();
  const LabelMatcher matcher{.type = *type,
                             .name = label,
                             .value = stringValue(value, text_, *arena_),
                             .pos = {name.start, value.end}};
  if (is_quoted && !needsQuotes(label, NameUse::kMatcher)) arena_->contents().new_spelling = true;
  matchers.push(matcher);
  return checkMatcher(matcher);
}

bool Parser::checkMatcher(const LabelMatcher& matcher) {
  if (matcher.type == MatchType::kEqual || matcher.type == MatchType::kNotEqual) return true;
  if (auto error = model::regexError(matcher.value)) {
    fail(matcher.pos, std::move(*error));
    return false;
  }
  return true;
}

Expr* Parser::parseBrackets(Expr* operand) {
  const Token bracket = take();
  const auto range = parsePositiveDuration(DurationPlace::kRange);
  if (!range) return nullptr;
  if (nextIs(TokenKind::kRightBracket)) {
    take();
    return makeMatrix(operand, bracket, *range);
  }
  if (!nextIs(TokenKind::kColon)) return unexpected("subquery or range", "\":\" or \"]\"");
  take();
  std::optional<Duration> step;
  if (!nextIs(TokenKind::kRightBracket)) {
    step = parsePositiveDuration(DurationPlace::kStep);
    if (!step) return nullptr;
    if (!nextIs(TokenKind::kRightBracket)) return unexpected("subquery selector", "\"]\"");
  }
  take();
  return makeSubquery(operand, *range, step);
}

Expr* Parser::makeMatrix(Expr* operand, const Token& bracket, const Duration& range) {
  const PositionRange brackets{bracket.start, last_end_};
  const auto* const selector = as<VectorSelector>(*operand);
  if (selector == nullptr) return fail(brackets, "ranges only allowed for vector selectors");
  const auto& offset = selector->shift.offset;
  if (offset && offset->expr == nullptr && offset->nanos != 0) {
    return fail(brackets, "no offset modifiers allowed before range");
  }
  if (selector->shift.at == AtModifier::kTimestamp)
    return fail(brackets, "no @ modifiers allowed before range");
  return make(MatrixSelector{.selector = operand, .range = range}, ValueType::kMatrix,
              {operand->pos.start, last_end_},
              std::max<int>(operand->depth, range.expr ? range.expr->depth : 0));
}

Expr* Parser::makeSubquery(Expr* operand, const Duration& range, std::optional<Duration> step) {
  int depth = operand->depth;
  if (range.expr != nullptr) depth = std::max<int>(depth, range.expr->depth);
  if (step && step->expr != nullptr) depth = std::max<int>(depth, step->expr->depth);
  return make(SubqueryExpr{.expr = operand, .range = range, .step = step, .shift = {}}, ValueType::kMatrix,
              {operand->pos.start, last_end_}, depth);
}

TimeShift* Parser::shiftOf(Expr* operand, std::string_view otherwise) {
  if (auto* const selector = std::get_if<VectorSelector>(&operand->node)) return &selector->shift;
  if (auto* const subquery = std::get_if<SubqueryExpr>(&operand->node)) return &subquery->shift;
  if (const auto* const matrix = as<MatrixSelector>(*operand)) {
    return &std::get<VectorSelector>(underConstruction(*matrix->selector).node).shift;
  }
  fail(operand->pos,
       std::string(otherwise) +
           " modifier must be preceded by an instant vector selector or range vector selector or a "
           "subquery");
  return nullptr;
}

bool Parser::parseOffset(Expr* operand) {
  take();
  const auto offset = parseOffsetDuration();
  if (!offset) return false;
  TimeShift* const shift = shiftOf(operand, "offset");
  if (shift == nullptr) return false;
  if (shift->offset && (shift->offset->expr != nullptr || shift->offset->nanos != 0)) {
    fail(operand->pos, "offset may not be set multiple times");
    return false;
  }
  shift->offset = *offset;
  operand->pos.end = last_end_;
  return true;
}

bool Parser::parseAt(Expr* operand) {
  take();
  const TokenKind kind = peek().kind;
  if (kind == TokenKind::kStart || kind == TokenKind::kEnd) {
    take();
    for (const TokenKind paren : {TokenKind::kLeftParen, TokenKind::kRightParen}) {
      if (!nextIs(paren)) {
        unexpected("@", "timestamp");
        return false;
      }
      take();
    }
    return applyAt(operand, kind == TokenKind::kStart ? AtModifier::kStart : AtModifier::kEnd, 0);
  }
  const auto seconds = parseSignedNumber();
  if (!seconds) return false;
  constexpr double kLimit = 9223372036854775808.0;
  if (!(*seconds > -kLimit && *seconds < kLimit)) {
    fail(operand->pos, "timestamp out of bounds for @ modifier: " + fixedText(*seconds));
    return false;
  }
  const double millis = std::round(*seconds * 1000);
  // Beyond 64 bits Go's conversion on amd64 gives the smallest integer.
  const bool fits = millis >= -kLimit && millis < kLimit;
  return applyAt(operand, AtModifier::kTimestamp,
                 fits ? static_cast<std::int64_t>(millis) : std::numeric_limits<std::int64_t>::min());
}

std::optional<double> Parser::parseSignedNumber() {
  const bool negative = nextIs(TokenKind::kSub);
  if (negative || nextIs(TokenKind::kAdd)) take();
  if (!nextIs(TokenKind::kNumber) && !nextIs(TokenKind::kDuration)) {
    unexpected("@", "timestamp");
    return std::nullopt;
  }
  const auto value = numberValue(take());
  if (!value) return std::nullopt;
  return negative ? -*value : *value;
}

bool Parser::applyAt(Expr* operand, AtModifier at, std::int64_t at_ms) {
  TimeShift* const shift = shiftOf(operand, "@");
  if (shift == nullptr) return false;
  if (shift->at != AtModifier::kNone) {
    fail(operand->pos, "@ <timestamp> may not be set multiple times");
    return false;
  }
  shift->at = at;
  shift->at_ms = at_ms;
  operand->pos.end = last_end_;
  return true;
}

bool Parser::applyRangeMode(Expr* operand, RangeMode mode) {
  take();
  const std::string name = mode == RangeMode::kAnchored ? "anchored" : "smoothed";
  const auto reject = [&](std::string what) {
    fail(operand->pos, std::move(what));
    return false;
  };
  if (!options_.extended_range_selectors) return reject(name + " modifier is experimental and not enabled");
  auto* selector = std::get_if<VectorSelector>(&operand->node);
  if (const auto* const matrix = as<MatrixSelector>(*operand)) {
    selector = std::get_if<VectorSelector>(&underConstruction(*matrix->selector).node);
  }
  if (selector == nullptr) {
    const bool subquery = as<SubqueryExpr>(*operand) != nullptr;
    return reject(name +
                  (subquery ? " modifier is not supported for subqueries" : " modifier not implemented"));
  }
  if (selector->mode != RangeMode::kPlain && selector->mode != mode) {
    return reject("anchored and smoothed modifiers cannot be used together");
  }
  selector->mode = mode;
  operand->pos.end = last_end_;
  return true;
}

}  // namespace prome::promql
