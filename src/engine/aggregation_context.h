// What every aggregation needs to know of its place: the argument annotations are about, the dialect.
// Lives as long as the evaluation and its query.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/annotation_text.h"
#include "engine/operator.h"
#include "promql/printer.h"

namespace prome::engine {

/// Annotations are Prometheus 3.x' alone: in the 2.x dialect warn and inform do nothing.
class AggregationContext {
 public:
  explicit AggregationContext(const Place& place)
      : evaluation_(&place.evaluation),
        call_(&place.expr),
        aggregate_(promql::as<promql::AggregateExpr>(place.expr)),
        steps_(place.grid.steps()) {}

  Evaluation& evaluation() const { return *evaluation_; }
  ColumnPool& columns() const { return evaluation_->columns(); }
  MemoryBudget& budget() const { return evaluation_->budget(); }
  std::size_t steps() const { return steps_; }
  const promql::AggregateExpr& aggregate() const { return *aggregate_; }
  promql::AggregateOp op() const { return aggregate_->op; }

  /// Prometheus unwraps the parentheses of both before it evaluates, and tells positions without them.
  const promql::Expr& call() const { return *call_; }
  const promql::Expr& argument() const { return promql::withoutParens(*aggregate_->expr); }
  const promql::Expr& parameter() const { return promql::withoutParens(*aggregate_->param); }

  void warn(std::string text, const promql::Expr& about) const {
    if (evaluation_->is3x()) evaluation_->warn(std::move(text), about);
  }
  void inform(std::string text, const promql::Expr& about) const {
    if (evaluation_->is3x()) evaluation_->inform(std::move(text), about);
  }
  void informIgnoredHistogram(const promql::Expr& about) const {
    inform(annotation_text::histogramIgnoredIn(promql::operatorText(op())), about);
  }

 private:
  Evaluation* evaluation_;
  const promql::Expr* call_;
  const promql::AggregateExpr* aggregate_;
  std::size_t steps_;
};

}  // namespace prome::engine
