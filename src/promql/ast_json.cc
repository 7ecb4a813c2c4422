// The tree as Prometheus' /api/v1/parse_query shows it. Objects have their keys in alphabetical order, as
// Go's encoder writes maps.
#include <string>
#include <variant>

#include "base/json_writer.h"
#include "base/number_format.h"
#include "promql/duration.h"
#include "promql/functions.h"
#include "promql/printer.h"

namespace prome::promql {
namespace {

std::string_view cardinalityName(MatchCardinality cardinality) {
  switch (cardinality) {
    case MatchCardinality::kOneToOne:
      return "one-to-one";
    case MatchCardinality::kManyToOne:
      return "many-to-one";
    case MatchCardinality::kOneToMany:
      return "one-to-many";
    case MatchCardinality::kManyToMany:
      return "many-to-many";
  }
  return "";
}

std::string_view durationOpName(DurationOp op) {
  switch (op) {
    case DurationOp::kAdd:
    case DurationOp::kPlus:
      return "+";
    case DurationOp::kSub:
    case DurationOp::kNegate:
      return "-";
    case DurationOp::kMul:
      return "*";
    case DurationOp::kDiv:
      return "/";
    case DurationOp::kMod:
      return "%";
    case DurationOp::kPow:
      return "^";
    case DurationOp::kStep:
      return "step";
    case DurationOp::kRange:
      return "range";
    case DurationOp::kMinOf:
      return "min_of";
    case DurationOp::kMaxOf:
      return "max_of";
    case DurationOp::kParen:
      break;
  }
  return "";
}

/// The node writers are kept out of line: inlined into one function, their frames would add up at every level
/// of a deep tree.
class AstJson {
 public:
  explicit AstJson(std::string& out) : json_(out) {}

  void write(const Expr& expr) {
    std::visit([this](const auto& node) { writeNode(node); }, expr.node);
  }

 private:
  void writeOrNull(const Expr* expr) {
    if (expr == nullptr) {
      json_.null();
    } else {
      write(*expr);
    }
  }

  void writeType(std::string_view type) { json_.key("type").string(type); }

  void writeNumber(double value) {
    std::string text;
    appendFixed(text, value);
    json_.string(text);
  }

  void writeList(std::span<const std::string_view> items) {
    json_.beginArray();
    for (const std::string_view item : items) json_.string(item);
    json_.endArray();
  }

  [[gnu::noinline]] void writeNode(const NumberLiteral& node) {
    json_.beginObject();
    writeType("numberLiteral");
    json_.key("val");
    writeNumber(node.value);
    json_.endObject();
  }

  [[gnu::noinline]] void writeNode(const StringLiteral& node) {
    json_.beginObject();
    writeType("stringLiteral");
    json_.key("val").string(node.value);
    json_.endObject();
  }

  [[gnu::noinline]] void writeNode(const ParenExpr& node) {
    json_.beginObject().key("expr");
    write(*node.expr);
    writeType("parenExpr");
    json_.endObject();
  }

  [[gnu::noinline]] void writeNode(const UnaryExpr& node) {
    json_.beginObject().key("expr");
    write(*node.expr);
    json_.key("op").string(operatorText(node.op));
    writeType("unaryExpr");
    json_.endObject();
  }

  [[gnu::noinline]] void writeNode(const AggregateExpr& node) {
    json_.beginObject().key("expr");
    write(*node.expr);
    json_.key("grouping");
    writeList(node.grouping);
    json_.key("op").string(operatorText(node.op)).key("param");
    writeOrNull(node.param);
    writeType("aggregation");
    json_.key("without").boolean(node.without).endObject();
  }

  [[gnu::noinline]] void writeNode(const BinaryExpr& node) {
    json_.beginObject().key("bool").boolean(node.return_bool).key("lhs");
    write(*node.lhs);
    json_.key("matching");
    if (node.matching) {
      writeMatching(*node.matching);
    } else {
      json_.null();
    }
    json_.key("op").string(operatorText(node.op)).key("rhs");
    write(*node.rhs);
    writeType("binaryExpr");
    json_.endObject();
  }

  void writeMatching(const VectorMatching& matching) {
    json_.beginObject().key("card").string(cardinalityName(matching.cardinality));
    json_.key("fillValues").beginObject().key("lhs");
    writeFill(matching.fill_left);
    json_.key("rhs");
    writeFill(matching.fill_right);
    json_.endObject().key("include");
    writeList(matching.include);
    json_.key("labels");
    writeList(matching.labels);
    json_.key("on").boolean(matching.on).endObject();
  }

  void writeFill(const std::optional<double>& value) {
    if (!value) {
      json_.null();
      return;
    }
    std::string text;
    appendJsonNumber(text, *value);
    json_.raw(text);
  }

  [[gnu::noinline]] void writeNode(const Call& node) {
    const FunctionSignature& function = *node.function;
    json_.beginObject().key("args").beginArray();
    for (const Expr* const arg : node.args) write(*arg);
    json_.endArray().key("func").beginObject().key("argTypes").beginArray();
    for (std::size_t i = 0; i < function.arg_count; ++i) json_.string(valueTypeName(function.arg_types[i]));
    json_.endArray().key("name").string(function.name);
    json_.key("returnType").string(valueTypeName(function.return_type));
    json_.key("variadic").integer(function.variadic).endObject();
    writeType("call");
    json_.endObject();
  }

