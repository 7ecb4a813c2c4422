// How many values a column holds: looked at once a series, so that most loops need not look at each step.
// Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace prome::engine {

/// A value at no step, at some, at all. Without a step: empty.
enum class Density : std::uint8_t { kEmpty, kSparse, kDense };

/// How many of `values` are not absent.
std::size_t countPresent(std::span<const double> values);
/// Of a column of `steps`, `present` of which hold a value.
Density densityFor(std::size_t present, std::size_t steps);
Density densityOf(std::span<const double> values);
/// Is any of `values` a NaN (an absent one is)?
bool holdsNaN(std::span<const double> values);

}  // namespace prome::engine
