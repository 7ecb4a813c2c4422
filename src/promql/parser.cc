// Tokens, errors and the two entrances. The grammar is in parser_expr.cc, parser_selector.cc and
// parser_duration.cc.
//
// Errors carry the words of Prometheus' generated parser. There, a token that fits nowhere pops the parser's
// stack until a place is found that has something to say about errors; that place names the context ("in
// aggregation", "in label matching"). Here every parsing function knows what its own place would say, and
// unexpected() without arguments says what the nearest enclosing aggregation would.
#include "promql/parser.h"

#include <algorithm>
#include <cassert>
#include <limits>

#include "promql/parser_impl.h"
#include "promql/type_check.h"

namespace prome::promql {
namespace {

/// Positions are 32 bits wide.
constexpr std::size_t kMaxQueryBytes = std::numeric_limits<std::uint32_t>::max() / 2;

}  // namespace

Parser::Parser(std::string_view text, const ParserOptions& options)
    : arena_(Arena::acquire()),
      options_(options),
      text_(arena_->copy(text.substr(0, kMaxQueryBytes))),
      lexer_(text_),
      selectors_(*arena_) {
  arena_->contents().text = text_;
  if (text.size() > kMaxQueryBytes) fail({}, "query is too long");
}

std::expected<Query, ParseError> Parser::parseQuery() {
  if (nextIs(TokenKind::kEof)) {
    fail({}, "no expression found in input");
    return takeError();
  }
  Expr* const root = parseExpr(0);
  if (root == nullptr || !expect(TokenKind::kEof)) return takeError();
  if (auto error = checkTypes(*root)) {
    fail(error->pos, std::move(error->what));
    return takeError();
  }
  return finish(root);
}

std::expected<Query, ParseError> Parser::parseSelector(EmptySelector empty) {
  Expr* root = nullptr;
  if (nextIs(TokenKind::kLeftBrace)) {
    root = parseVectorSelector(std::nullopt);
  } else if (isMetricName(peek().kind)) {
    root = parseVectorSelector(take());
  } else {
    unexpected();
  }
  if (root == nullptr || !expect(TokenKind::kEof)) return takeError();
  if (empty == EmptySelector::kReject && !excludesEmpty(*as<VectorSelector>(*root))) {
    return std::unexpected(ParseError{.pos = root->pos,
                                      .what = "match[] must contain at least one non-empty matcher",
                                      .line = 0,
                                      .column = 0});
  }
  return finish(root);
}

std::expected<Query, ParseError> Parser::finish(const Expr* root) {
  arena_->contents().root = root;
  arena_->contents().selectors = selectors_.span();
  return Query(std::move(arena_));
}

std::unexpected<ParseError> Parser::takeError() {
  assert(failed_);
  const std::string_view before = text_.substr(0, error_.pos.start);
  error_.line = static_cast<std::uint32_t>(std::ranges::count(before, '\n')) + 1;
  const std::size_t line_start = before.rfind('\n') + 1;  // 0 if there is none: npos + 1
  error_.column = text_.empty() ? 0 : static_cast<std::uint32_t>(before.size() - line_start) + 1;
  return std::unexpected(std::move(error_));
}

const Token& Parser::peek() {
  if (has_token_) return token_;
  token_ = lexer_.next();
  has_token_ = true;
  if (token_.kind == TokenKind::kError) fail(token_.pos(), lexer_.error());
  return token_;
}

Token Parser::take() {
  peek();
  has_token_ = token_.kind == TokenKind::kEof || token_.kind == TokenKind::kError;
  ++taken_;
  last_end_ = token_.end;
  return token_;
}

bool Parser::expect(TokenKind kind) {
  if (!nextIs(kind)) {
    unexpected();
    return false;
  }
  take();
  return true;
}

std::string_view Parser::textOf(const Token& token) const {
  return text_.substr(token.start, token.end - token.start);
}

std::nullptr_t Parser::fail(PositionRange pos, std::string what) {
  if (!failed_) error_ = {.pos = pos, .what = std::move(what)};
  failed_ = true;
  return nullptr;
}

std::nullptr_t Parser::unexpected(std::string_view context, std::string_view expected) {
  if (failed_) return nullptr;
  std::string what = "unexpected " + describe(token_, text_);
  if (!context.empty()) (what += " in ") += context;
  if (!expected.empty()) (what += ", expected ") += expected;
  return fail(token_.pos(), std::move(what));
}

std::nullptr_t Parser::unexpected() {
  return unexpected(open_aggregations_ > 0 ? "aggregation" : "");
}

std::string ParseError::message() const {
  if (line == 0) return what;
  if (column == 0) return "unknown position: parse error: " + what;
  return std::to_string(line) + ":" + std::to_string(column) + ": parse error: " + what;
}

std::string_view documentedType(ValueType type) {
  switch (type) {
    case ValueType::kNone:
      return "none";
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "instant vector";
    case ValueType::kMatrix:
      return "range vector";
    case ValueType::kString:
      return "string";
  }
  return "none";
}

std::string_view Query::text() const {
  return arena_->contents().text;
}

const Expr& Query::root() const {
  return *arena_->contents().root;
}

std::span<const Expr* const> Query::selectors() const {
  return arena_->contents().selectors;
}

bool Query::usesNewSpelling() const {
  return arena_->contents().new_spelling;
}

std::expected<Query, ParseError> parse(std::string_view text, const ParserOptions& options) {
  return Parser(text, options).parseQuery();
}

std::expected<Query, ParseError> parseMetricSelector(std::string_view text, const ParserOptions& options,
                                                     EmptySelector empty) {
  return Parser(text, options).parseSelector(empty);
}

}  // namespace prome::promql
