#include "engine/parametric_aggregation.h"

#include <utility>

namespace prome::engine {

ParametricAggregation::ParametricAggregation(const Place& place, OperatorPtr input, OperatorPtr param)
    : Operator(place),
      context_(place),
      input_(std::move(input)),
      param_(std::move(param)),
      index_(context_.aggregate(), place.evaluation.budget()),
      claim_(place.evaluation.budget()) {}

Result<bool> ParametricAggregation::produce(Series& result) {
  if (param_ != nullptr) {
    Result<AggregationParameter> read = AggregationParameter::read(*std::exchange(param_, nullptr));
    if (!read) return std::unexpected(read.error());
    parameter_.emplace(*std::move(read));
    if (Result<void> begun = begin(); !begun) return std::unexpected(begun.error());
  }
  return nextResult(result);
}

Result<Demand> ParametricAggregation::demandOf(Result<Demand> checked) {
  if (checked && *checked == Demand::kSomething) return checked;
  if (Result<void> discarded = discard(*input_); !discarded) return std::unexpected(discarded.error());
  return checked;
}

}  // namespace prome::engine
