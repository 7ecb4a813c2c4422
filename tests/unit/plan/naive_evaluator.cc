#include "naive_evaluator.h"

#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <span>
#include <sstream>
#include <string_view>

#include "promql/functions.h"

namespace prome::plan::naive {
namespace {

using namespace promql;
using Names = std::span<const std::string_view>;

std::string textOf(double value) {
  if (std::isnan(value)) return "NaN";
  std::ostringstream out;
  out.precision(17);
  out << value;
  return out.str();
}

std::string textOf(const Labels& labels) {
  std::string out = "{";
  for (const auto& [name, value] : labels) out += name + "=\"" + value + "\",";
  return out + "}";
}

bool matches(const LabelMatcher& matcher, const std::string& value) {
  const auto full = [&] {
    RE2::Options options;
    options.set_dot_nl(true);
    return RE2::FullMatch(value, RE2(std::string(matcher.value), options));
  };
  switch (matcher.type) {
    case MatchType::kEqual:
      return value == matcher.value;
    case MatchType::kNotEqual:
      return value != matcher.value;
    case MatchType::kRegexp:
      return full();
    case MatchType::kNotRegexp:
      return !full();
  }
  return false;
}

std::string valueOf(const Labels& labels, std::string_view name) {
  const auto found = labels.find(std::string(name));
  return found == labels.end() ? "" : found->second;
}

void set(Labels& labels, std::string_view name, const std::string& value) {
  if (value.empty())
    labels.erase(std::string(name));
  else
    labels[std::string(name)] = value;
}

Labels keep(const Labels& labels, Names names) {
  Labels out;
  for (const auto name : names) set(out, name, valueOf(labels, name));
  return out;
}

Labels drop(Labels labels, Names names) {
  for (const auto name : names) labels.erase(std::string(name));
  labels.erase("__name__");
  return labels;
}

Vector unique(Vector vector) {
  std::set<Labels> seen;
  for (const Series& series : vector) {
    if (!seen.insert(series.labels).second)
      throw EvaluationError("vector cannot contain metrics with the same labelset");
  }
  return vector;
}

Vector withoutName(Vector vector) {
  for (Series& series : vector) series.labels.erase("__name__");
  return unique(std::move(vector));
}

std::string stringOf(const Expr& expr) {
  return std::string(as<StringLiteral>(withoutParens(expr))->value);
}

bool isSet(BinaryOp op) {
  return op == BinaryOp::kAnd || op == BinaryOp::kOr || op == BinaryOp::kUnless;
}

bool isComparison(BinaryOp op) {
  return op >= BinaryOp::kEqual && op <= BinaryOp::kLessEqual;
}

double compute(BinaryOp op, double l, double r) {
  switch (op) {
    case BinaryOp::kAdd:
      return l + r;
    case BinaryOp::kSub:
      return l - r;
    case BinaryOp::kMul:
      return l * r;
    case BinaryOp::kEqual:
      return l == r;
    case BinaryOp::kNotEqual:
      return l != r;
    case BinaryOp::kGreater:
      return l > r;
    case BinaryOp::kLess:
      return l < r;
    default:
      throw std::logic_error("operator outside the test's grammar");
  }
}

class Evaluator {
 public:
  explicit Evaluator(const Vector& data) : data_(data) {}

  Vector eval(const Expr& expr) const {
    return std::visit([&](const auto& node) { return of(node); }, expr.node);
  }

 private:
  Vector of(const NumberLiteral& node) const { return {{{}, node.value}}; }
  Vector of(const StringLiteral&) const { throw std::logic_error("a string is no vector"); }
  Vector of(const DurationExpr&) const { throw std::logic_error("a duration is no vector"); }
  Vector of(const MatrixSelector& node) const { return eval(*node.selector); }
  Vector of(const SubqueryExpr& node) const { return eval(*node.expr); }
  Vector of(const ParenExpr& node) const { return eval(*node.expr); }

  Vector of(const UnaryExpr& node) const {
    Vector out = eval(*node.expr);
    if (node.op == UnaryOp::kPlus) return out;
    for (Series& series : out) series.value = -series.value;
    return withoutName(std::move(out));
  }

  Vector of(const VectorSelector& node) const {
    Vector out;
    for (const Series& series : data_) {
      const auto fits = [&](const LabelMatcher& m) { return matches(m, valueOf(series.labels, m.name)); };
      if (std::ranges::all_of(node.matchers, fits)) out.push_back(series);
    }
    return out;
  }

  // Aggregations.

  Vector of(const AggregateExpr& node) const {
    Vector in = eval(*node.expr);
    std::vector<std::string_view> grouping(node.grouping.begin(), node.grouping.end());
    std::string value_label;
    if (node.op == AggregateOp::kLimitRatio) return limitRatio(in, eval(*node.param)[0].value);
    if (node.op == AggregateOp::kCountValues) {
      value_label = stringOf(*node.param);
      for (Series& series : in) set(series.labels, value_label, textOf(series.value));
      if (!node.without) grouping.push_back(value_label);
    }
    std::map<Labels, Vector> groups;
    for (const Series& series : in) {
      groups[node.without ? drop(series.labels, grouping) : keep(series.labels, grouping)].push_back(series);
    }
    Vector out;
    for (auto& [labels, members] : groups) {
      if (node.op == AggregateOp::kTopk || node.op == AggregateOp::kBottomk) {
        const auto top = best(members, node.op, eval(*node.param)[0].value);
        out.insert(out.end(), top.begin(), top.end());
      } else {
        out.push_back({labels, aggregate(node.op, members)});
      }
    }
    return unique(std::move(out));
  }

