// The one-line printer, shared by print() and the pretty printer; included by their sources only.
//
// Writes to a caller-owned string. Recursion is as deep as the tree, which the parser bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "promql/ast.h"
#include "promql/printer.h"

namespace prome::promql {

enum class Spelling : std::uint8_t {
  kOldest,      // what the oldest Prometheus understands: `up` for {"up"}, 300 for the number 5m
  kPrometheus,  // what Prometheus 3 prints itself
};

class Printer {
 public:
  static constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

  /// Stops soon after `limit` bytes.
  Printer(std::string& out, Spelling spelling, std::size_t limit = kUnlimited)
      : out_(out), spelling_(spelling), limit_(limit) {}

  void print(const Expr& expr);

  /// From now on, what `rules` say otherwise.
  void follow(PrintRules& rules) { rules_ = &rules; }
  /// From now on, `@ at_ms` where no timestamp is written, but not within subqueries.
  void pin(std::int64_t at_ms) { pinned_ms_ = at_ms; }

  /// `sum by (job) `: what stands before an aggregation's parenthesis.
  void printAggregateHead(const AggregateExpr& node);
  /// `== bool on (job) group_left (x)`.
  void printOperator(const BinaryExpr& node);
  /// `[5m:1m] @ start() offset 1m`.
  void printSubqueryTail(const SubqueryExpr& node);
  /// The base of a power: its sign must not reach for the whole power.
  void printPowerBase(const Expr& expr);

 private:
  void printNode(const NumberLiteral& node);
  void printNode(const StringLiteral& node);
  void printNode(const VectorSelector& node);
  void printNode(const MatrixSelector& node);
  void printNode(const SubqueryExpr& node);
  void printNode(const UnaryExpr& node);
  void printNode(const BinaryExpr& node);
  void printNode(const AggregateExpr& node);
  void printNode(const Call& node);
  void printNode(const ParenExpr& node);
  void printNode(const DurationExpr& node);

  void printSeries(const VectorSelector& node);
  void printMatchers(std::span<const LabelMatcher> matchers, bool name_is_outside, std::string_view name);
  void printMatcher(const LabelMatcher& matcher);
  void printLabels(std::span<const std::string_view> labels);
  void printMatching(const VectorMatching& matching);
  void printFill(std::string_view keyword, double value);
  void printAt(const TimeShift& shift);
  void printOffset(const TimeShift& shift);
  void printMode(RangeMode mode);
  void printDuration(const Duration& duration);
  void printNanos(std::int64_t nanos);
  void printDurationOperand(const Expr& expr);
  bool full() const { return out_.size() > limit_; }

  std::string& out_;
  Spelling spelling_;
  std::size_t limit_;
  std::optional<std::int64_t> pinned_ms_;
  PrintRules* rules_ = nullptr;
  const Expr* info_labels_ = nullptr;  // a second argument of info(), which must not have a bare name
};

}  // namespace prome::promql
