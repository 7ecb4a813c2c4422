// Routing a whole query.
//
// The shards that its selectors touch are united. One shard: the text goes there, stripped of what the shard
// does not store (selector_rewrite), with labels made real where it matters (label_flow). None: an absent()
// or an answer that can only be empty is given here; anything else is still evaluated, by any shard, with
// selectors that match nothing. Several shards, or what no text for one can say: the planner's.
#include "plan/route.h"

#include <algorithm>

#include "plan/label_flow.h"
#include "plan/selector_rewrite.h"
#include "plan/text_edits.h"
#include "promql/absent_matchers.h"
#include "promql/functions.h"
#include "promql/printer.h"

namespace prome::plan {
namespace {

using namespace std::string_view_literals;
using promql::Expr;
using promql::VectorSelector;
using topology::ShardId;
using topology::ShardMap;

/// Functions over one vector that answer nothing, without a word, when the vector is empty. (sort() warns in
/// range queries; experimental functions are an error where the feature is off.)
bool emptyGivesEmpty(const promql::FunctionSignature& function) {
  static constexpr std::string_view kOthers[] = {"absent",     "absent_over_time", "scalar", "label_replace",
                                                 "label_join", "vector",           "time",   "pi",
                                                 "sort",       "sort_desc"};
  return !function.experimental && std::ranges::find(kOthers, function.name) == std::end(kOthers);
}

/// A selector that every server takes: `anchored` and `smoothed` are features that may be off.
bool isPlainSelector(const Expr& expr) {
  const auto* matrix = promql::as<promql::MatrixSelector>(expr);
  const auto* vector = promql::as<VectorSelector>(matrix == nullptr ? expr : *matrix->selector);
  return vector != nullptr && vector->mode == promql::RangeMode::kPlain;
}

/// True if the query is a chain of nodes over one selector in which nothing can come of nothing: no parameter
/// to be checked, no value made from an empty vector.
bool isPlainlyEmpty(const Expr& root) {
  const Expr* at = &root;
  while (true) {
    if (isPlainSelector(*at)) return true;
    if (const auto* paren = promql::as<promql::ParenExpr>(*at)) {
      at = paren->expr;
    } else if (const auto* unary = promql::as<promql::UnaryExpr>(*at)) {
      at = unary->expr;
    } else if (const auto* aggregate = promql::as<promql::AggregateExpr>(*at)) {
      if (aggregate->param != nullptr) return false;
      at = aggregate->expr;
    } else if (const auto* call = promql::as<promql::Call>(*at)) {
      if (call->args.size() != 1 || !emptyGivesEmpty(*call->function)) return false;
      at = call->args[0];
    } else {
      return false;
    }
  }
}

/// The argument of absent() or absent_over_time() over a selector as the whole query, or nullptr.
const Expr* absentArgument(const Expr& root) {
  const auto* call = promql::as<promql::Call>(promql::withoutParens(root));
  if (call == nullptr) return nullptr;
  const auto name = call->function->name;
  if (name != "absent"sv && name != "absent_over_time"sv) return nullptr;
  const Expr& argument = promql::withoutParens(*call->args[0]);
  const bool selects = promql::as<promql::MatrixSelector>(argument) != nullptr ||
                       promql::as<VectorSelector>(argument) != nullptr;
  return selects ? &argument : nullptr;
}

/// The labels of absent() over the selector `argument`.
topology::LabelPairs absentLabels(const Expr& argument, model::Dialect dialect) {
  topology::LabelPairs labels;
  for (const auto* matcher : promql::matchersOfAbsent(argument, dialect)) {
    if (!matcher->value.empty()) labels.emplace_back(matcher->name, matcher->value);
  }
  std::ranges::sort(labels);
  return labels;
}

/// Adds the ids of `list` to the ascending `all`.
void unite(std::vector<ShardId>& all, const topology::ShardList& list) {
  if (all.empty()) {
    all.assign(list.ids().begin(), list.ids().end());
    return;
  }
  if (std::ranges::includes(all, list.ids())) return;
  std::vector<ShardId> both;
  std::ranges::set_union(all, list.ids(), std::back_inserter(both));
  all = std::move(both);
}

/// The labels of `mask` with the shard's values.
topology::LabelPairs labelsOf(LabelMask mask, ShardId shard, const ShardMap& shards) {
  topology::LabelPairs labels;
  const auto& all = shards.routingLabels(shard);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((mask >> i & 1) != 0) labels.push_back(all[i]);
  }
  return labels;
}

std::span<const promql::LabelMatcher> matchersOf(const Expr& selector) {
  return promql::as<VectorSelector>(selector)->matchers;
}

/// What the selectors of a query touch.
struct Touched {
  std::vector<ShardId> shards;
  std::vector<const Expr*> by_none;  // selectors that touch no shard, by address
};

Touched touchedBy(const promql::Query& query, const ShardMap& shards) {
  Touched touched;
  for (const Expr* selector : query.selectors()) {
    const auto list = shards.route(matchersOf(*selector));
    if (list.empty())
      touched.by_none.push_back(selector);
    else
      unite(touched.shards, list);
  }
  std::ranges::sort(touched.by_none);
  return touched;
}

Route routeNowhere(const promql::Query& query, model::Dialect dialect) {
  if (!query.selectors().empty()) {
    if (const Expr* argument = absentArgument(query.root())) {
      return {
          .kind = Route::Kind::kAbsent, .shard = 0, .text = {}, .labels = absentLabels(*argument, dialect)};
    }
    if (isPlainlyEmpty(query.root()))
      return {.kind = Route::Kind::kEmpty, .shard = 0, .text = {}, .labels = {}};
  }
  TextEdits edits(query.text());
  for (const Expr* selector : query.selectors()) matchNothing(*selector, edits);
  return {.kind = Route::Kind::kAnyShard, .shard = 0, .text = edits.apply(), .labels = {}};
}

Route planned() {
  return {.kind = Route::Kind::kPlanned, .shard = 0, .text = {}, .labels = {}};
}

Route routeToOne(const promql::Query& query, const Touched& touched, const ShardMap& shards,
                 model::Dialect dialect) {
  const ShardId shard = touched.shards[0];
  TextEdits edits(query.text());
  for (const Expr* selector : query.selectors()) {
    if (std::ranges::binary_search(touched.by_none, selector))
      matchNothing(*selector, edits);
    else
      stripRoutingMatchers(*selector, shard, shards, edits);
  }
  const auto mask = placeRoutingLabels(query.root(), shard, shards, touched.by_none, dialect, edits);
  if (!mask) return planned();
  return {.kind = Route::Kind::kShard,
          .shard = shard,
          .text = edits.apply(),
          .labels = labelsOf(*mask, shard, shards)};
}

Route routeParsed(const promql::Query& query, const ShardMap& shards, model::Dialect dialect) {
  const Touched touched = touchedBy(query, shards);
  if (touched.shards.empty()) return routeNowhere(query, dialect);
  if (touched.shards.size() > 1) return planned();
  return routeToOne(query, touched, shards, dialect);
}

Rule ruleOf(const Route& route) {
  return route.kind == Route::Kind::kShard ? Rule::kOneShard : Rule::kNoShard;
}

}  // namespace

