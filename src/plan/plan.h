// Plan: where every part of a query is evaluated, and what is sent to which shard.
//
// Pure data, made by buildPlan (plan/planner.h) from a parsed query, its times and a ShardMap: printable
// (planText), comparable, no I/O. A PlanNode stands for the value of one expression of the query. What is
// evaluated at the router is evaluated by the engine on the query itself; the nodes below it are its leaves.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/rule.h"
#include "promql/ast.h"
#include "topology/shard_map.h"

namespace prome::plan {

/// How near an answer is to that of one Prometheus, up to what one Prometheus leaves open itself.
enum class Grade : std::uint8_t {
  kExact,     // bit for bit
  kRounding,  // floating-point sums were re-associated across shards
  kPartial,   // it is an answer of the other shards: some are missing
};

/// Where a byte of a sent text came from in the query's own text.
struct Origin {
  std::uint32_t sent = 0;
  std::uint32_t original = 0;

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// PromQL for a shard, and the places of its nodes, ascending by `sent`.
struct PieceText {
  std::string text;
  std::vector<Origin> origins;

  /// The position in the query of what stands at `sent` (of the last node that begins not after it).
  std::uint32_t original(std::uint32_t sent) const;

  friend bool operator==(const PieceText&, const PieceText&) = default;
};

/// What one shard is asked. `labels` are those that every series of its answer gets.
struct Piece {
  topology::ShardId shard = 0;
  std::uint32_t text = 0;  // of Fetch::texts
  topology::LabelPairs labels;

  friend bool operator==(const Piece&, const Piece&) = default;
};

/// One question to every shard that it touches, each once, ascending. Shards share texts that are equal.
struct Fetch {
  std::vector<PieceText> texts;
  std::vector<Piece> pieces;

  friend bool operator==(const Fetch&, const Fetch&) = default;
};

/// A question for shards whose answers to the node's own may hide an error of `operation`, at or below the
/// node. An answer with series tells that `operation` has to be evaluated at the router.
struct Check {
  /// Which shards are asked. Where the node cannot have a value unless both sides of `operation` have, values
  /// at every step tell that nothing is hidden; else (`a unless b * c`) they tell nothing.
  enum class Asked : std::uint8_t { kWhereNothingIsShown, kEveryShard };

  const promql::Expr* operation = nullptr;
  Asked asked = Asked::kWhereNothingIsShown;
  Fetch fetch;
};

/// How the shards' answers become the value of the node.
enum class Merge : std::uint8_t {
  kConcatenate,  // no two shards' series can be equal
  kUnite,        // they can: equal ones become one, an error where they have a value at the same step
  kSum,          // by labels, step by step; so are those below
  kCount,        // sums of counts
  kMin,
  kMax,
  kGroup,
  kAverage,      // fetches: sum, count
  kStddev,       // fetches: count, avg, stdvar
  kStdvar,       // likewise
  kCountValues,  // sums of counts; the value is one of the labels
  kAbsent,       // there where every shard has it
  kTop,          // candidates of topk or bottomk: each shard's first k + 1 of every group
};

/// One expression's value.
struct PlanNode {
  enum class Kind : std::uint8_t {
    kRouter,   // evaluated at the router; `inputs` are its leaves, in text order
    kShards,   // answered by the shards' values at the node's steps: `merge` of `fetches`
    kSamples,  // a vector selector, by raw samples; one fetch, whose texts are selectors without modifiers
  };

  Kind kind = Kind::kRouter;
  const promql::Expr* expr = nullptr;  // never a ParenExpr
  Rule rule = Rule::kWhole;            // why it is not evaluated elsewhere
  Grade grade = Grade::kExact;         // of this node alone
  std::vector<PlanNode> inputs;        // kRouter
  Merge merge = Merge::kConcatenate;   // kShards
  std::vector<Fetch> fetches;          // kShards, kSamples; without pieces where no shard is touched
  std::vector<Check> checks;           // kShards
};

/// The worst grade of `node` and those below.
Grade gradeOf(const PlanNode& node);

/// Is there a question to any shard?
bool asksShards(const PlanNode& node);

std::string_view gradeName(Grade grade);
std::string_view mergeName(Merge merge);

/// What is told of the parts of a plan besides; empty where there is nothing.
struct PlanNotes {
  std::function<std::string(const PlanNode&)> of_node;
  std::function<std::string(const PlanNode&, const Fetch&, const Piece&)> of_piece;
};

/// A line a node, its texts and their shards below it, its inputs indented; for people and tests:
///   router (match-across): a / b
///     shards (whole, concatenate): a
///       a  -> a +cluster=a, b +cluster=b
/// With notes, each behind what it is of, and as many shards named as there are.
std::string planText(const PlanNode& node, const topology::ShardMap& shards,
                     const PlanNotes* notes = nullptr);

}  // namespace prome::plan
