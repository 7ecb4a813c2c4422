// The questions one expression becomes: for every shard it touches the text and the labels of its answer.
//
// Texts are printed from the tree, in the oldest spelling, as the shard must see them: matchers on labels it
// does not store are gone, selectors that do not touch it match nothing, labels are made real where their
// absence would change the result, and what depends on the query's own times (`@ start()`, `step()`, the step
// of `[5m:]`) is written out, since a piece may be asked at other times.
#pragma once

#include <span>

#include "base/error.h"
#include "plan/facts.h"
#include "plan/plan.h"
#include "promql/ast.h"

namespace prome::plan {

/// `expr` for the shards of its facts' `shards`. It may also be a node that stands in for one of the query:
/// then `like` is that node. Fails as Prometheus does where a duration that is an expression has no value.
Result<Fetch> fetchOf(const promql::Expr& expr, const promql::Expr& like, Facts& facts);

/// A selector by `matchers` alone, without modifiers, for the shards it touches, `touched`: what raw samples
/// are asked by. `about` is the selector, or the call of info() that selects by them.
Fetch fetchOfSamples(std::span<const promql::LabelMatcher> matchers, const promql::Expr& about,
                     std::span<const topology::ShardId> touched, const topology::ShardMap& shards);

}  // namespace prome::plan
