#include "engine/range_functions.h"

#include <algorithm>
#include <cassert>
#include <memory>
#include <string>

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

class LostRange final : public Operator {
 public:
  LostRange(const Place& place, std::unique_ptr<RangeSource> source, std::vector<ScalarArgument> scalars)
      : Operator(place), source_(std::move(source)), scalars_(std::move(scalars)) {}

 protected:
  Result<bool> produce(Series&) override {
    for (ScalarArgument& scalar : scalars_) {
      if (const Result<void> loaded = scalar.load(); !loaded) return std::unexpected(loaded.error());
    }
    SampleRun run;
    while (true) {
      const Result<bool> more = source_->next(run);
      if (!more || !*more) return more;
    }
  }

 private:
  const std::unique_ptr<RangeSource> source_;
  std::vector<ScalarArgument> scalars_;
};

}  // namespace

Result<OperatorPtr> makeRangeFunction(const Place& place, std::vector<Operand> operands) {
  RangeOperand* range = nullptr;
  std::vector<ScalarArgument> scalars;
  for (Operand& operand : operands) {
    if (auto* scalar = std::get_if<OperatorPtr>(&operand)) scalars.emplace_back(std::move(*scalar));
    if (auto* found = std::get_if<RangeOperand>(&operand)) range = found;
  }
  assert(range != nullptr);
  if (losesItsRange(place, *range)) {
    return std::make_unique<LostRange>(place, std::move(range->source), std::move(scalars));
  }
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
