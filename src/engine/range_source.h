// Range vectors: the raw samples of a matrix selector, or the steps of a subquery taken as samples.
#pragma once

#include <memory>

#include "engine/leaf_source.h"
#include "engine/operator.h"

namespace prome::engine {

/// The samples all windows of `windows` need of the series `matchers` select. For `anchored` a lookback more
/// before the first window, for `smoothed` also one after the last.
Result<std::unique_ptr<RangeSource>> makeSelectorRange(Evaluation& evaluation, const WindowGrid& windows,
                                                       const promql::Expr& selector, LeafSource& leaves);

/// The values of `inner` at its own steps, as samples. Reset hints of histograms become unknown: samples in
/// between may have been skipped, or given twice.
std::unique_ptr<RangeSource> makeSubqueryRange(Evaluation& evaluation, OperatorPtr inner);

/// The grid a subquery is evaluated on: every multiple of its step in the windows of `windows`.
StepGrid subqueryGrid(const WindowGrid& windows, std::int64_t step_ms, Dialect dialect);

}  // namespace prome::engine
