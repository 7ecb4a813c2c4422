// Pass: which shards does each node touch? A selector those that its matchers on routing labels accept and
// that have samples of its times; a node all that are touched below. Equal sets are one object, so that later
// passes compare pointers.
#include <algorithm>
#include <iterator>

#include "plan/facts.h"
#include "plan/selector_span.h"
#include "promql/children.h"

namespace prome::plan {
namespace {

using promql::Expr;
using topology::ShardId;

class Reach {
 public:
  Reach(Facts& facts, const Expr& root)
      : facts_(facts), none_(std::make_shared<const std::vector<ShardId>>()) {
    if (facts.shards.anyTimeBounds()) spans_ = selectorSpans(root, facts.options);
  }

  ShardIds visit(const Expr& expr) {
    ShardIds all = none_;
    if (const auto* selector = promql::as<promql::VectorSelector>(expr)) {
      all = shared(inTime(expr, shardsTouched(selector->matchers, facts_.shards, facts_.options)));
    } else {
      promql::forEachChild(expr, [&](const Expr& child) { all = unite(all, visit(child)); });
    }
    // Info series lie anywhere, whatever the other argument touches.
    if (isCallOf(expr, "info")) all = everything();
    facts_[expr].shards = all;
    return all;
  }

 private:
  std::vector<ShardId> inTime(const Expr& selector, std::vector<ShardId> shards) const {
    const auto span = spans_.find(&selector);
    if (span == spans_.end()) return shards;
    std::erase_if(shards, [&](ShardId shard) {
      const topology::TimeBounds& bounds = facts_.shards.shard(shard).times;
      return !bounds.meet(span->second.start_ms, span->second.end_ms, facts_.options.now_ms);
    });
    return shards;
  }

  ShardIds unite(const ShardIds& a, const ShardIds& b) {
    if (a == b || b->empty()) return a;
    if (a->empty()) return b;
    std::vector<ShardId> both;
    std::ranges::set_union(*a, *b, std::back_inserter(both));
    return shared(std::move(both));
  }

  ShardIds everything() { return shared(shardsTouched({}, facts_.shards, facts_.options)); }

  ShardIds shared(std::vector<ShardId> ids) {
    if (ids.empty()) return none_;
    for (const ShardIds& known : known_) {
      if (*known == ids) return known;
    }
    known_.push_back(std::make_shared<const std::vector<ShardId>>(std::move(ids)));
    return known_.back();
  }

  Facts& facts_;
  std::unordered_map<const Expr*, TimeSpan> spans_;  // where shards have bounds in time
  ShardIds none_;
  std::vector<ShardIds> known_;
};

}  // namespace

std::vector<ShardId> shardsTouched(std::span<const promql::LabelMatcher> matchers,
                                   const topology::ShardMap& shards, const PlanOptions& options) {
  const topology::ShardList list = shards.route(matchers);
  std::vector<ShardId> touched(list.ids().begin(), list.ids().end());
  std::erase_if(touched, [&](ShardId shard) { return options.missing.contains(shard); });
  return touched;
}

void findReach(const Expr& root, Facts& facts) {
  Reach(facts, root).visit(root);
}

}  // namespace prome::plan
