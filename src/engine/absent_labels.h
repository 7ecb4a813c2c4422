// The labels of absent() and absent_over_time(). Pure.
#pragma once

#include "model/dialect.h"
#include "model/labels.h"
#include "promql/ast.h"

namespace prome::engine {

/// What `argument` says of the series that is not there, see promql::matchersOfAbsent.
model::Labels absentLabels(const promql::Expr& argument, model::Dialect dialect);

}  // namespace prome::engine
