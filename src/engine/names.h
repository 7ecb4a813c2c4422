// What an expression makes of metric names: can two of its series differ in nothing else? Pure functions.
#pragma once

#include "engine/engine_options.h"
#include "promql/ast.h"

namespace prome::engine {

/// May two series of `expr` become equal when their names go? False where all carry one name, or none.
bool namesMayDiffer(const promql::Expr& expr, const EngineOptions& options);

}  // namespace prome::engine
