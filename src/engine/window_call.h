// A call of a function over a range vector about to become an operator, and the tables of those functions.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/operator.h"
#include "engine/scalar_argument.h"

namespace prome::engine {

struct WindowCall {
  const Place& place;
  RangeOperand& range;                   // taken by the operator
  std::vector<ScalarArgument>& scalars;  // the others, in order; taken likewise

  const promql::Call& call() const { return std::get<promql::Call>(place.expr.node); }
  ScalarArgument take(std::size_t i) const { return std::move(scalars[i]); }
  bool is3x() const { return place.evaluation.is3x(); }
};

struct WindowFunction {
  std::string_view name;
  OperatorPtr (*make)(const WindowCall&);
};

/// Static, immutable tables, one a source file.
std::span<const WindowFunction> rateFunctions();
std::span<const WindowFunction> changeFunctions();
std::span<const WindowFunction> sumFunctions();
std::span<const WindowFunction> pickFunctions();
std::span<const WindowFunction> distributionFunctions();
std::span<const WindowFunction> regressionFunctions();
std::span<const WindowFunction> absentRangeFunctions();

}  // namespace prome::engine
