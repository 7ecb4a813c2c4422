// A shard does not store its routing labels, so inside it every value of the tree is as in one Prometheus but
// for labels that are missing. For each node we know the set of them: labels that every series of its result
// has in one Prometheus and none has in the shard ("implied"). A selector implies all of them; aggregation
// keeps those it groups by; matching keeps what the result is made of. At the root, what is still implied is
// spliced into the answer.
//
// Where a node looks at a label that is implied (a match key that holds it on one side only, `or` between
// sides that differ, label_replace, limit_ratio's hash) the shard would go astray. There the label is made
// real: the operand is wrapped in label_replace(x, "cluster", "a", "cluster", ""), which sets it on every
// series that has none of its own. From there on the shard sees what one Prometheus sees.
#include "plan/label_flow.h"

#include <algorithm>
#include <string>

#include "promql/absent_matchers.h"
#include "promql/functions.h"
#include "promql/quote.h"

namespace prome::plan {
namespace {

using namespace std::string_view_literals;
using promql::AggregateExpr;
using promql::AggregateOp;
using promql::BinaryExpr;
using promql::BinaryOp;
using promql::Call;
using promql::Expr;
using promql::MatchCardinality;
using promql::ValueType;
using promql::VectorMatching;
using promql::VectorSelector;

/// `text` as a label_replace replacement that means itself.
std::string literalReplacement(std::string_view text) {
  std::string out;
  for (const char c : text) out.append(c == '$' ? 2 : 1, c);
  return out;
}

bool isVector(const Expr& expr) {
  return expr.type == ValueType::kVector || expr.type == ValueType::kMatrix;
}

class Flow {
 public:
  Flow(topology::ShardId shard, const topology::ShardMap& shards, std::span<const Expr* const> untouched,
       model::Dialect dialect, std::vector<RealLabels>& real)
      : labels_(shards.routingLabels(shard)),
        stored_(shards.shard(shard).stored),
        several_shards_(shards.size() > 1),
        untouched_(untouched),
        dialect_(dialect),
        real_(real) {}

  Result<LabelMask> visit(const Expr& expr) {
    return std::visit([&](const auto& node) { return visitNode(expr, node); }, expr.node);
  }

 private:
  Result<LabelMask> visitNode(const Expr&, const promql::NumberLiteral&) { return 0; }
  Result<LabelMask> visitNode(const Expr&, const promql::StringLiteral&) { return 0; }
  Result<LabelMask> visitNode(const Expr&, const promql::DurationExpr&) { return 0; }
  Result<LabelMask> visitNode(const Expr& expr, const VectorSelector&) { return ofSelector(expr); }
  Result<LabelMask> visitNode(const Expr&, const promql::MatrixSelector& node) {
    return visit(*node.selector);
  }
  Result<LabelMask> visitNode(const Expr&, const promql::SubqueryExpr& node) { return visit(*node.expr); }
  Result<LabelMask> visitNode(const Expr&, const promql::UnaryExpr& node) { return visit(*node.expr); }
  Result<LabelMask> visitNode(const Expr&, const promql::ParenExpr& node) { return visit(*node.expr); }

  Result<LabelMask> visitNode(const Expr&, const AggregateExpr& node) {
    if (node.param != nullptr) {
      if (auto param = visit(*node.param); !param) return param;
    }
    auto inner = visit(*node.expr);
    if (!inner) return inner;
    LabelMask mask = *inner;
    switch (node.op) {
      case AggregateOp::kTopk:
      case AggregateOp::kBottomk:
      case AggregateOp::kLimitk:
        return mask;  // grouping by a constant splits nothing; series keep their labels
      case AggregateOp::kLimitRatio:
        return mask & ~makeReal(*node.expr, mask, mask);
      default:
        break;
    }
    const LabelMask grouped = among(node.grouping);
    mask = node.without ? mask & ~grouped : mask & grouped;
    if (node.op == AggregateOp::kCountValues) {
      if (const auto* label = promql::as<promql::StringLiteral>(promql::withoutParens(*node.param)))
        mask &= ~bit(label->value);
    }
    return mask;
  }

