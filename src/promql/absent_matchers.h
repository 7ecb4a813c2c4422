// What absent() and absent_over_time() know of the series that is not there. Pure.
#pragma once

#include <vector>

#include "model/dialect.h"
#include "promql/ast.h"

namespace prome::promql {

/// The matchers whose names and values are the labels of absent(`argument`): of those with `=` on other names
/// than `__name__` such as no other `=` and no later matcher names. None where the argument, parentheses
/// taken off, is no selector. Source: createLabelsForAbsentFunction in prometheus/promql/functions.go, which
/// in 3.x sees the matchers in the order that storage left them in: those that only take series away last
/// (tsdb.PostingsForMatchers). A server that holds nothing at all of the time asked about leaves them as
/// written, which is not told apart here.
std::vector<const LabelMatcher*> matchersOfAbsent(const Expr& argument, model::Dialect dialect);

}  // namespace prome::promql
