#include "engine/aggregation.h"

#include <cassert>
#include <utility>

#include "engine/aggregation_kinds.h"

namespace prome::engine {

Result<OperatorPtr> makeAggregation(const Place& place, OperatorPtr input, OperatorPtr param) {
  using enum promql::AggregateOp;
  const auto* aggregate = promql::as<promql::AggregateExpr>(place.expr);
  assert(aggregate != nullptr);
  switch (aggregate->op) {
    case kSum:
      return makeSum(place, std::move(input));
    case kAvg:
      return makeAverage(place, std::move(input));
    case kCount:
      return makeCount(place, std::move(input));
    case kMin:
    case kMax:
      return makeExtreme(place, std::move(input));
    case kGroup:
      return makeGroup(place, std::move(input));
    case kStddev:
    case kStdvar:
      return makeDeviation(place, std::move(input));
    case kTopk:
    case kBottomk:
      return makeTop(place, std::move(input), std::move(param));
    case kCountValues:
      return makeCountValues(place, std::move(input));
    case kQuantile:
      return makeQuantile(place, std::move(input), std::move(param));
    case kLimitk:
    case kLimitRatio:
      return makeLimit(place, std::move(input), std::move(param));
  }
  return fail(ErrorKind::kInternal, "unknown aggregation");
}

}  // namespace prome::engine
