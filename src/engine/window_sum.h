// Sums within a window, in either dialect. Plain values.
#pragma once

#include <cmath>

#include "base/compensated_sum.h"

namespace prome::engine {

/// Kahan-Neumaier as Prometheus 2.x has it: what an overflow lost is kept, and makes the sum NaN.
struct UnguardedSum {
  double sum = 0;
  double lost = 0;

  void add(double value) {
    const double total = sum + value;
    const bool sum_larger = std::abs(sum) >= std::abs(value);
    const double larger = sum_larger ? sum : value;
    const double smaller = sum_larger ? value : sum;
    lost += (larger - total) + smaller;
    sum = total;
  }
  double value() const { return sum + lost; }
};

}  // namespace prome::engine