  Result<LabelMask> visitNode(const Expr&, const BinaryExpr& node) {
    auto left = visit(*node.lhs);
    if (!left) return left;
    auto right = visit(*node.rhs);
    if (!right) return right;
    if (!node.matching) return isVector(*node.lhs) ? *left : *right;
    const VectorMatching& matching = *node.matching;
    const LabelMask listed = among(matching.labels);
    const LabelMask key = matching.on ? listed : ~listed;
    const bool filled = matching.fill_left.has_value() || matching.fill_right.has_value();
    // Labels of the key must be real on both sides or implied on both; so must all labels where series of
    // both sides stand in one result.
    const bool both_in_result = node.op == BinaryOp::kOr || filled;
    const LabelMask looked_at = both_in_result ? ~LabelMask{0} : key;
    const LabelMask unlike = (*left ^ *right) & looked_at;
    LabelMask l = *left & ~makeReal(*node.lhs, *left, unlike);
    LabelMask r = *right & ~makeReal(*node.rhs, *right, unlike);
    if (filled && matching.cardinality != MatchCardinality::kOneToOne) {
      l &= ~makeReal(*node.lhs, l, l);
      r &= ~makeReal(*node.rhs, r, r);
    }
    const LabelMask included = among(matching.include);
    switch (matching.cardinality) {
      case MatchCardinality::kManyToMany:
        return l;  // and, unless: the left; or: both are alike
      case MatchCardinality::kOneToOne:
        return l & key;
      case MatchCardinality::kManyToOne:
        return (l & ~included) | (r & included);
      case MatchCardinality::kOneToMany:
        return (r & ~included) | (l & included);
    }
    return l;
  }

  Result<LabelMask> visitNode(const Expr&, const Call& node) {
    const std::string_view name = node.function->name;
    if (name == "absent"sv || name == "absent_over_time"sv) return ofAbsent(node);
    if (name == "info"sv && several_shards_) {
      return fail(ErrorKind::kExecution, "info() joins series of every shard: this is not supported yet");
    }
    if (name == "info"sv && namesRoutingLabel(node)) {
      return fail(ErrorKind::kExecution, "info() drops series by a matcher that its shard does not see");
    }
    LabelMask mask = 0;
    const Expr* vector = nullptr;
    for (const Expr* argument : node.args) {
      auto inner = visit(*argument);
      if (!inner) return inner;
      if (vector == nullptr && isVector(*argument)) {
        vector = argument;
        mask = *inner;
      }
    }
    if (vector == nullptr || name == "scalar"sv) return 0;
    // sort_by_label() looks at the labels it does not name where those it names are equal.
    const bool looks_at_all = name == "info"sv || name.starts_with("sort_by_label");
    if (looks_at_all) return mask & ~makeReal(*vector, mask, mask);
    return mask & ~makeReal(*vector, mask, lookedAtBy(node));
  }

  /// Has the second argument of info() a matcher on a routing label? Which series info() drops depends on
  /// it, so that it must not be stripped.
  bool namesRoutingLabel(const Call& info) const {
    if (stored_ || info.args.size() < 2) return false;
    const auto* selector = promql::as<VectorSelector>(*info.args[1]);
    return selector != nullptr && std::ranges::any_of(selector->matchers, [this](const auto& matcher) {
             return std::ranges::any_of(labels_,
                                        [&](const auto& label) { return label.first == matcher.name; });
           });
  }

  /// The labels that a call reads or writes, where it names them.
  LabelMask lookedAtBy(const Call& node) const {
    static constexpr std::string_view kNaming[] = {"label_replace", "label_join", "histogram_quantiles"};
    // Classic histograms are read by their buckets' bounds.
    LabelMask mask = node.function->name.starts_with("histogram_") ? bit("le") : 0;
    if (std::ranges::find(kNaming, node.function->name) == std::end(kNaming)) return mask;
    for (const Expr* argument : node.args) {
      if (argument->type != ValueType::kString) continue;
      if (const auto* text = promql::as<promql::StringLiteral>(promql::withoutParens(*argument)))
        mask |= bit(text->value);
    }
    return mask;
  }

