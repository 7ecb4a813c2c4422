#include "promql/token.h"

#include <array>

#include "promql/char_class.h"
#include "promql/name_table.h"
#include "promql/quote.h"

namespace prome::promql {
namespace {

constexpr std::array<std::string_view, 39> kWords{
    "and",          "or",         "unless", "atan2",       "sum",        "avg",         "count",
    "min",          "max",        "group",  "stddev",      "stdvar",     "topk",        "bottomk",
    "count_values", "quantile",   "limitk", "limit_ratio", "offset",     "smoothed",    "anchored",
    "by",           "without",    "on",     "ignoring",    "group_left", "group_right", "fill",
    "fill_left",    "fill_right", "bool",   "start",       "end",        "step",        "range",
    "max_of",       "min_of",     "inf",    "nan"};

constexpr std::array<TokenKind, 39> kWordKinds{
    TokenKind::kAnd,      TokenKind::kOr,         TokenKind::kUnless,      TokenKind::kAtan2,
    TokenKind::kSum,      TokenKind::kAvg,        TokenKind::kCount,       TokenKind::kMin,
    TokenKind::kMax,      TokenKind::kGroup,      TokenKind::kStddev,      TokenKind::kStdvar,
    TokenKind::kTopk,     TokenKind::kBottomk,    TokenKind::kCountValues, TokenKind::kQuantile,
    TokenKind::kLimitk,   TokenKind::kLimitRatio, TokenKind::kOffset,      TokenKind::kSmoothed,
    TokenKind::kAnchored, TokenKind::kBy,         TokenKind::kWithout,     TokenKind::kOn,
    TokenKind::kIgnoring, TokenKind::kGroupLeft,  TokenKind::kGroupRight,  TokenKind::kFill,
    TokenKind::kFillLeft, TokenKind::kFillRight,  TokenKind::kBool,        TokenKind::kStart,
    TokenKind::kEnd,      TokenKind::kStep,       TokenKind::kRange,       TokenKind::kMaxOf,
    TokenKind::kMinOf,    TokenKind::kNumber,     TokenKind::kNumber};

constexpr std::size_t kLongestWord = 12;
constexpr NameTable<39, 128> kWordTable(kWords);

bool isKeyword(TokenKind kind) {
  return inRange(kind, TokenKind::kBool, TokenKind::kWithout);
}

}  // namespace

std::optional<TokenKind> findKeyword(std::string_view word) {
  if (word.size() > kLongestWord) return std::nullopt;
  std::array<char, kLongestWord> lower{};
  for (std::size_t i = 0; i < word.size(); ++i) lower[i] = toLower(word[i]);
  const auto index = kWordTable.find({lower.data(), word.size()});
  if (!index) return std::nullopt;
  return kWordKinds[*index];
}

bool isMetricName(TokenKind kind) {
  if (isAggregator(kind) || inRange(kind, TokenKind::kStart, TokenKind::kMinOf)) return true;
  switch (kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kMetricIdentifier:
    case TokenKind::kAnd:
    case TokenKind::kOr:
    case TokenKind::kUnless:
    case TokenKind::kBy:
    case TokenKind::kWithout:
    case TokenKind::kOffset:
    case TokenKind::kSmoothed:
    case TokenKind::kAnchored:
    case TokenKind::kFill:
    case TokenKind::kFillLeft:
    case TokenKind::kFillRight:
      return true;
    default:
      return false;
  }
}

bool isGroupingLabel(TokenKind kind) {
  if (kind == TokenKind::kWithout) return false;
  return isMetricName(kind) || isKeyword(kind) || kind == TokenKind::kAtan2;
}

std::string describe(const Token& token, std::string_view query) {
  const std::string_view text = query.substr(token.start, token.end - token.start);
  const auto shortened = [&] {
    if (text.size() <= 10) return quoted(text);
    std::size_t length = 0;
    for (int runes = 0; runes < 10 && length < text.size(); ++runes)
      length += decodeRune(text.substr(length)).width;
    return quoted(text.substr(0, length)) + "...";
  };
  switch (token.kind) {
    case TokenKind::kEof:
      return "end of input";
    case TokenKind::kIdentifier:
      return "identifier " + quoted(text);
    case TokenKind::kMetricIdentifier:
      return "metric identifier " + quoted(text);
    case TokenKind::kNumber:
      return "number " + shortened();
    case TokenKind::kDuration:
      return "duration " + shortened();
    case TokenKind::kString:
      return "string " + shortened();
    default:
      break;
  }
  if (isKeyword(token.kind)) return "<" + std::string(text) + ">";
  if (isOperator(token.kind)) return "<op:" + std::string(text) + ">";
  if (isAggregator(token.kind)) return "<aggr:" + std::string(text) + ">";
  return shortened();
}

}  // namespace prome::promql
