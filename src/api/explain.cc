#include "api/explain.h"

#include "base/json_writer.h"
#include "base/number_format.h"
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

std::string secondsText(std::chrono::nanoseconds time) {
  std::string out;
  appendFixed(out, std::chrono::duration<double>(time).count());
  return out;
}

/// What came of a node; null where that was not measured.
const engine::NodeMeasure* measureOf(const ExplainAnalysis* analysis, const PlanNode& node) {
  return analysis == nullptr ? nullptr : analysis->measures.profile().find(*node.expr);
}

const querier::QuestionMeasure* measureOf(const ExplainAnalysis* analysis, const PlanNode& node,
                                          const plan::Fetch& fetch, const plan::Piece& piece) {
  if (analysis == nullptr) return nullptr;
  const auto kind =
      node.kind == PlanNode::Kind::kSamples ? querier::AnswerKind::kSamples : querier::AnswerKind::kSteps;
  return analysis->measures.find(piece.shard, fetch.texts[piece.text].text, kind);
}

class Explanation {
 public:
  Explanation(std::string& out, const topology::ShardMap& shards, const ExplainAnalysis* analysis)
      : json_(out), shards_(shards), analysis_(analysis) {}

  void write(const PlanNode& plan, const ExplainOptions& options) {
    json_.beginObject();
    json_.key("query").string(options.query);
    json_.key("dialect").string(options.dialect == model::Dialect::kPrometheus2 ? "2.x" : "3.x");
    json_.key("grade").string(plan::gradeName(plan::gradeOf(plan)));
    if (analysis_ != nullptr) {
      json_.key("analysis").beginObject();
      json_.key("evaluations").integer(static_cast<std::int64_t>(analysis_->evaluations));
      json_.key("seconds").raw(secondsText(analysis_->elapsed));
      json_.endObject();
    }
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
    if (const auto* measure = measureOf(analysis_, node)) {
      json_.key("analysis").beginObject();
      json_.key("series").integer(static_cast<std::int64_t>(measure->series));
      json_.key("samples").integer(static_cast<std::int64_t>(measure->samples));
      json_.key("seconds").raw(secondsText(measure->elapsed));
      json_.endObject();
    }
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
    for (const plan::Fetch& fetch : node.fetches) write(node, fetch);
    json_.endArray();
    if (node.checks.empty()) return;
    json_.key("checks").beginArray();
    for (const plan::Check& check : node.checks) write(node, check.fetch);
    json_.endArray();
  }

  void write(const PlanNode& node, const plan::Fetch& fetch) {
    for (std::uint32_t text = 0; text < fetch.texts.size(); ++text) {
      json_.beginObject();
      json_.key("query").string(fetch.texts[text].text);
      json_.key("shards").beginArray();
      for (const plan::Piece& piece : fetch.pieces) {
        if (piece.text == text) write(node, fetch, piece);
      }
      json_.endArray();
      json_.endObject();
    }
  }

  void write(const PlanNode& node, const plan::Fetch& fetch, const plan::Piece& piece) {
    json_.beginObject();
    json_.key("name").string(shards_.shard(piece.shard).name);
    json_.key("labels").beginObject();
    for (const auto& [name, value] : piece.labels) json_.key(name).string(value);
    json_.endObject();
    if (const auto* measure = measureOf(analysis_, node, fetch, piece)) {
      json_.key("analysis").beginObject();
      json_.key("questions").integer(static_cast<std::int64_t>(measure->questions));
      json_.key("bytes").integer(static_cast<std::int64_t>(measure->bytes));
      json_.key("series").integer(static_cast<std::int64_t>(measure->series));
      json_.key("samples").integer(static_cast<std::int64_t>(measure->samples));
      json_.key("seconds").raw(secondsText(measure->elapsed));
      json_.endObject();
    }
    json_.endObject();
  }

  JsonWriter json_;
  const topology::ShardMap& shards_;
  const ExplainAnalysis* analysis_;
};

/// `12 series, 2892 samples`.
std::string amounts(std::uint64_t series, std::uint64_t samples) {
  return std::to_string(series) + " series, " + std::to_string(samples) + " samples";
}

}  // namespace

std::string explainData(const PlanNode& plan, const topology::ShardMap& shards,
                        const ExplainOptions& options) {
  std::string out;
  Explanation(out, shards, options.analysis).write(plan, options);
  return out;
}

std::string explainText(const PlanNode& plan, const topology::ShardMap& shards,
                        const ExplainAnalysis* analysis) {
  std::string out = "grade: ";
  out.append(plan::gradeName(plan::gradeOf(plan))).append("\n");
  if (analysis == nullptr) return out.append(plan::planText(plan, shards));
  out.append("evaluations: ").append(std::to_string(analysis->evaluations)).append("\n");
  out.append("seconds: ").append(secondsText(analysis->elapsed)).append("\n");
  plan::PlanNotes notes;
  notes.of_node = [&](const PlanNode& node) -> std::string {
    const auto* measure = measureOf(analysis, node);
    if (measure == nullptr) return {};
    return amounts(measure->series, measure->samples) + ", " + secondsText(measure->elapsed) + " s";
  };
  notes.of_piece = [&](const PlanNode& node, const plan::Fetch& fetch,
                       const plan::Piece& piece) -> std::string {
    const auto* measure = measureOf(analysis, node, fetch, piece);
    if (measure == nullptr) return {};
    return std::to_string(measure->bytes) + " bytes, " + amounts(measure->series, measure->samples) + ", " +
           secondsText(measure->elapsed) + " s";
  };
  return out.append(plan::planText(plan, shards, &notes));
}

}  // namespace prome::api
