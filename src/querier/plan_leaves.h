// PlanLeaves: the leaves of one evaluation, answered by the shards as a plan says.
//
// Made for one evaluation and used by its thread. The plan, its options, the map and the querier must outlive
// it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>

#include "engine/leaf_source.h"
#include "plan/plan.h"
#include "plan/plan_options.h"
#include "querier/answer_annotations.h"
#include "querier/hazards.h"
#include "querier/merging.h"

namespace prome::querier {

class SharedSeries;

class PlanLeaves final : public engine::LeafSource {
 public:
  PlanLeaves(const plan::PlanNode& plan, const plan::PlanOptions& options, const topology::ShardMap& shards,
             Querier& querier);
  ~PlanLeaves() override;

  void begin(engine::Evaluation& evaluation) override { evaluation_ = &evaluation; }
  Result<std::unique_ptr<engine::SampleStream>> samples(const engine::SamplesRequest& request) override;
  bool answers(const promql::Expr& expr) const override { return leaves_.contains(&expr); }
  Result<std::unique_ptr<engine::SeriesStream>> columns(const promql::Expr& expr,
                                                        const engine::StepGrid& grid) override;

  /// What must be evaluated again; then nothing else that came of the evaluation counts.
  const Hazards& hazards() const { return hazards_; }
  const AnswerAnnotations& annotations() const { return annotations_; }

 private:
  struct PlannedLeaf {
    const plan::PlanNode* node = nullptr;
    const promql::Expr* aggregate = nullptr;
    bool sorted = false;  // see Leaf
    bool shared = false;  // another leaf asks the same
  };

  void collect(const plan::PlanNode& node, const plan::PlanNode* parent);

  const plan::PlanOptions& options_;
  const topology::ShardMap& shards_;
  Querier& querier_;
  engine::Evaluation* evaluation_ = nullptr;
  Hazards hazards_;
  AnswerAnnotations annotations_;
  std::unordered_map<const promql::Expr*, PlannedLeaf> leaves_;
  std::deque<std::weak_ptr<SharedSeries>> shared_;  // live as long as the evaluation that reads them
};

}  // namespace prome::querier
