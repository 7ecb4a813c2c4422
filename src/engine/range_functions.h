// Functions over range vectors: rate and its kin, changes, deriv, the ..._over_time family.
//
// What a RangeSource must deliver, for the reference time ref of each step (its time less the offset) and the
// window that begins at ref - range:
//   kPlain     samples with ref - range < t <= ref (2.x: ref - range <= t <= ref);
//   kAnchored  also the newest float and the newest histogram at or before ref - range that are younger than
//              ref - range - lookback_delta;
//   kSmoothed  these, and the oldest float and the oldest histogram after ref, up to ref + lookback_delta.
// Delivering more is harmless: a window takes only what is its own. Deliver in one run all that any step needs.
#pragma once

#include <vector>

#include "engine/functions.h"
#include "engine/operator.h"

namespace prome::engine {

/// The operator of `place.expr`, a Call of a function with one range vector among its arguments, over operands
/// as makeFunction takes them. Scalar arguments are looked at anew at every step.
Result<OperatorPtr> makeRangeFunction(const Place& place, std::vector<Operand> operands);

}  // namespace prome::engine
