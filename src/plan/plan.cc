#include "plan/plan.h"

#include <algorithm>

#include "promql/printer.h"

namespace prome::plan {
namespace {

constexpr std::size_t kMaxShardsNamed = 10;

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

class PlanWriter {
 public:
  PlanWriter(std::string& out, const topology::ShardMap& shards, const PlanNotes* notes)
      : out_(out), shards_(shards), notes_(notes) {}

  void write(const PlanNode& node, const std::string& indent) {
    out_.append(indent).append(kindName(node.kind)).append(" (").append(ruleName(node.rule));
    if (node.kind == PlanNode::Kind::kShards) out_.append(", ").append(mergeName(node.merge));
    if (node.grade != Grade::kExact) out_.append(", ").append(gradeName(node.grade));
    out_.append("): ").append(promql::print(*node.expr));
    if (notes_ != nullptr) note(notes_->of_node(node));
    out_ += '\n';
    const std::string deeper = indent + "  ";
    for (const Fetch& fetch : node.fetches) write(node, fetch, deeper);
    for (const Check& check : node.checks) {
      const bool every = check.asked == Check::Asked::kEveryShard;
      write(node, check.fetch, deeper + (every ? "check every shard: " : "check: "));
    }
    for (const PlanNode& input : node.inputs) write(input, deeper);
  }

 private:
  void write(const PlanNode& node, const Fetch& fetch, std::string_view indent) {
    for (std::uint32_t text = 0; text < fetch.texts.size(); ++text) {
      out_.append(indent).append(fetch.texts[text].text).append("  ->");
      std::size_t named = 0;
      for (const Piece& piece : fetch.pieces) {
        if (piece.text != text) continue;
        if (++named > kMaxShardsNamed && notes_ == nullptr) continue;
        out_.append(named > 1 ? ", " : " ").append(shards_.shard(piece.shard).name);
        for (const auto& [name, value] : piece.labels)
          out_.append(" +").append(name).append("=").append(value);
        if (notes_ != nullptr) note(notes_->of_piece(node, fetch, piece));
      }
      if (named > kMaxShardsNamed && notes_ == nullptr)
        out_.append(", ").append(std::to_string(named - kMaxShardsNamed)).append(" more");
      out_ += '\n';
    }
  }

  void note(const std::string& text) {
    if (!text.empty()) out_.append(" [").append(text).append("]");
  }

  std::string& out_;
  const topology::ShardMap& shards_;
  const PlanNotes* notes_;
};

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

bool asksShards(const PlanNode& node) {
  const auto asks = [](const Fetch& fetch) { return !fetch.pieces.empty(); };
  return std::ranges::any_of(node.fetches, asks) || std::ranges::any_of(node.inputs, asksShards);
}

std::string_view gradeName(Grade grade) {
  switch (grade) {
    case Grade::kExact:
      return "exact";
    case Grade::kRounding:
      return "rounding";
    case Grade::kPartial:
      return "partial";
  }
  return "";
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

std::string planText(const PlanNode& node, const topology::ShardMap& shards, const PlanNotes* notes) {
  std::string out;
  PlanWriter(out, shards, notes).write(node, "");
  return out;
}

}  // namespace prome::plan
