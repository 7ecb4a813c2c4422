// Functions over range vectors: rate and its kin, changes, deriv, the ..._over_time family.
//
// What a RangeSource must deliver, for the reference time ref of each step (WindowGrid::reference): every
// sample but stale markers with
//   kPlain     ref - range < t <= ref (2.x: ref - range <= t <= ref);
//   kAnchored  ref - range - lookback_delta < t <= ref;
//   kSmoothed  ref - range - lookback_delta < t <= ref + lookback_delta.
// More is harmless: a window takes only what is its own. One run holds all that any step needs of a series,
// floats and histograms each in ascending order, no two of them at one time.
#pragma once

#include <vector>

#include "engine/functions.h"
#include "engine/operator.h"

namespace prome::engine {

/// The operator of `place.expr`, a Call of a function with one range vector among its arguments, over
/// operands as makeFunction takes them. Scalar arguments are looked at anew at every step. Errors are those
/// of the arguments, and of factors of double_exponential_smoothing outside (0, 1).
Result<OperatorPtr> makeRangeFunction(const Place& place, std::vector<Operand> operands);

}  // namespace prome::engine
