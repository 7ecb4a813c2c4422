// An operator that measures another.
#pragma once

#include "engine/operator.h"
#include "engine/profile.h"

namespace prome::engine {

/// Gives what `input` gives and adds it to `measure`, which must outlive the operator.
OperatorPtr makeMeasured(const Place& place, OperatorPtr input, NodeMeasure& measure);

}  // namespace prome::engine
