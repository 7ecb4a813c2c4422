// Route: where a whole query goes, the text sent there, and the labels its answer gets back.
//
// Pure: no I/O, no clock. A Route is printable (routeText) and comparable, so that tests read text -> text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/dialect.h"
#include "plan/plan.h"
#include "promql/parser.h"
#include "topology/shard_map.h"

namespace prome::plan {

struct Route {
  enum class Kind : std::uint8_t {
    kShard,     // `text` goes to `shard`
    kAnyShard,  // no stored series is read: `text` goes to any healthy shard
    kEmpty,     // no series can match and nothing else is to be evaluated: an empty answer
    kAbsent,    // absent() over a selector that touches no shard: 1 with `labels`
    kPlanned,   // several shards take part: see plan/planner.h
  };

  Kind kind = Kind::kEmpty;
  topology::ShardId shard = 0;
  std::string text;
  /// Labels that every series of the answer gets (kShard), or the answer's own (kAbsent). Sorted by name.
  topology::LabelPairs labels;

  friend bool operator==(const Route&, const Route&) = default;
};

Route routeQuery(const promql::Query& query, const topology::ShardMap& shards,
                 model::Dialect dialect = model::Dialect::kPrometheus3);

/// The route as a plan, for explain. Not for kPlanned.
PlanNode planOf(const Route& route, const promql::Query& query);

/// The `match[]` selectors of a series request for one shard.
struct SeriesPiece {
  topology::ShardId shard = 0;
  std::vector<std::string> matches;  // rewritten selectors, those that touch the shard
  topology::LabelPairs labels;       // that every series of the answer gets
};

/// The shards that a series request touches, ascending; none: the answer is empty.
std::vector<SeriesPiece> routeSeries(std::span<const promql::Query> selectors,
                                     const topology::ShardMap& shards);

/// One line for people and tests: `shard a: sum(x{ }) + labels cluster="a"`.
std::string routeText(const Route& route, const topology::ShardMap& shards);

}  // namespace prome::plan