  static Vector best(Vector members, AggregateOp op, double k) {
    const bool top = op == AggregateOp::kTopk;
    std::ranges::sort(members, [&](const Series& a, const Series& b) {
      return top ? a.value > b.value : a.value < b.value;
    });
    if (!(k >= 1)) return {};
    if (k < static_cast<double>(members.size())) members.resize(static_cast<std::size_t>(k));
    return members;
  }

  static Vector limitRatio(const Vector& in, double ratio) {
    Vector out;
    for (const Series& series : in) {
      const double offset =
          static_cast<double>(std::hash<std::string>{}(textOf(series.labels)) % 1000) / 1000;
      if (ratio >= 0 ? offset < ratio : offset >= 1 + ratio) out.push_back(series);
    }
    return out;
  }

  static double aggregate(AggregateOp op, const Vector& members) {
    double sum = 0;
    for (const Series& series : members) sum += series.value;
    const auto by_value = [](const Series& a, const Series& b) { return a.value < b.value; };
    switch (op) {
      case AggregateOp::kSum:
        return sum;
      case AggregateOp::kAvg:
        return sum / static_cast<double>(members.size());
      case AggregateOp::kMin:
        return std::ranges::min_element(members, by_value)->value;
      case AggregateOp::kMax:
        return std::ranges::max_element(members, by_value)->value;
      case AggregateOp::kGroup:
        return 1;
      case AggregateOp::kCount:
      case AggregateOp::kCountValues:
        return static_cast<double>(members.size());
      default:
        throw std::logic_error("aggregation outside the test's grammar");
    }
  }

  // Binary operations.

  Vector of(const BinaryExpr& node) const {
    const Vector l = eval(*node.lhs);
    const Vector r = eval(*node.rhs);
    if (!node.matching) return withScalar(node, l, r);
    if (isSet(node.op)) return setOperation(node, l, r);
    return unique(matched(node, l, r));
  }

  static Vector withScalar(const BinaryExpr& node, const Vector& l, const Vector& r) {
    if (node.lhs->type == ValueType::kScalar && node.rhs->type == ValueType::kScalar) {
      return {{{}, compute(node.op, l[0].value, r[0].value)}};
    }
    const bool left = node.lhs->type != ValueType::kScalar;
    Vector out;
    for (Series series : left ? l : r) {
      const double result =
          left ? compute(node.op, series.value, r[0].value) : compute(node.op, l[0].value, series.value);
      const bool filters = isComparison(node.op) && !node.return_bool;
      if (filters && result == 0) continue;
      if (!filters) {
        series.value = result;
        series.labels.erase("__name__");
      }
      out.push_back(series);
    }
    return unique(std::move(out));
  }

  static Labels signature(const VectorMatching& matching, const Labels& labels) {
    return matching.on ? keep(labels, matching.labels) : drop(labels, matching.labels);
  }

  static Vector setOperation(const BinaryExpr& node, const Vector& l, const Vector& r) {
    std::set<Labels> left;
    std::set<Labels> right;
    for (const Series& series : l) left.insert(signature(*node.matching, series.labels));
    for (const Series& series : r) right.insert(signature(*node.matching, series.labels));
    Vector out;
    for (const Series& series : l) {
      const bool found = right.contains(signature(*node.matching, series.labels));
      if (node.op == BinaryOp::kOr || found == (node.op == BinaryOp::kAnd)) out.push_back(series);
    }
    if (node.op == BinaryOp::kOr) {
      for (const Series& series : r) {
        if (!left.contains(signature(*node.matching, series.labels))) out.push_back(series);
      }
    }
    return unique(std::move(out));
  }

  static Labels resultLabels(const BinaryExpr& node, const Series& many, const Series& one) {
    const VectorMatching& matching = *node.matching;
    Labels labels = many.labels;
    if (!isComparison(node.op) || node.return_bool) labels.erase("__name__");
    if (matching.cardinality == MatchCardinality::kOneToOne) {
      if (matching.on) return keep(labels, matching.labels);
      for (const auto name : matching.labels) labels.erase(std::string(name));
    }
    for (const auto name : matching.include) set(labels, name, valueOf(one.labels, name));
    return labels;
  }

  /// `many` and `one` swapped back into left and right.
  static void join(const BinaryExpr& node, const Series& many, const Series& one, Vector& out) {
    const bool swapped = node.matching->cardinality == MatchCardinality::kOneToMany;
    const double l = swapped ? one.value : many.value;
    const double r = swapped ? many.value : one.value;
    const double result = compute(node.op, l, r);
    const bool filters = isComparison(node.op) && !node.return_bool;
    if (filters && result == 0) return;
    out.push_back({resultLabels(node, many, one), filters ? l : result});
  }

