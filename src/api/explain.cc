#include "api/explain.h"

#include "base/json_writer.h"
#include "promql/printer.h"

namespace prome::api {
namespace {

using plan::PlanNode;

std::string_view placeOf(PlanNode::Kind kind) {
  switch (kind) {
    case PlanNode::Kind::kRouter:
      return "router";
    case PlanNode::Kind::kShards:
      return "shards";
    case PlanNode::Kind::kSamples:
      return "shards, raw samples";
  }
  return "";
}

class Explanation {
 public:
  Explanation(std::string& out, const topology::ShardMap& shards) : json_(out), shards_(shards) {}

  void write(const PlanNode& plan, const ExplainOptions& options) {
    json_.beginObject();
    json_.key("query").string(options.query);
    json_.key("dialect").string(options.dialect == model::Dialect::kPrometheus2 ? "2.x" : "3.x");
    json_.key("grade").string(plan::gradeName(plan::gradeOf(plan)));
    json_.key("plan");
    write(plan);
    json_.endObject();
  }

 private:
  void write(const PlanNode& node) {
    json_.beginObject();
    json_.key("expr").string(promql::print(*node.expr));
    json_.key("where").string(placeOf(node.kind));
    json_.key("rule").string(plan::ruleName(node.rule));
    json_.key("reason").string(plan::ruleText(node.rule));
    if (node.kind == PlanNode::Kind::kShards) json_.key("merge").string(plan::mergeName(node.merge));
    json_.key("grade").string(plan::gradeName(node.grade));
    if (node.kind != PlanNode::Kind::kRouter) writeFetches(node);
    if (!node.inputs.empty()) {
      json_.key("inputs").beginArray();
      for (const PlanNode& input : node.inputs) write(input);
      json_.endArray();
    }
    json_.endObject();
  }

  void writeFetches(const PlanNode& node) {
    json_.key("asked").beginArray();
    for (const plan::Fetch& fetch : node.fetches) write(fetch);
    json_.endArray();
    if (node.checks.empty()) return;
    json_.key("checks").beginArray();
    for (const plan::Check& check : node.checks) write(check.fetch);
    json_.endArray();
  }

  void write(const plan::Fetch& fetch) {
    for (std::uint32_t text = 0; text < fetch.texts.size(); ++text) {
      json_.beginObject();
      json_.key("query").string(fetch.texts[text].text);
      json_.key("shards").beginArray();
      for (const plan::Piece& piece : fetch.pieces) {
        if (piece.text == text) write(piece);
      }
      json_.endArray();
      json_.endObject();
    }
  }

  void write(const plan::Piece& piece) {
    json_.beginObject();
    json_.key("name").string(shards_.shard(piece.shard).name);
    json_.key("labels").beginObject();
    for (const auto& [name, value] : piece.labels) json_.key(name).string(value);
    json_.endObject();
    json_.endObject();
  }

  JsonWriter json_;
  const topology::ShardMap& shards_;
};

}  // namespace

std::string explainData(const PlanNode& plan, const topology::ShardMap& shards,
                        const ExplainOptions& options) {
  std::string out;
  Explanation(out, shards).write(plan, options);
  return out;
}

}  // namespace prome::api
