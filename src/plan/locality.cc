// Pass: which nodes may go whole to the shards they touch? A node is local when what each of its shards would
// answer alone, its routing labels added, makes up the value that one Prometheus would give. One shard is
// always enough for itself; over several, the routing labels must survive wherever series meet: in a
// grouping, in a match key. The table is that of SEMANTICS, "Which subtrees may go to the shards whole?".
#include <algorithm>
#include <optional>
#include <string_view>

#include "plan/checks.h"
#include "plan/facts.h"
#include "plan/one_name.h"
#include "promql/children.h"
#include "promql/functions.h"

namespace prome::plan {
namespace {

using promql::AggregateExpr;
using promql::AggregateOp;
using promql::BinaryExpr;
using promql::Call;
using promql::Expr;

class Locality {
 public:
  explicit Locality(Facts& facts) : facts_(facts) {}

  void visit(const Expr& expr) {
    promql::forEachChild(expr, [&](const Expr& child) { visit(child); });
    NodeFacts& node = facts_[expr];
    const std::optional<Rule> obstacle = obstacleTo(expr, node);
    node.local = !obstacle;
    node.rule = obstacle.value_or(node.shards->size() <= 1 ? Rule::kOneShard : Rule::kWhole);
  }

 private:
  std::optional<Rule> obstacleTo(const Expr& expr, const NodeFacts& node) {
    if (facts_.options.unpushed.contains(&expr)) return Rule::kEvaluatedAgain;
    bool input_local = true;
    promql::forEachChild(expr, [&](const Expr& child) { input_local = input_local && facts_[child].local; });
    if (!input_local) return Rule::kInputAcross;
    if (isCallOf(expr, "info") && (facts_.shards.size() > 1 || namesRoutingLabel(expr))) return Rule::kInfo;
    if (node.shards->size() <= 1) return std::nullopt;
    if (expr.type == promql::ValueType::kScalar) {
      return isCallOf(expr, "scalar") ? Rule::kScalar : Rule::kOtherShards;
    }
    if (const auto* aggregate = promql::as<AggregateExpr>(expr)) return obstacleTo(*aggregate);
    if (const auto* binary = promql::as<BinaryExpr>(expr)) return obstacleTo(*binary, node.shards);
    if (const auto* call = promql::as<Call>(expr)) return obstacleTo(*call);
    if (const auto* unary = promql::as<promql::UnaryExpr>(expr); unary != nullptr && mayMeet(*unary->expr)) {
      return Rule::kNotToldApart;
    }
    // Whether a shard hides an error of an operation can be asked at steps that are seen alone.
    const bool unseen = promql::as<promql::SubqueryExpr>(expr) != nullptr && mayHideErrors(expr);
    return unseen ? std::optional(Rule::kMatchAcross) : std::nullopt;
  }

  /// Has the second argument of info() a matcher on a routing label? No shard sees it, but series are dropped
  /// by it.
  bool namesRoutingLabel(const Expr& info) const {
    const auto& args = promql::as<Call>(info)->args;
    const auto* selector = args.size() < 2 ? nullptr : promql::as<promql::VectorSelector>(*args[1]);
    return selector != nullptr && std::ranges::any_of(selector->matchers, [this](const auto& matcher) {
             return facts_.labels.bit(matcher.name) != 0;
           });
  }

  std::optional<Rule> obstacleTo(const AggregateExpr& node) {
    if (node.param != nullptr && touches(*node.param)) return Rule::kOtherShards;
    const NodeFacts& input = facts_[*node.expr];
    if (!toldApart(input)) return Rule::kNotToldApart;
    // The hash of a series decides alone whether limit_ratio keeps it.
    if (node.op == AggregateOp::kLimitRatio) return std::nullopt;
    const RoutingMask grouped = facts_.labels.among(node.grouping);
    const RoutingMask surviving = node.without ? input.carried & ~grouped : input.carried & grouped;
    if (node.op == AggregateOp::kCountValues) {
      const auto* label = promql::as<promql::StringLiteral>(promql::withoutParens(*node.param));
      if (label == nullptr || facts_.labels.bit(label->value) != 0) return Rule::kRoutingLabel;
    }
    if (!facts_.labels.tellApart(input.shards, surviving)) return Rule::kAcrossShards;
    return std::nullopt;
  }

