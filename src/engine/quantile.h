// The quantile of some values, as quantile() and quantile_over_time() define it. Pure.
#pragma once

#include <span>

namespace prome::engine {

/// Between the two values nearest to rank q * (n - 1), weighted; NaNs rank lowest. NaN where q is NaN or
/// there is no value, -Inf for q < 0, +Inf for q > 1. Reorders `values`.
double quantileOf(double q, std::span<double> values);

}  // namespace prome::engine
