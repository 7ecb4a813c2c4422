#include "engine/range_functions.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "engine/window_call.h"
#include "promql/functions.h"

namespace prome::engine {
Result<OperatorPtr> makeRangeFunction(const Place& place, std::vector<Operand> operands) {
  RangeOperand* range = nullptr;
  std::vector<ScalarArgument> scalars;
  for (Operand& operand : operands) {
    if (auto* scalar = std::get_if<OperatorPtr>(&operand)) scalars.emplace_back(std::move(*scalar));
    if (auto* found = std::get_if<RangeOperand>(&operand)) range = found;
  }
  assert(range != nullptr);
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
