#include "querier/plan_leaves.h"

#include <unordered_set>

#include "plan/piece_text.h"
#include "querier/shared_series.h"

namespace prome::querier {
namespace {

/// The raw samples of several shards, shard by shard.
class ShardSamples final : public engine::SampleStream {
 public:
  ShardSamples(const plan::Fetch& fetch, const engine::SamplesRequest& request, const LeafContext& context)
      : context_(context) {
    for (const plan::Piece& piece : fetch.pieces) {
      SamplesQuestion question;
      question.shard = piece.shard;
      question.selector = std::make_shared<const plan::PieceText>(fetch.texts[piece.text]);
      question.start_ms = request.start_ms;
      question.end_ms = request.end_ms;
      question.use = request.use;
      question.labels = piece.labels;
      answers_.push_back(context.querier.askSamples(std::move(question), context.evaluation));
    }
  }

  Result<bool> next(engine::SampleRun& run) override {
    while (at_ < answers_.size()) {
      const Result<bool> more = answers_[at_]->next(run);
      if (!more) return more;
      if (*more) return checked(run.labels);
      for (const ShardAnnotation& said : answers_[at_]->annotations()) {
        context_.annotations.add(said, context_.evaluation.annotations());
      }
      answers_[at_++].reset();
    }
    return false;
  }

 private:
  /// Two shards' series can be one only where their labels do not tell them apart.
  Result<bool> checked(const model::Labels& labels) {
    if (answers_.size() == 1 || seen_.insert(labels).second) return true;
    return fail(ErrorKind::kExecution, "vector cannot contain metrics with the same labelset");
  }

  const LeafContext context_;
  std::vector<std::unique_ptr<SampleAnswerStream>> answers_;
  std::size_t at_ = 0;
  std::unordered_set<model::Labels, model::LabelsHash> seen_;
};

}  // namespace

namespace {

/// Does `node` choose among its input's series by their order, or, of what there is to say of them, the last?
bool choosesByOrder(const plan::PlanNode& node) {
  const promql::Expr& expr = *node.expr;
  if (promql::as<promql::BinaryExpr>(expr) != nullptr) return node.rule == plan::Rule::kEvaluatedAgain;
  const auto* aggregate = promql::as<promql::AggregateExpr>(expr);
  if (aggregate == nullptr) return false;
  using promql::AggregateOp;
  return aggregate->op == AggregateOp::kLimitk || aggregate->op == AggregateOp::kTopk ||
         aggregate->op == AggregateOp::kBottomk;
}

}  // namespace

PlanLeaves::PlanLeaves(const plan::PlanNode& plan, const plan::PlanOptions& options,
                       const topology::ShardMap& shards, Querier& querier)
    : options_(options), shards_(shards), querier_(querier) {
  collect(plan, nullptr);
}

PlanLeaves::~PlanLeaves() = default;

void PlanLeaves::collect(const plan::PlanNode& node, const plan::PlanNode* parent) {
  if (node.kind == plan::PlanNode::Kind::kShards) {
    PlannedLeaf leaf;
    leaf.node = &node;
    leaf.aggregate = parent == nullptr ? nullptr : parent->expr;
    leaf.sorted = parent != nullptr && choosesByOrder(*parent);
    for (auto& [expr, other] : leaves_) {
      if (!asksTheSame(node, *other.node)) continue;
      other.shared = true;
      leaf.shared = true;
    }
    leaves_.emplace(node.expr, leaf);
  }
  for (const plan::PlanNode& input : node.inputs) collect(input, &node);
}

Result<std::unique_ptr<engine::SampleStream>> PlanLeaves::samples(const engine::SamplesRequest& request) {
  promql::Expr about;
  about.pos = request.pos;
  std::vector<topology::ShardId> touched = plan::shardsTouched(request.matchers, shards_, options_);
  std::erase_if(touched, [&](topology::ShardId shard) {
    return !shards_.shard(shard).times.meet(request.start_ms, request.end_ms, options_.now_ms);
  });
  const plan::Fetch fetch = plan::fetchOfSamples(request.matchers, about, touched, shards_);
  return std::make_unique<ShardSamples>(fetch, request, LeafContext{querier_, *evaluation_, annotations_});
}

Result<std::unique_ptr<engine::SeriesStream>> PlanLeaves::columns(const promql::Expr& expr,
                                                                  const engine::StepGrid& grid) {
  const PlannedLeaf& planned = leaves_.at(&expr);
  const Leaf leaf{.node = *planned.node,
                  .aggregate = planned.aggregate,
                  .sorted = planned.sorted || planned.shared,
                  .grid = grid,
                  .context = {querier_, *evaluation_, annotations_},
                  .hazards = hazards_};
  if (!planned.shared) return merge(leaf);
  for (const auto& known : shared_) {
    auto shared = known.lock();
    if (shared != nullptr && shared->isOf(*planned.node, grid)) return readerOf(std::move(shared));
  }
  auto shared = std::make_shared<SharedSeries>(leaf);
  shared_.push_back(shared);
  return readerOf(std::move(shared));
}

}  // namespace prome::querier
