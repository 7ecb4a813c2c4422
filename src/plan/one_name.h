// Can series of an expression be alike but for their names?
#pragma once

#include "promql/ast.h"

namespace prome::plan {

/// Do all series of `expr` have one name, or none? Then no two have equal labels but for the name.
bool hasOneName(const promql::Expr& expr);

}  // namespace prome::plan
