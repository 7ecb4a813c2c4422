// Rules of the planner, by name: why a node may go to the shards whole, or may not. For `explain` and tests.
#pragma once

#include <cstdint>
#include <string_view>

namespace prome::plan {

enum class Rule : std::uint8_t {
  // Goes to the shards.
  kWhole,             // each shard's part is evaluated there alone
  kOneShard,          // one shard is touched
  kDecomposed,        // an aggregation across shards: partial aggregates are merged
  kCandidates,        // topk, bottomk: each shard's best are enough
  kAbsentEverywhere,  // absent where it is absent on every shard
  kRawSamples,        // a range selector whose function is evaluated at the router
  // Stays at the router.
  kNoShard,         // nothing of it touches a shard
  kAcrossShards,    // an aggregation over several shards that has no merge (quantile, limitk, ...)
  kMatchAcross,     // a binary operation whose match key does not tell the shards apart
  kOtherShards,     // an operand or argument depends on shards that the others do not touch
  kInputAcross,     // something below is evaluated across shards
  kOrder,           // sort() orders the series of all shards
  kScalar,          // scalar() counts the series of all shards
  kInfo,            // info() joins series of all shards
  kRoutingLabel,    // writes a label that tells the shards apart
  kNotToldApart,    // series of different shards may belong together
  kExactAsked,      // could be merged from partial results, but exactness was asked for
  kEvaluatedAgain,  // what the shards answered may differ from one Prometheus: evaluated again from its
                    // inputs
};

/// `one-shard`, `match-across`, ...
std::string_view ruleName(Rule rule);
/// A sentence for people.
std::string_view ruleText(Rule rule);

}  // namespace prome::plan