Route routeQuery(const promql::Query& query, const ShardMap& shards, model::Dialect dialect) {
  if (!query.usesNewSpelling()) return routeParsed(query, shards, dialect);
  // Printed in the oldest spelling first: an older shard must be able to read it.
  const auto again = promql::parse(promql::print(query.root()));
  return routeParsed(again ? *again : query, shards, dialect);
}

PlanNode planOf(const Route& route, const promql::Query& query) {
  PlanNode node;
  node.expr = &promql::withoutParens(query.root());
  node.rule = ruleOf(route);
  if (route.kind != Route::Kind::kShard) return node;
  node.kind = PlanNode::Kind::kShards;
  node.fetches.push_back({.texts = {{route.text, {}}}, .pieces = {{route.shard, 0, route.labels}}});
  return node;
}

std::vector<SeriesPiece> routeSeries(std::span<const promql::Query> selectors, const ShardMap& shards) {
  std::vector<topology::ShardList> touched;
  std::vector<ShardId> all;
  for (const promql::Query& selector : selectors) {
    touched.push_back(shards.route(matchersOf(selector.root())));
    if (!touched.back().empty()) unite(all, touched.back());
  }
  std::vector<SeriesPiece> pieces;
  for (const ShardId shard : all) {
    SeriesPiece& piece = pieces.emplace_back();
    piece.shard = shard;
    for (std::size_t i = 0; i < selectors.size(); ++i) {
      if (!std::ranges::binary_search(touched[i].ids(), shard)) continue;
      TextEdits edits(selectors[i].text());
      stripRoutingMatchers(selectors[i].root(), shard, shards, edits);
      piece.matches.push_back(edits.apply());
    }
    if (!shards.shard(shard).stored) piece.labels = labelsOf(~LabelMask{0}, shard, shards);
    std::erase_if(piece.labels, [](const auto& label) { return label.second.empty(); });
  }
  return pieces;
}

std::string routeText(const Route& route, const ShardMap& shards) {
  std::string out;
  switch (route.kind) {
    case Route::Kind::kShard:
      out = "shard " + shards.shard(route.shard).name + ": " + route.text;
      break;
    case Route::Kind::kAnyShard:
      out = "any shard: " + route.text;
      break;
    case Route::Kind::kEmpty:
      out = "empty";
      break;
    case Route::Kind::kAbsent:
      out = "absent";
      break;
    case Route::Kind::kPlanned:
      out = "planned";
      break;
  }
  for (const auto& [name, value] : route.labels) out.append(" +").append(name).append("=").append(value);
  return out;
}

}  // namespace prome::plan
