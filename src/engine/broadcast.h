// Operators without leaves: constants, and one step's values at every step.
#pragma once

#include "engine/operator.h"

namespace prome::engine {

/// The scalar `value` at every step.
OperatorPtr makeConstant(const Place& place, double value);

/// No series at all.
OperatorPtr makeEmpty(const Place& place);

/// `input`, of one step, repeated at every step of `place.grid`. Counts what it adds for `input`'s node,
/// `counted`; its own place is uncounted.
OperatorPtr makeBroadcast(const Place& place, OperatorPtr input, SampleLedger::Node counted);

}  // namespace prome::engine
