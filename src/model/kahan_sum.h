// Kahan-Neumaier summation as Prometheus does it. A plain value.
#pragma once

#include <cmath>

namespace prome::model {

struct KahanSum {
  double sum = 0;
  double compensation = 0;  // to be added to the sum at the end

  /// An infinite sum has no compensation, or it would become NaN.
  void add(double value) {
    const double next = sum + value;
    if (std::isinf(next)) {
      compensation = 0;
    } else if (std::fabs(sum) >= std::fabs(value)) {
      compensation += (sum - next) + value;
    } else {
      compensation += (value - next) + sum;
    }
    sum = next;
  }
};

}  // namespace prome::model
