#include "plan/rule.h"

namespace prome::plan {
namespace {

struct Described {
  std::string_view name;
  std::string_view text;
};

Described described(Rule rule) {
  switch (rule) {
    case Rule::kWhole:
      return {"whole", "each shard's part is evaluated there alone"};
    case Rule::kOneShard:
      return {"one-shard", "one shard holds all it needs"};
    case Rule::kDecomposed:
      return {"decomposed", "shards aggregate their own series, the partial results are merged"};
    case Rule::kCandidates:
      return {"candidates", "the first k of all are among the first k of each shard"};
    case Rule::kAbsentEverywhere:
      return {"absent-everywhere", "absent where it is absent on every shard"};
    case Rule::kRawSamples:
      return {"raw-samples", "the function over this range is evaluated at the router"};
    case Rule::kNoShard:
      return {"no-shard", "no shard is touched"};
    case Rule::kAcrossShards:
      return {"across-shards", "it spans the series of several shards and has no partial result"};
    case Rule::kMatchAcross:
      return {"match-across", "the labels matched on do not tell the shards apart"};
    case Rule::kOtherShards:
      return {"other-shards", "an operand depends on shards that the other does not touch"};
    case Rule::kInputAcross:
      return {"input-across", "something below is evaluated across shards"};
    case Rule::kOrder:
      return {"order", "the series of all shards are ordered together"};
    case Rule::kScalar:
      return {"scalar", "whether there is one series depends on all shards"};
    case Rule::kInfo:
      return {"info", "info series of all shards are joined"};
    case Rule::kRoutingLabel:
      return {"routing-label", "it writes a label that tells the shards apart"};
    case Rule::kNotToldApart:
      return {"not-told-apart", "series of different shards may belong together"};
    case Rule::kExactAsked:
      return {"exact-asked", "partial sums would be rounded otherwise, and exactness was asked for"};
    case Rule::kEvaluatedAgain:
      return {"evaluated-again", "the shards' parts might not have shown what one server would answer"};
  }
  return {"", ""};
}

}  // namespace

std::string_view ruleName(Rule rule) {
  return described(rule).name;
}

std::string_view ruleText(Rule rule) {
  return described(rule).text;
}

}  // namespace prome::plan
