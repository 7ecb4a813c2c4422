// Which times does a selector look at?
#pragma once

#include <cstdint>
#include <unordered_map>

#include "plan/plan_options.h"
#include "promql/ast.h"

namespace prome::plan {

/// Both ends belong to it.
struct TimeSpan {
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
};

/// For every vector selector below `root`, its own or of a range, no less than what it may look at when the
/// query is evaluated at the times of `options`. A selector whose durations have no value is left out.
std::unordered_map<const promql::Expr*, TimeSpan> selectorSpans(const promql::Expr& root,
                                                                const PlanOptions& options);

}  // namespace prome::plan
