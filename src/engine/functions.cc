#include "engine/functions.h"

#include <algorithm>
#include <string>

#include "engine/function_table.h"
#include "engine/range_functions.h"
#include "promql/functions.h"

namespace prome::engine {

Result<OperatorPtr> makeFunction(const Place& place, std::vector<Operand> operands, LeafSource& leaves) {
  const auto is_range = [](const Operand& operand) { return std::holds_alternative<RangeOperand>(operand); };
  if (std::ranges::any_of(operands, is_range)) return makeRangeFunction(place, std::move(operands));

  const std::string_view name = std::get<promql::Call>(place.expr.node).function->name;
  for (const auto group : {mathFunctions, scalarFunctions, timeFunctions, absentFunctions, sortFunctions,
                           labelFunctions, histogramFunctions, quantileFunctions, infoFunctions}) {
    const auto entry = std::ranges::find(group(), name, &FunctionEntry::name);
    if (entry != group().end()) return entry->make({place, operands, leaves});
  }
  return fail(ErrorKind::kExecution, "unknown function with name \"" + std::string(name) + "\"");
}

}  // namespace prome::engine
