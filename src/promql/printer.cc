// One line, as Prometheus' Expr.String() prints it, but for the oldest spelling where a choice exists
// (printer_impl.h) and for the few trees that Prometheus prints as a text of another meaning:
//   - `Inf ^ 2` is printed without the plus sign that would bind to the whole power, and a negative literal
//   as the base
//     of a power in duration arithmetic keeps its parentheses;
//   - arithmetic after `offset` is parenthesized, and where a sign kept what follows out of it, it keeps that
//   sign:
//     `a offset +(1m + step()) + 5` adds 5 to `a`, without the sign it would be part of the offset;
//   - durations with a fraction of a millisecond are printed as seconds, not cut to `0s`;
//   - a selector without matchers, which info() takes, is `{}`;
//   - label names that are words of the grammar (`without`, `inf`) stay quoted.
#include "promql/printer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <variant>
#include <vector>

#include "base/number_format.h"
#include "promql/duration.h"
#include "promql/functions.h"
#include "promql/names.h"
#include "promql/printer_impl.h"
#include "promql/quote.h"

namespace prome::promql {
namespace {

std::string_view durationOpText(DurationOp op) {
  switch (op) {
    case DurationOp::kAdd:
      return " + ";
    case DurationOp::kSub:
      return " - ";
    case DurationOp::kMul:
      return " * ";
    case DurationOp::kDiv:
      return " / ";
    case DurationOp::kMod:
      return " % ";
    case DurationOp::kPow:
      return " ^ ";
    case DurationOp::kNegate:
      return "-";
    case DurationOp::kPlus:
      return "";
    case DurationOp::kStep:
      return "step()";
    case DurationOp::kRange:
      return "range()";
    case DurationOp::kMinOf:
      return "min_of(";
    case DurationOp::kMaxOf:
      return "max_of(";
    case DurationOp::kParen:
      return "(";
  }
  return "";
}

bool isArithmetic(const Expr& expr) {
  const auto* const node = as<DurationExpr>(expr);
  return node != nullptr && node->op <= DurationOp::kPow;
}

bool isParenthesized(const Expr& expr) {
  const auto* const node = as<DurationExpr>(expr);
  return node != nullptr && node->op == DurationOp::kParen;
}

/// After `offset`, an operator that follows would be taken for one of ours, or one of ours for one that
/// follows.
bool needsParensAfterOffset(const Expr& expr) {
  const auto* const node = as<DurationExpr>(expr);
  if (node == nullptr) return false;
  return isArithmetic(expr) || (node->op == DurationOp::kNegate && isArithmetic(*node->lhs));
}

}  // namespace

std::string_view operatorText(BinaryOp op) {
  switch (op) {
    case BinaryOp::kAdd:
      return "+";
    case BinaryOp::kSub:
      return "-";
    case BinaryOp::kMul:
      return "*";
    case BinaryOp::kDiv:
      return "/";
    case BinaryOp::kMod:
      return "%";
    case BinaryOp::kPow:
      return "^";
    case BinaryOp::kAtan2:
      return "atan2";
    case BinaryOp::kEqual:
      return "==";
    case BinaryOp::kNotEqual:
      return "!=";
    case BinaryOp::kGreater:
      return ">";
    case BinaryOp::kLess:
      return "<";
    case BinaryOp::kGreaterEqual:
      return ">=";
    case BinaryOp::kLessEqual:
      return "<=";
    case BinaryOp::kAnd:
      return "and";
    case BinaryOp::kOr:
      return "or";
    case BinaryOp::kUnless:
      return "unless";
    case BinaryOp::kTrimUpper:
      return "</";
    case BinaryOp::kTrimLower:
      return ">/";
  }
  return "";
}

std::string_view operatorText(AggregateOp op) {
  switch (op) {
    case AggregateOp::kSum:
      return "sum";
    case AggregateOp::kAvg:
      return "avg";
    case AggregateOp::kCount:
      return "count";
    case AggregateOp::kMin:
      return "min";
    case AggregateOp::kMax:
      return "max";
    case AggregateOp::kGroup:
      return "group";
    case AggregateOp::kStddev:
      return "stddev";
    case AggregateOp::kStdvar:
      return "stdvar";
    case AggregateOp::kTopk:
      return "topk";
    case AggregateOp::kBottomk:
      return "bottomk";
    case AggregateOp::kCountValues:
      return "count_values";
    case AggregateOp::kQuantile:
      return "quantile";
    case AggregateOp::kLimitk:
      return "limitk";
    case AggregateOp::kLimitRatio:
      return "limit_ratio";
  }
  return "";
}

std::string_view operatorText(UnaryOp op) {
  return op == UnaryOp::kMinus ? "-" : "+";
}

std::string_view operatorText(MatchType type) {
  switch (type) {
    case MatchType::kEqual:
      return "=";
    case MatchType::kNotEqual:
      return "!=";
    case MatchType::kRegexp:
      return "=~";
    case MatchType::kNotRegexp:
      return "!~";
  }
  return "";
}

std::string_view valueTypeName(ValueType type) {
  switch (type) {
    case ValueType::kNone:
      return "none";
    case ValueType::kScalar:
      return "scalar";
    case ValueType::kVector:
      return "vector";
    case ValueType::kMatrix:
      return "matrix";
    case ValueType::kString:
      return "string";
  }
  return "none";
}

void Printer::print(const Expr& expr) {
  if (full()) return;
  if (rules_ != nullptr) rules_->before(expr, out_);
  std::visit([this](const auto& node) { printNode(node); }, expr.node);
  if (rules_ != nullptr) rules_->after(expr, out_);
}

void Printer::printNode(const NumberLiteral& node) {
  if (!node.is_duration || spelling_ == Spelling::kOldest) {
    appendFixed(out_, node.value);
    return;
  }
  if (node.value < 0) out_ += '-';
  appendDuration(out_, nanosOfSeconds(std::round(std::abs(node.value) * 1000) / 1000));
}

void Printer::printNode(const StringLiteral& node) {
  appendQuoted(out_, node.value);
}

void Printer::printSeries(const VectorSelector& node) {
  bool outside = !node.name.empty() && !node.quoted_name;
  if (node.quoted_name && spelling_ == Spelling::kOldest) {
    const bool once = std::ranges::count(node.matchers, kMetricNameLabel, &LabelMatcher::name) == 1;
    const bool info = info_labels_ != nullptr && as<VectorSelector>(*info_labels_) == &node;
    outside = once && !info && !needsQuotes(node.name, NameUse::kMetric);
  }
  if (outside) out_ += node.name;
  const auto matchers = rules_ == nullptr ? node.matchers : rules_->matchersOf(node);
  if (matchers.empty()) out_ += "{}";
  printMatchers(matchers, outside, node.name);
}

void Printer::printMatchers(std::span<const LabelMatcher> matchers, bool name_is_outside,
                            std::string_view name) {
  std::array<std::size_t, 2> last{};  // where the last two matchers begin
  std::size_t count = 0;
  bool sorted = true;
  const bool as_written = rules_ != nullptr;  // absent() reads them in their order
  const std::size_t begin = out_.size();
  for (const LabelMatcher& matcher : matchers) {
    const bool is_name = matcher.type == MatchType::kEqual && matcher.name == kMetricNameLabel;
    if (name_is_outside && is_name && matcher.value == name) continue;
    out_ += count == 0 ? '{' : ',';
    last = {last[1], out_.size()};
    printMatcher(matcher);
    if (++count > 1 && sorted && !as_written) {
      const std::string_view text(out_);
      sorted = text.substr(last[0], last[1] - 1 - last[0]) <= text.substr(last[1]);
    }
  }
  if (count == 0) return;
  if (!sorted) {
    std::vector<std::string> texts;
    out_.resize(begin);
    for (const LabelMatcher& matcher : matchers) {
      const bool is_name = matcher.type == MatchType::kEqual && matcher.name == kMetricNameLabel;
      if (name_is_outside && is_name && matcher.value == name) continue;
      const std::size_t start = out_.size();
      printMatcher(matcher);
      texts.push_back(out_.substr(start));
      out_.resize(start);
    }
    std::ranges::sort(texts);
    for (std::size_t i = 0; i < texts.size(); ++i) (out_ += i == 0 ? '{' : ',') += texts[i];
  }
  out_ += '}';
}

void Printer::printMatcher(const LabelMatcher& matcher) {
  if (needsQuotes(matcher.name, NameUse::kMatcher)) {
    appendQuoted(out_, matcher.name);
  } else {
    out_ += matcher.name;
  }
  out_ += operatorText(matcher.type);
  appendQuoted(out_, matcher.value);
}

void Printer::printNode(const VectorSelector& node) {
  printSeries(node);
  printAt(node.shift);
  printMode(node.mode);
  printOffset(node.shift);
}

void Printer::printNode(const MatrixSelector& node) {
  const auto& selector = *as<VectorSelector>(*node.selector);
  printSeries(selector);
  out_ += '[';
  printDuration(node.range);
  out_ += ']';
  printMode(selector.mode);
  printAt(selector.shift);
  printOffset(selector.shift);
}

void Printer::printNode(const SubqueryExpr& node) {
  const auto pinned = std::exchange(pinned_ms_, std::nullopt);
  print(*node.expr);
  pinned_ms_ = pinned;
  printSubqueryTail(node);
}

void Printer::printSubqueryTail(const SubqueryExpr& node) {
  out_ += '[';
  printDuration(node.range);
  out_ += ':';
  if (node.step && (node.step->expr != nullptr || node.step->nanos != 0)) {
    printDuration(*node.step);
  } else if (const auto step = rules_ == nullptr ? std::nullopt : rules_->defaultStep()) {
    printNanos(*step * kNanosPerMilli);
  }
  out_ += ']';
  printAt(node.shift);
  printOffset(node.shift);
}

void Printer::printNode(const UnaryExpr& node) {
  out_ += operatorText(node.op);
  print(*node.expr);
}

void Printer::printNode(const BinaryExpr& node) {
  if (node.op == BinaryOp::kPow) {
    printPowerBase(*node.lhs);
  } else {
    print(*node.lhs);
  }
  out_ += ' ';
  printOperator(node);
  out_ += ' ';
  print(*node.rhs);
}

void Printer::printPowerBase(const Expr& expr) {
  const auto* const number = as<NumberLiteral>(expr);
  if (number != nullptr && std::isinf(number->value) && number->value > 0) {
    out_ += "Inf";
    return;
  }
  print(expr);
}

void Printer::printOperator(const BinaryExpr& node) {
  out_ += operatorText(node.op);
  if (node.return_bool) out_ += " bool";
  if (node.matching) printMatching(*node.matching);
}

void Printer::printMatching(const VectorMatching& matching) {
  const bool groups = matching.cardinality == MatchCardinality::kManyToOne ||
                      matching.cardinality == MatchCardinality::kOneToMany;
  if (!matching.labels.empty() || matching.on || groups) {
    out_ += matching.on ? " on (" : " ignoring (";
    printLabels(matching.labels);
    out_ += ')';
  }
  if (groups) {
    out_ += matching.cardinality == MatchCardinality::kManyToOne ? " group_left (" : " group_right (";
    printLabels(matching.include);
    out_ += ')';
  }
  if (matching.fill_left && matching.fill_left == matching.fill_right) {
    printFill(" fill (", *matching.fill_left);
    return;
  }
  if (matching.fill_left) printFill(" fill_left (", *matching.fill_left);
  if (matching.fill_right) printFill(" fill_right (", *matching.fill_right);
}

void Printer::printFill(std::string_view keyword, double value) {
  out_ += keyword;
  appendGeneral(out_, value);
  out_ += ')';
}

void Printer::printLabels(std::span<const std::string_view> labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (i > 0) out_ += ", ";
    if (needsQuotes(labels[i], NameUse::kGrouping)) {
      appendQuoted(out_, labels[i]);
    } else {
      out_ += labels[i];
    }
  }
}