  [[gnu::noinline]] void writeNode(const VectorSelector& node) {
    json_.beginObject();
    writeSelectorHead(node);
    writeOffset(node.shift);
    json_.key("smoothed").boolean(node.mode == RangeMode::kSmoothed);
    writeAt(node.shift);
    writeType("vectorSelector");
    json_.endObject();
  }

  [[gnu::noinline]] void writeNode(const MatrixSelector& node) {
    const auto& selector = *as<VectorSelector>(*node.selector);
    json_.beginObject();
    writeSelectorHead(selector);
    writeOffset(selector.shift);
    writeDuration("range", "rangeExpr", node.range);
    json_.key("smoothed").boolean(selector.mode == RangeMode::kSmoothed);
    writeAt(selector.shift);
    writeType("matrixSelector");
    json_.endObject();
  }

  [[gnu::noinline]] void writeNode(const SubqueryExpr& node) {
    json_.beginObject().key("expr");
    write(*node.expr);
    writeOffset(node.shift);
    writeDuration("range", "rangeExpr", node.range);
    // startOrEnd sorts before step, timestamp after both.
    writeStartOrEnd(node.shift);
    writeDuration("step", "stepExpr", node.step.value_or(Duration{}));
    writeTimestamp(node.shift);
    writeType("subquery");
    json_.endObject();
  }

  void writeSelectorHead(const VectorSelector& node) {
    json_.key("anchored").boolean(node.mode == RangeMode::kAnchored).key("matchers").beginArray();
    for (const LabelMatcher& matcher : node.matchers) {
      json_.beginObject().key("name").string(matcher.name).key("type").string(operatorText(matcher.type));
      json_.key("value").string(matcher.value).endObject();
    }
    json_.endArray().key("name").string(node.quoted_name ? std::string_view{} : node.name);
  }

  void writeDuration(std::string_view key, std::string_view expr_key, const Duration& duration) {
    json_.key(key).integer(duration.nanos / kNanosPerMilli).key(expr_key);
    if (duration.expr == nullptr) {
      json_.null();
    } else {
      writeDurationOperand(*duration.expr);
    }
  }

  void writeOffset(const TimeShift& shift) {
    writeDuration("offset", "offsetExpr", shift.offset.value_or(Duration{}));
  }

  void writeAt(const TimeShift& shift) {
    writeStartOrEnd(shift);
    writeTimestamp(shift);
  }

  void writeStartOrEnd(const TimeShift& shift) {
    json_.key("startOrEnd");
    switch (shift.at) {
      case AtModifier::kStart:
        json_.string("start");
        return;
      case AtModifier::kEnd:
        json_.string("end");
        return;
      case AtModifier::kNone:
      case AtModifier::kTimestamp:
        json_.null();
        return;
    }
  }

  void writeTimestamp(const TimeShift& shift) {
    json_.key("timestamp");
    if (shift.at == AtModifier::kTimestamp) {
      json_.integer(shift.at_ms);
    } else {
      json_.null();
    }
  }

  [[gnu::noinline]] void writeNode(const DurationExpr& node) {
    writeDurationNode(node, node.op == DurationOp::kParen);
  }

  /// An operand of duration arithmetic: numbers say whether they were durations.
  void writeDurationOperand(const Expr& expr) {
    const auto* const number = as<NumberLiteral>(expr);
    if (number == nullptr) {
      write(expr);
      return;
    }
    json_.beginObject().key("duration").boolean(number->is_duration);
    writeType("numberLiteral");
    json_.key("val");
    writeNumber(number->value);
    json_.endObject();
  }

  /// Parentheses are a property of what they enclose, and a plus sign before them is not shown.
  void writeDurationNode(const DurationExpr& node, bool wrapped) {
    const auto* const operand = node.lhs == nullptr ? nullptr : as<DurationExpr>(*node.lhs);
    const bool is_plain =
        node.op == DurationOp::kPlus && operand != nullptr && operand->op == DurationOp::kParen;
    if (node.op == DurationOp::kParen || is_plain) {
      writeDurationNode(*operand, !is_plain);
      return;
    }
    const bool is_sign = node.op == DurationOp::kNegate || node.op == DurationOp::kPlus;
    json_.beginObject().key("lhs");
    writeDurationOperandOrNull(is_sign ? nullptr : node.lhs);
    json_.key("op").string(durationOpName(node.op)).key("rhs");
    writeDurationOperandOrNull(is_sign ? node.lhs : node.rhs);
    writeType("durationExpr");
    json_.key("wrapped").boolean(wrapped).endObject();
  }

  void writeDurationOperandOrNull(const Expr* expr) {
    if (expr == nullptr) {
      json_.null();
    } else {
      writeDurationOperand(*expr);
    }
  }

  JsonWriter json_;
};

}  // namespace

void appendAstJson(std::string& out, const Expr& expr) {
  AstJson(out).write(expr);
}

}  // namespace prome::promql