  /// absent() has labels of its selector's `=` matchers. The routing labels among them are stripped from the
  /// text, so the answer lacks them.
  Result<LabelMask> ofAbsent(const Call& node) {
    const Expr& argument = promql::withoutParens(*node.args[0]);
    if (auto inner = visit(argument); !inner) return inner;
    const Expr* selector = &argument;
    if (const auto* matrix = promql::as<promql::MatrixSelector>(argument)) selector = matrix->selector;
    const auto* vector = promql::as<VectorSelector>(*selector);
    if (vector == nullptr || stored_ || isUntouched(*selector)) return 0;
    LabelMask mask = 0;
    for (const auto* matcher : promql::matchersOfAbsent(argument, dialect_)) {
      mask |= bit(matcher->name);
    }
    return mask;
  }

  Result<LabelMask> ofSelector(const Expr& selector) const {
    if (stored_ || isUntouched(selector)) return 0;
    LabelMask mask = 0;
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (!labels_[i].second.empty()) mask |= LabelMask{1} << i;
    }
    return mask;
  }

  bool isUntouched(const Expr& selector) const { return std::ranges::binary_search(untouched_, &selector); }

  /// The bit of routing label `name`, 0 where it is none.
  LabelMask bit(std::string_view name) const {
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (labels_[i].first == name) return labels_[i].second.empty() ? 0 : LabelMask{1} << i;
    }
    return 0;
  }

  LabelMask among(std::span<const std::string_view> names) const {
    LabelMask mask = 0;
    for (const auto name : names) mask |= bit(name);
    return mask;
  }

  /// Wraps `expr` so that those of its `implied` labels that are `wanted` become real. Returns them.
  LabelMask makeReal(const Expr& expr, LabelMask implied, LabelMask wanted) {
    const LabelMask made = implied & wanted;
    if (made != 0) real_.push_back({&expr, made});
    return made;
  }

  const topology::LabelPairs& labels_;
  bool stored_;
  bool several_shards_;
  std::span<const Expr* const> untouched_;
  model::Dialect dialect_;
  std::vector<RealLabels>& real_;
};

}  // namespace

Result<LabelFlow> followLabels(const Expr& root, topology::ShardId shard, const topology::ShardMap& shards,
                               std::span<const Expr* const> untouched, model::Dialect dialect) {
  LabelFlow flow;
  const auto implied = Flow(shard, shards, untouched, dialect, flow.real).visit(root);
  if (!implied) return std::unexpected(implied.error());
  flow.implied = *implied;
  return flow;
}

std::vector<std::string> realLabelEnds(LabelMask mask, topology::ShardId shard,
                                       const topology::ShardMap& shards) {
  std::vector<std::string> ends;
  const topology::LabelPairs& labels = shards.routingLabels(shard);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if ((mask >> i & 1) == 0) continue;
    const std::string name = promql::quoted(labels[i].first);
    ends.push_back("," + name + "," + promql::quoted(literalReplacement(labels[i].second)) + "," + name +
                   ",\"\")");
  }
  return ends;
}

Result<LabelMask> placeRoutingLabels(const Expr& root, topology::ShardId shard,
                                     const topology::ShardMap& shards, std::span<const Expr* const> untouched,
                                     model::Dialect dialect, TextEdits& edits) {
  const auto flow = followLabels(root, shard, shards, untouched, dialect);
  if (!flow) return std::unexpected(flow.error());
  for (const RealLabels& real : flow->real) {
    for (const std::string& end : realLabelEnds(real.labels, shard, shards)) {
      edits.enclose(real.expr->pos, "label_replace(", end);
    }
  }
  return flow->implied;
}

}  // namespace prome::plan
