// Horner's scheme in the order of operations the sources of go_math.h share. Pure.
#pragma once

namespace prome {

/// (((first*x + c1)*x + c2)*x + ...) + last; each product and sum is rounded.
template <class... Rest>
constexpr double polynomial(double x, double first, Rest... rest) {
  double value = first;
  ((value = value * x + rest), ...);
  return value;
}

}  // namespace prome
