// Functions of one float: the value at each step, the name dropped, histograms left out.
#pragma once

#include <utility>

#include "engine/operator.h"

namespace prome::engine {

template <class F>
class FloatFunction final : public Operator {
 public:
  FloatFunction(const Place& place, OperatorPtr input, F function)
      : Operator(place), input_(std::move(input)), function_(std::move(function)) {}

 protected:
  Result<bool> produce(Series& series) override {
    Result<bool> more = input_->next(series);
    if (!more || !*more) return more;
    series.histograms.reset();
    for (double& value : series.floats.values()) value = isAbsent(value) ? kAbsent : function_(value);
    dropName(series, evaluation());
    return true;
  }

 private:
  OperatorPtr input_;
  F function_;
};

}  // namespace prome::engine
