// The checks that need a whole tree: argument counts and types, operands, matchings, empty selectors.
#pragma once

#include <optional>

#include "promql/ast.h"
#include "promql/parser.h"

namespace prome::promql {

/// The first error of the tree `root`, in the order Prometheus reports them; line and column are
/// not set. Drops vector matchings from operations on scalars. Call it once, before the tree is shared.
std::optional<ParseError> checkTypes(Expr& root);

/// Does some matcher of `selector` refuse the empty string?
bool excludesEmpty(const VectorSelector& selector);

}  // namespace prome::promql