void Printer::printAggregateHead(const AggregateExpr& node) {
  out_ += operatorText(node.op);
  if (!node.without && node.grouping.empty()) return;
  out_ += node.without ? " without (" : " by (";
  printLabels(node.grouping);
  out_ += ") ";
}

void Printer::printNode(const AggregateExpr& node) {
  printAggregateHead(node);
  out_ += '(';
  if (node.param != nullptr) {
    print(*node.param);
    out_ += ", ";
  }
  print(*node.expr);
  out_ += ')';
}

void Printer::printNode(const Call& node) {
  if (const auto value = rules_ == nullptr ? std::nullopt : rules_->valueOf(node)) {
    if (*value < 0) out_ += '(';
    appendFixed(out_, *value);
    if (*value < 0) out_ += ')';
    return;
  }
  out_ += node.function->name;
  out_ += '(';
  for (std::size_t i = 0; i < node.args.size() && !full(); ++i) {
    if (i > 0) out_ += ", ";
    if (i == 1 && node.function->name == "info") info_labels_ = node.args[i];
    print(*node.args[i]);
  }
  out_ += ')';
}

void Printer::printNode(const ParenExpr& node) {
  out_ += '(';
  print(*node.expr);
  out_ += ')';
}

void Printer::printNode(const DurationExpr& node) {
  switch (node.op) {
    case DurationOp::kStep:
    case DurationOp::kRange:
      out_ += durationOpText(node.op);
      return;
    case DurationOp::kMinOf:
    case DurationOp::kMaxOf:
      out_ += durationOpText(node.op);
      printDurationOperand(*node.lhs);
      out_ += ", ";
      printDurationOperand(*node.rhs);
      out_ += ')';
      return;
    case DurationOp::kPlus:
      if (isParenthesized(*node.lhs)) out_ += '+';
      printDurationOperand(*node.lhs);
      return;
    case DurationOp::kNegate:
      out_ += '-';
      printDurationOperand(*node.lhs);
      return;
    case DurationOp::kParen:
      out_ += '(';
      printDurationOperand(*node.lhs);
      out_ += ')';
      return;
    case DurationOp::kAdd:
    case DurationOp::kSub:
    case DurationOp::kMul:
    case DurationOp::kDiv:
    case DurationOp::kMod:
    case DurationOp::kPow:
      break;
  }
  const auto* const base = as<NumberLiteral>(*node.lhs);
  const bool parens = node.op == DurationOp::kPow && base != nullptr && std::signbit(base->value);
  if (parens) out_ += '(';
  printDurationOperand(*node.lhs);
  if (parens) out_ += ')';
  out_ += durationOpText(node.op);
  printDurationOperand(*node.rhs);
}