  std::optional<Rule> obstacleTo(const BinaryExpr& node, const ShardIds& touched) {
    const NodeFacts& left = facts_[*node.lhs];
    const NodeFacts& right = facts_[*node.rhs];
    if (!node.matching) {
      const Expr& scalar = isVector(*node.lhs) ? *node.rhs : *node.lhs;
      if (touches(scalar)) return Rule::kOtherShards;
      const Expr& vector = isVector(*node.lhs) ? *node.lhs : *node.rhs;
      return mayMeet(vector) ? std::optional(Rule::kNotToldApart) : std::nullopt;
    }
    // A side that touches no shard (`vector(1)`) stands in one Prometheus once, at each shard it would again.
    const RoutingMask listed = facts_.labels.among(node.matching->labels);
    const RoutingMask key = (node.matching->on ? listed : ~listed) & left.carried & right.carried;
    if (!facts_.labels.tellApart(touched, key)) return Rule::kMatchAcross;
    return std::nullopt;
  }

  std::optional<Rule> obstacleTo(const Call& node) {
    const std::string_view name = node.function->name;
    const Expr* vector = nullptr;
    for (const Expr* argument : node.args) {
      if (vector == nullptr && isVector(*argument)) {
        vector = argument;
      } else if (touches(*argument)) {
        return Rule::kOtherShards;
      }
    }
    if (vector == nullptr || facts_[*vector].shards->size() <= 1) return Rule::kOtherShards;
    if (name.starts_with("sort")) return Rule::kOrder;
    if (name == "absent" || name == "absent_over_time") return Rule::kAcrossShards;
    if (writesLabel(name) && writesRoutingLabel(*node.args[1])) return Rule::kRoutingLabel;
    if (takesBuckets(name) && !bucketsTogether(facts_[*vector])) return Rule::kNotToldApart;
    if (writesLabel(name) ? !toldApart(facts_[*vector]) : mayMeet(*vector)) return Rule::kNotToldApart;
    return std::nullopt;
  }

  /// Of classic histograms too? The others take native ones, which are whole.
  static bool takesBuckets(std::string_view name) {
    return name.starts_with("histogram_quantile") || name == "histogram_fraction";
  }

  static bool writesLabel(std::string_view name) {
    return name == "label_replace" || name == "label_join" || name == "histogram_quantiles";
  }

  bool writesRoutingLabel(const Expr& text) const {
    const auto* literal = promql::as<promql::StringLiteral>(promql::withoutParens(text));
    return literal == nullptr || facts_.labels.bit(literal->value) != 0;
  }

  /// Do the buckets of any classic histogram lie on one shard?
  bool bucketsTogether(const NodeFacts& node) {
    return facts_.labels.tellApart(node.shards, node.carried & ~facts_.labels.bit("le"));
  }

  /// May series of `expr` from different shards become equal when they lose their names? One Prometheus would
  /// notice, a shard alone cannot.
  bool mayMeet(const Expr& expr) { return !toldApart(facts_[expr]) && !hasOneName(expr); }

  bool touches(const Expr& expr) { return !facts_[expr].shards->empty(); }
  bool toldApart(const NodeFacts& node) { return facts_.labels.tellApart(node.shards, node.carried); }

  Facts& facts_;
};

}  // namespace

void judgeLocality(const Expr& root, Facts& facts) {
  Locality(facts).visit(root);
}

bool isCallOf(const Expr& expr, std::string_view name) {
  const auto* call = promql::as<Call>(expr);
  return call != nullptr && call->function->name == name;
}

}  // namespace prome::plan
