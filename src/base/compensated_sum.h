// Kahan's summation in Neumaier's form, as Prometheus 3.x adds floats. Pure.
//
// The order of operations is that of util/kahansum in Prometheus; contraction must be off.
#pragma once

#include "base/lanes.h"

namespace prome {

/// A running sum and what rounding lost of it; their sum is the answer. An overflow forgets the loss. `V` is
/// double, or Lanes for the sums of neighbouring steps.
template <class V>
struct BasicCompensatedSum {
  V sum{};
  V lost{};

  void add(V value) {
    const V total = sum + value;
    const auto sum_larger = magnitude(sum) >= magnitude(value);
    const V larger = select(sum_larger, sum, value);
    const V smaller = select(sum_larger, value, sum);
    const V loss = lost + ((larger - total) + smaller);
    lost = select(isInfinite(total), V{}, loss);
    sum = total;
  }
  V value() const { return sum + lost; }
};

using CompensatedSum = BasicCompensatedSum<double>;

}  // namespace prome
