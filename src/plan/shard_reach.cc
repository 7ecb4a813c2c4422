// Pass: which shards does each node touch? A selector those that its matchers on routing labels accept; a
// node all that are touched below. Equal sets are one object, so that later passes compare pointers.
#include <algorithm>
#include <iterator>

#include "plan/facts.h"
#include "promql/children.h"

namespace prome::plan {
namespace {

using promql::Expr;
using topology::ShardId;

class Reach {
 public:
  explicit Reach(Facts& facts) : facts_(facts), none_(std::make_shared<const std::vector<ShardId>>()) {}

  ShardIds visit(const Expr& expr) {
    ShardIds all = none_;
    if (const auto* selector = promql::as<promql::VectorSelector>(expr)) {
      all = shared(shardsTouched(selector->matchers, facts_.shards, facts_.options));
    } else {
      promql::forEachChild(expr, [&](const Expr& child) { all = unite(all, visit(child)); });
    }
    // Info series lie anywhere, whatever the other argument touches.
    if (isCallOf(expr, "info")) all = everything();
    facts_[expr].shards = all;
    return all;
  }

 private:
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
  Reach(facts).visit(root);
}

}  // namespace prome::plan
