// Bounds of the exponential bucket schemas. Pure.
#pragma once

#include <cstdint>

#include "model/float_histogram.h"

namespace prome::model {

/// Upper bound of positive bucket `index`: 2^(index * 2^-schema), bit for bit as Prometheus rounds it. The
/// bound that would be 2^1024 is the largest double, those above it are +Inf.
double exponentialBound(std::int32_t index, std::int32_t schema);

}  // namespace prome::model