/// Within arithmetic, durations stay durations in either spelling.
void Printer::printDurationOperand(const Expr& expr) {
  const Spelling spelling = std::exchange(spelling_, Spelling::kPrometheus);
  print(expr);
  spelling_ = spelling;
}

void Printer::printAt(const TimeShift& shift) {
  if (pinned_ms_ && shift.at != AtModifier::kTimestamp) {
    out_ += " @ ";
    appendMillis(out_, static_cast<double>(*pinned_ms_) / 1000.0);
    return;
  }
  if (const auto time = rules_ == nullptr ? std::nullopt : rules_->timeOf(shift)) {
    out_ += " @ ";
    appendMillis(out_, static_cast<double>(*time) / 1000.0);
    return;
  }
  switch (shift.at) {
    case AtModifier::kNone:
      return;
    case AtModifier::kStart:
      out_ += " @ start()";
      return;
    case AtModifier::kEnd:
      out_ += " @ end()";
      return;
    case AtModifier::kTimestamp:
      break;
  }
  out_ += " @ ";
  appendMillis(out_, static_cast<double>(shift.at_ms) / 1000.0);
}

void Printer::printMode(RangeMode mode) {
  if (mode == RangeMode::kAnchored) out_ += " anchored";
  if (mode == RangeMode::kSmoothed) out_ += " smoothed";
}

