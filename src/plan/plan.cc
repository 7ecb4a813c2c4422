#include "plan/plan.h"

#include <algorithm>

#include "promql/printer.h"

namespace prome::plan {
namespace {

constexpr std::size_t kMaxShardsNamed = 10;

void appendFetch(std::string& out, const Fetch& fetch, const topology::ShardMap& shards,
                 std::string_view indent) {
  for (std::uint32_t text = 0; text < fetch.texts.size(); ++text) {
    out.append(indent).append(fetch.texts[text].text).append("  ->");
    std::size_t named = 0;
    for (const Piece& piece : fetch.pieces) {
      if (piece.text != text) continue;
      if (++named > kMaxShardsNamed) continue;
      out.append(named > 1 ? ", " : " ").append(shards.shard(piece.shard).name);
      for (const auto& [name, value] : piece.labels) out.append(" +").append(name).append("=").append(value);
    }
    if (named > kMaxShardsNamed)
      out.append(", ").append(std::to_string(named - kMaxShardsNamed)).append(" more");
    out += '\n';
  }
}

std::string_view kindName(PlanNode::Kind kind) {
  switch (kind) {
    case PlanNode::Kind::kRouter:
      return "router";
    case PlanNode::Kind::kShards:
      return "shards";
    case PlanNode::Kind::kSamples:
      return "samples";
  }
  return "";
}

void append(std::string& out, const PlanNode& node, const topology::ShardMap& shards,
            const std::string& indent) {
  out.append(indent).append(kindName(node.kind)).append(" (").append(ruleName(node.rule));
  if (node.kind == PlanNode::Kind::kShards) out.append(", ").append(mergeName(node.merge));
  if (node.grade != Grade::kExact) out.append(", ").append(gradeName(node.grade));
  out.append("): ").append(promql::print(*node.expr)).append("\n");
  const std::string deeper = indent + "  ";
  for (const Fetch& fetch : node.fetches) appendFetch(out, fetch, shards, deeper);
  for (const Check& check : node.checks) {
    const bool every = check.asked == Check::Asked::kEveryShard;
    appendFetch(out, check.fetch, shards, deeper + (every ? "check every shard: " : "check: "));
  }
  for (const PlanNode& input : node.inputs) append(out, input, shards, deeper);
}

}  // namespace

std::uint32_t PieceText::original(std::uint32_t sent) const {
  const auto after = std::ranges::upper_bound(origins, sent, {}, &Origin::sent);
  if (after == origins.begin()) return 0;
  const Origin& at = *std::prev(after);
  return at.original;
}

Grade gradeOf(const PlanNode& node) {
  Grade worst = node.grade;
  for (const PlanNode& input : node.inputs) worst = std::max(worst, gradeOf(input));
  return worst;
}

std::string_view gradeName(Grade grade) {
  return grade == Grade::kExact ? "exact" : "rounding";
}

std::string_view mergeName(Merge merge) {
  switch (merge) {
    case Merge::kConcatenate:
      return "concatenate";
    case Merge::kUnite:
      return "unite";
    case Merge::kSum:
      return "sum";
    case Merge::kCount:
      return "count";
    case Merge::kMin:
      return "min";
    case Merge::kMax:
      return "max";
    case Merge::kGroup:
      return "group";
    case Merge::kAverage:
      return "avg";
    case Merge::kStddev:
      return "stddev";
    case Merge::kStdvar:
      return "stdvar";
    case Merge::kCountValues:
      return "count_values";
    case Merge::kAbsent:
      return "absent";
    case Merge::kTop:
      return "top";
  }
  return "";
}

std::string planText(const PlanNode& node, const topology::ShardMap& shards) {
  std::string out;
  append(out, node, shards, "");
  return out;
}

}  // namespace prome::plan