  static Vector matched(const BinaryExpr& node, const Vector& l, const Vector& r) {
    const VectorMatching& matching = *node.matching;
    const bool filled = matching.fill_left || matching.fill_right;
    if ((l.empty() || r.empty()) && !filled) return {};
    const bool swapped = matching.cardinality == MatchCardinality::kOneToMany;
    const Vector& many = swapped ? r : l;
    const auto& fill_many = swapped ? matching.fill_right : matching.fill_left;
    const auto& fill_one = swapped ? matching.fill_left : matching.fill_right;
    std::map<Labels, Series> ones;
    for (const Series& series : swapped ? l : r) {
      if (!ones.emplace(signature(matching, series.labels), series).second) {
        throw EvaluationError("found duplicate series for the match group");
      }
    }
    Vector out;
    std::set<Labels> seen;
    for (const Series& series : many) {
      const Labels key = signature(matching, series.labels);
      const bool again = !seen.insert(key).second;
      const auto one = ones.find(key);
      if (one == ones.end() && !fill_one) continue;
      if (again && matching.cardinality == MatchCardinality::kOneToOne)
        throw EvaluationError("multiple matches for labels");
      join(node, series, one != ones.end() ? one->second : Series{key, *fill_one}, out);
    }
    for (const auto& [key, one] : ones) {
      if (fill_many && !seen.contains(key)) join(node, {key, *fill_many}, one, out);
    }
    return out;
  }

  // Functions.

  Vector of(const Call& node) const {
    const std::string_view name = node.function->name;
    if (name == "label_replace") return labelReplace(node);
    if (name == "label_join") return labelJoin(node);
    if (name == "absent" || name == "absent_over_time") return absent(*node.args[0]);
    const Vector in = node.args.empty() ? Vector{} : eval(*node.args[0]);
    if (name == "vector") return {{{}, in[0].value}};
    if (name == "scalar") return {{{}, in.size() == 1 ? in[0].value : std::nan("")}};
    if (name == "sort_by_label" || name == "sort") return in;
    if (name == "last_over_time") return in;
    if (name == "abs" || name == "sum_over_time") return withoutName(in);
    throw std::logic_error("function outside the test's grammar");
  }

  Vector labelReplace(const Call& node) const {
    Vector out = eval(*node.args[0]);
    const std::string destination = stringOf(*node.args[1]);
    const std::string source = stringOf(*node.args[3]);
    std::string rewrite;  // the test's replacements: text, `$1` and `$$`
    for (const char c : stringOf(*node.args[2])) rewrite += c == '$' ? '\\' : c;
    for (auto at = rewrite.find("\\\\"); at != std::string::npos; at = rewrite.find("\\\\", at + 1))
      rewrite.replace(at, 2, "$");
    const RE2 regex("^(?s:" + stringOf(*node.args[4]) + ")$");
    for (Series& series : out) {
      std::string result = valueOf(series.labels, source);
      if (!RE2::FullMatch(result, regex)) continue;
      RE2::Extract(result, regex, rewrite, &result);
      set(series.labels, destination, result);
    }
    return unique(std::move(out));
  }

  Vector labelJoin(const Call& node) const {
    Vector out = eval(*node.args[0]);
    for (Series& series : out) {
      std::string joined;
      for (std::size_t i = 3; i < node.args.size(); ++i) {
        if (i > 3) joined += stringOf(*node.args[2]);
        joined += valueOf(series.labels, stringOf(*node.args[i]));
      }
      set(series.labels, stringOf(*node.args[1]), joined);
    }
    return unique(std::move(out));
  }

  Vector absent(const Expr& argument) const {
    if (!eval(argument).empty()) return {};
    const Expr* inner = &withoutParens(argument);
    if (const auto* matrix = as<MatrixSelector>(*inner)) inner = matrix->selector;
    Labels labels;
    if (const auto* selector = as<VectorSelector>(*inner)) {
      for (const LabelMatcher& m : selector->matchers) {
        const auto same = [&](const LabelMatcher& other) { return other.name == m.name; };
        const bool once = std::ranges::count_if(selector->matchers, same) == 1;
        if (m.name != "__name__" && m.type == MatchType::kEqual && once)
          set(labels, m.name, std::string(m.value));
      }
    }
    return {{labels, 1}};
  }

  const Vector& data_;
};

}  // namespace

Value evaluate(const Expr& expr, const Vector& data) {
  return {expr.type, Evaluator(data).eval(expr)};
}

std::string describe(const Value& value) {
  if (value.type == ValueType::kScalar) return textOf(value.series[0].value) + "\n";
  std::vector<std::string> lines;
  for (const Series& series : value.series)
    lines.push_back(textOf(series.labels) + " " + textOf(series.value) + "\n");
  std::ranges::sort(lines);
  std::string out;
  for (const auto& line : lines) out += line;
  return out;
}

}  // namespace prome::plan::naive