void Printer::printOffset(const TimeShift& shift) {
  if (!shift.offset) return;
  const Duration& offset = *shift.offset;
  if (offset.expr != nullptr && rules_ != nullptr) {
    if (const auto length = rules_->lengthOf(offset, DurationSign::kAny)) {
      if (*length == 0) return;
      out_ += " offset ";
      printNanos(*length * kNanosPerMilli);
      return;
    }
  }
  if (offset.expr == nullptr) {
    if (offset.nanos == 0) return;
    out_ += " offset ";
    printNanos(offset.nanos);
    return;
  }
  const bool parens = needsParensAfterOffset(*offset.expr);
  out_ += parens ? " offset (" : " offset ";
  printDurationOperand(*offset.expr);
  if (parens) out_ += ')';
}

void Printer::printDuration(const Duration& duration) {
  if (duration.expr != nullptr && rules_ != nullptr) {
    if (const auto length = rules_->lengthOf(duration, DurationSign::kPositive)) {
      printNanos(*length * kNanosPerMilli);
      return;
    }
  }
  if (duration.expr != nullptr) {
    printDurationOperand(*duration.expr);
  } else if (duration.nanos == 0) {
    out_ += "0.0000000001";  // a range must be positive; this one was, but less than half a nanosecond
  } else {
    printNanos(duration.nanos);
  }
}

void Printer::printNanos(std::int64_t nanos) {
  if (nanos % kNanosPerMilli == 0) {
    appendDuration(out_, nanos);
  } else {
    appendFixed(out_, static_cast<double>(nanos) / static_cast<double>(kNanosPerSecond));
  }
}

std::string print(const Expr& expr) {
  std::string out;
  out.reserve(128);
  Printer(out, Spelling::kOldest).print(expr);
  return out;
}

std::string print(const Expr& expr, PrintRules& rules) {
  std::string out;
  out.reserve(128);
  Printer printer(out, Spelling::kOldest);
  printer.follow(rules);
  printer.print(expr);
  return out;
}

std::string printPinned(const Expr& expr, std::int64_t at_ms) {
  std::string out;
  Printer printer(out, Spelling::kOldest);
  printer.pin(at_ms);
  printer.print(expr);
  return out;
}

}  // namespace prome::promql
