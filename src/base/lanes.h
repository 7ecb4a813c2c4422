// Arithmetic on neighbouring values of an array at once: a kernel written once for one value and for a pair.
//
// Compilers give up on loops that choose between values (they see control flow), and those are all of
// PromQL's. So a kernel is a function of a type that is either double or Lanes, with the few operations
// below, each the same in every lane as on a double. Pure.
#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace prome {

inline constexpr std::size_t kLanes = 2;  // as wide as every x86-64 and AArch64 has them
using Lanes = double __attribute__((vector_size(kLanes * sizeof(double))));
/// All bits of a lane set, or none: what comparing Lanes gives.
using LaneMask = std::int64_t __attribute__((vector_size(kLanes * sizeof(double))));

template <class V, class Element>
V load(const Element* from) {
  V values;
  std::memcpy(&values, from, sizeof values);
  return values;
}
template <class V>
void store(double* to, V values) {
  std::memcpy(to, &values, sizeof values);
}

template <class V>
V splat(double value) {
  if constexpr (std::is_same_v<V, double>) {
    return value;
  } else {
    return V{value, value};
  }
}

inline double select(bool condition, double yes, double no) {
  return condition ? yes : no;
}
inline Lanes select(LaneMask condition, Lanes yes, Lanes no) {
  return std::bit_cast<Lanes>((condition & std::bit_cast<LaneMask>(yes)) |
                              (~condition & std::bit_cast<LaneMask>(no)));
}

inline double magnitude(double value) {
  return std::abs(value);
}
inline Lanes magnitude(Lanes values) {
  return std::bit_cast<Lanes>(std::bit_cast<LaneMask>(values) & std::numeric_limits<std::int64_t>::max());
}

template <class V>
auto isInfinite(V values) {
  return magnitude(values) > std::numeric_limits<double>::max();
}

inline bool any(bool condition) {
  return condition;
}
inline bool any(LaneMask condition) {
  return (condition[0] | condition[1]) != 0;
}

/// Calls `kernel(at, std::type_identity<V>)` so that [0, steps) is covered: V is Lanes, at an odd end double.
template <class Kernel>
void forLanes(std::size_t steps, Kernel&& kernel) {
  std::size_t at = 0;
  for (; at + kLanes <= steps; at += kLanes) kernel(at, std::type_identity<Lanes>());
  for (; at < steps; ++at) kernel(at, std::type_identity<double>());
}

}  // namespace prome
