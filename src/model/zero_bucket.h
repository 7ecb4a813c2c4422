// Widening the zero bucket of a histogram, so that two of them can be added or compared. Exponential schemas.
#pragma once

#include <vector>

#include "model/float_histogram.h"

namespace prome::model {

struct WidenedZero {
  double count = 0;
  double compensation = 0;
  double threshold = 0;  // the one asked for, or the end of a populated bucket that it fell into
};

/// The zero bucket `histogram` would have with a zero threshold of at least `threshold`, which is not below
/// its own. `compensation` may be null.
WidenedZero widenedZero(const FloatHistogram& histogram, const FloatHistogram* compensation,
                        double threshold);

/// Widens the zero bucket of `histogram` (and of its `compensation`, which may be null) until it could be
/// that of `other`, too. Returns the zero bucket `other` would have then.
WidenedZero reconcileZeroBuckets(FloatHistogram& histogram, FloatHistogram* compensation,
                                 const FloatHistogram& other);

}  // namespace prome::model
