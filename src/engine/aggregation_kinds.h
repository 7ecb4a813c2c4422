// The aggregations one by one, as makeAggregation chooses among them. See engine/aggregation.h.
#pragma once

#include "engine/operator.h"

namespace prome::engine {

OperatorPtr makeSum(const Place& place, OperatorPtr input);
OperatorPtr makeAverage(const Place& place, OperatorPtr input);
OperatorPtr makeCount(const Place& place, OperatorPtr input);
OperatorPtr makeGroup(const Place& place, OperatorPtr input);
/// min and max.
OperatorPtr makeExtreme(const Place& place, OperatorPtr input);
/// stddev and stdvar.
OperatorPtr makeDeviation(const Place& place, OperatorPtr input);

OperatorPtr makeQuantile(const Place& place, OperatorPtr input, OperatorPtr param);
/// topk and bottomk.
OperatorPtr makeTop(const Place& place, OperatorPtr input, OperatorPtr param);
/// limitk and limit_ratio.
OperatorPtr makeLimit(const Place& place, OperatorPtr input, OperatorPtr param);
OperatorPtr makeCountValues(const Place& place, OperatorPtr input);

}  // namespace prome::engine
