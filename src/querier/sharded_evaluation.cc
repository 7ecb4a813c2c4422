#include "querier/sharded_evaluation.h"

#include <optional>

#include "plan/planner.h"
#include "querier/plan_leaves.h"

namespace prome::querier {
namespace {

promql::QueryTimes timesOf(const engine::QuerySpec& spec) {
  const bool range = spec.kind == engine::QueryKind::kRange;
  return {spec.grid.start_ms, spec.grid.end_ms, range ? spec.grid.step_ms : 0};
}

}  // namespace

Result<ShardedAnswer> evaluateSharded(const ShardedQuery& asked, const topology::ShardMap& shards,
                                      Querier& querier, const engine::Engine& engine) {
  plan::PlanOptions options = asked.plan;
  options.times = timesOf(asked.spec);
  options.dialect = engine.options().dialect;
  engine::EvaluationLimits limits = asked.limits;
  std::optional<MeasuredQuerier> measured;
  if (asked.analysis != nullptr) {
    measured.emplace(querier, *asked.analysis);
    limits.profile = &asked.analysis->profile();
  }
  for (int evaluation = 1; evaluation <= kMaxEvaluations; ++evaluation) {
    auto plan = plan::buildPlan(asked.query, shards, options);
    if (!plan) return std::unexpected(plan.error());
    if (asked.analysis != nullptr) asked.analysis->clear();
    PlanLeaves leaves(*plan, options, shards, asked.analysis == nullptr ? querier : *measured);
    model::Annotations annotations;
    auto answer = engine.evaluate(asked.query, asked.spec, leaves, annotations, limits);
    if (leaves.hazards().any()) {
      const std::size_t known = options.unpushed.size();
      options.unpushed.insert(leaves.hazards().met().begin(), leaves.hazards().met().end());
      if (options.unpushed.size() == known) break;
      continue;
    }
    if (!answer) return std::unexpected(answer.error());
    model::ShownAnnotations shown = leaves.annotations().show(annotations, asked.query.text());
    return ShardedAnswer{.answer = *std::move(answer),
                         .warnings = std::move(shown.warnings),
                         .infos = std::move(shown.infos),
                         .plan = *std::move(plan),
                         .evaluations = evaluation};
  }
  return fail(ErrorKind::kInternal, "query could not be evaluated over its shards");
}

}  // namespace prome::querier
