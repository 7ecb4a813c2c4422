// What the aggregations with a scalar parameter have in common: quantile, topk, bottomk, limitk, limit_ratio.
//
// The parameter is read and checked before any sample, so that a bad one is told on an empty vector as well.
// Used by one thread.
#pragma once

#include <optional>

#include "engine/aggregation_context.h"
#include "engine/aggregation_parameter.h"
#include "engine/grouping.h"

namespace prome::engine {

class ParametricAggregation : public Operator {
 public:
  ParametricAggregation(const Place& place, OperatorPtr input, OperatorPtr param);

 protected:
  /// Called once, with the parameter read, before the first nextResult().
  virtual Result<void> begin() = 0;
  virtual Result<bool> nextResult(Series& result) = 0;

  const AggregationContext& context() const { return context_; }
  const AggregationParameter& parameter() const { return *parameter_; }
  GroupIndex& groupIndex() { return index_; }
  MemoryClaim& claim() { return claim_; }

  Operator& input() { return *input_; }
  void releaseInput() { input_.reset(); }
  /// `checked`, what a check of the parameter gave. Where nothing comes of the input it is read to its end:
  /// an error of its own comes first.
  Result<Demand> demandOf(Result<Demand> checked);

 private:
  Result<bool> produce(Series& result) final;

  const AggregationContext context_;
  OperatorPtr input_;
  OperatorPtr param_;  // null once read
  std::optional<AggregationParameter> parameter_;
  GroupIndex index_;
  MemoryClaim claim_;
};

}  // namespace prome::engine
