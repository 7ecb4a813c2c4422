// Expr -> Operator tree. Opens all leaves on its way.
#pragma once

#include "engine/histogram_stats.h"
#include "engine/leaf_source.h"
#include "engine/operator.h"
#include "engine/selector.h"
#include "promql/freeze.h"

namespace prome::engine {

/// Steps a subquery may have: 10 years of minutes are 5 million. A guard for memory, not a limit of the
/// language.
inline constexpr std::size_t kMaxSubquerySteps = 50'000'000;

class Compiler {
 public:
  Compiler(Evaluation& evaluation, const promql::QueryTimes& times, LeafSource& leaves)
      : evaluation_(evaluation), times_(times), leaves_(leaves), stats_leaves_(leaves) {}

  /// The operator of `expr`, a scalar or an instant vector, at the steps of `grid`.
  Result<OperatorPtr> operatorOf(const promql::Expr& expr, const StepGrid& grid, SampleLedger::Node parent);

  /// The range vector of `expr`, a matrix selector or a subquery, for windows at the steps of `grid`.
  Result<RangeOperand> rangeOf(const promql::Expr& expr, const StepGrid& grid, SampleLedger::Node parent);

 private:
  class Within;

  /// Where a selector's samples come from here.
  LeafSource& selectorLeaves();
  Place place(const promql::Expr& expr, const StepGrid& grid, SampleLedger::Node parent);
  Place uncounted(const promql::Expr& expr, const StepGrid& grid);
  Result<OperatorPtr> unmeasured(const promql::Expr& expr, const StepGrid& grid, SampleLedger::Node parent);
  Result<OperatorPtr> once(const promql::Expr& expr, const StepGrid& grid, SampleLedger::Node parent);
  Result<OperatorPtr> node(const promql::Expr& expr, const StepGrid& grid, SampleLedger::Node parent);
  Result<OperatorPtr> selector(const promql::Expr& expr, const Place& place, SelectorValue value);
  Result<OperatorPtr> unary(const promql::UnaryExpr& unary, const Place& place);
  Result<OperatorPtr> binary(const promql::BinaryExpr& binary, const Place& place);
  Result<OperatorPtr> aggregate(const promql::AggregateExpr& aggregate, const Place& place);
  Result<OperatorPtr> call(const promql::Call& call, const Place& place);
  Result<OperatorPtr> collapsed(Result<OperatorPtr> made, const promql::Call& call, const Place& place);
  OperatorPtr checked(OperatorPtr made, const Place& place);

  Evaluation& evaluation_;
  const promql::QueryTimes times_;
  LeafSource& leaves_;
  HistogramStatsLeaves stats_leaves_;
  // Nodes around the one being compiled: those that ask a histogram's sum or count, those that need all of
  // it.
  int stats_nodes_ = 0;
  int whole_nodes_ = 0;
};

}  // namespace prome::engine
