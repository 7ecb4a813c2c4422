// The labels of absent() and absent_over_time(). Pure.
#pragma once

#include "model/labels.h"
#include "promql/ast.h"

namespace prome::engine {

/// What `argument`, a selector (parentheses do not count), says of the series that is not there: the labels
/// of `=` matchers, the metric name apart. A later matcher on the same label takes it away again. No labels
/// for any other expression.
model::Labels absentLabels(const promql::Expr& argument);

}  // namespace prome::engine
