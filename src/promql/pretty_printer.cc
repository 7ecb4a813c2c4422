// Prometheus' Prettify. A node of at most 100 bytes on one line stays on one line. A longer one is split:
// operands, arguments and the inside of parentheses go to lines of their own, two spaces deeper than their
// parent; selectors and literals are never split.
#include <array>
#include <string_view>
#include <utility>
#include <variant>

#include "promql/functions.h"
#include "promql/printer.h"
#include "promql/printer_impl.h"

namespace prome::promql {
namespace {

constexpr std::size_t kMaxLineBytes = 100;

class PrettyPrinter {
 public:
  explicit PrettyPrinter(std::string& out) : out_(out), line_(out, Spelling::kPrometheus) {}

  void print(const Expr& expr, std::size_t level) {
    std::visit([&](const auto& node) { printNode(expr, node, level); }, expr.node);
  }

 private:
  static bool needsSplit(const Expr& expr) {
    std::string text;
    Printer(text, Spelling::kPrometheus, kMaxLineBytes).print(expr);
    return text.size() > kMaxLineBytes;
  }

  void indent(std::size_t level) {
    if (!std::exchange(joins_line_, false)) out_.append(2 * level, ' ');
  }

  void printLine(const Expr& expr, std::size_t level) {
    indent(level);
    line_.print(expr);
  }

  template <class Leaf>
  void printNode(const Expr& expr, const Leaf&, std::size_t level) {
    printLine(expr, level);
  }

  void printNode(const Expr& expr, const AggregateExpr& node, std::size_t level) {
    if (!needsSplit(expr)) return printLine(expr, level);
    indent(level);
    line_.printAggregateHead(node);
    out_ += "(\n";
    if (node.param != nullptr) {
      print(*node.param, level + 1);
      out_ += ",\n";
    }
    print(*node.expr, level + 1);
    closeParen(level);
  }

  void printNode(const Expr& expr, const BinaryExpr& node, std::size_t level) {
    if (!needsSplit(expr)) return printLine(expr, level);
    if (node.op == BinaryOp::kPow && as<NumberLiteral>(*node.lhs) != nullptr) {
      indent(level + 1);
      line_.printPowerBase(*node.lhs);
    } else {
      print(*node.lhs, level + 1);
    }
    out_ += '\n';
    indent(level);
    line_.printOperator(node);
    out_ += '\n';
    print(*node.rhs, level + 1);
  }

  void printNode(const Expr& expr, const Call& node, std::size_t level) {
    if (!needsSplit(expr)) return printLine(expr, level);
    indent(level);
    out_ += node.function->name;
    out_ += "(\n";
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      if (i > 0) out_ += ",\n";
      print(*node.args[i], level + 1);
    }
    closeParen(level);
  }

  void printNode(const Expr& expr, const ParenExpr& node, std::size_t level) {
    if (!needsSplit(expr)) return printLine(expr, level);
    indent(level);
    out_ += "(\n";
    print(*node.expr, level + 1);
    closeParen(level);
  }

  /// A subquery that fits is not indented: so it is in Prometheus.
  void printNode(const Expr& expr, const SubqueryExpr& node, std::size_t level) {
    if (!needsSplit(expr)) {
      joins_line_ = false;
      line_.print(expr);
      return;
    }
    print(*node.expr, level);
    line_.printSubqueryTail(node);
  }

  void printNode(const Expr&, const UnaryExpr& node, std::size_t level) {
    indent(level);
    out_ += operatorText(node.op);
    joins_line_ = true;
    print(*node.expr, level);
  }

  void closeParen(std::size_t level) {
    out_ += '\n';
    indent(level);
    out_ += ')';
  }

  std::string& out_;
  Printer line_;
  bool joins_line_ = false;  // the next node continues a line: no indent
};

}  // namespace

std::string prettyPrint(const Expr& expr) {
  std::string out;
  PrettyPrinter(out).print(expr, 0);
  return out;
}

}  // namespace prome::promql
