#include "engine/range_functions.h"

#include <algorithm>
#include <string>

#include "engine/broadcast.h"
#include "engine/freeze.h"
#include "engine/window_call.h"
#include "promql/functions.h"

namespace prome::engine {
namespace {

// Prometheus 3 takes a subquery with an `@` for an instant vector where the call around it is worth another
// value at each step: predict_linear, or a scalar argument that changes. Such a call finds no range vector
// and answers nothing.
bool losesItsRange(const Place& place, const RangeOperand& range) {
  return place.evaluation.is3x() && range.windows.at_ms &&
         promql::as<promql::SubqueryExpr>(*range.expr) != nullptr && !isStepInvariant(place.expr);
}

}  // namespace

Result<OperatorPtr> makeRangeFunction(const Place& place, std::vector<Operand> operands) {
  RangeOperand* range = nullptr;
  std::vector<ScalarArgument> scalars;
  for (Operand& operand : operands) {
    if (auto* scalar = std::get_if<OperatorPtr>(&operand)) scalars.emplace_back(std::move(*scalar));
    if (auto* found = std::get_if<RangeOperand>(&operand)) range = found;
  }
  assert(range != nullptr);
  if (losesItsRange(place, *range)) return makeEmpty(place);
  const WindowCall call{place, *range, scalars};
  const std::string_view name = call.call().function->name;
  for (const auto table : {rateFunctions, changeFunctions, sumFunctions, pickFunctions, distributionFunctions,
                           regressionFunctions, absentRangeFunctions}) {
    const auto entry = std::ranges::find(table(), name, &WindowFunction::name);
    if (entry != table().end()) return entry->make(call);
  }
  return fail(ErrorKind::kExecution, "unknown function with name \"" + std::string(name) + "\"");
}

}  // namespace prome::engine
