// Binary operations on floats: one value, or two columns step by step. Pure.
#pragma once

#include <cstdint>
#include <span>

#include "promql/ast.h"

namespace prome::engine {

/// What a comparison gives where it holds: an operand, or with `bool` 1 (and 0 where it does not hold).
enum class ComparisonValue : std::uint8_t { kLeft, kRight, kZeroOne };

/// out[i] = lhs[i] op rhs[i], absent where an operand is absent or a comparison filters. All spans are of one
/// length; `out` may be one of the operands.
using FloatKernel = void (*)(std::span<const double> lhs, std::span<const double> rhs, std::span<double> out);

/// The kernel of an arithmetic or comparison operator; not for set operators and trims.
FloatKernel floatKernel(promql::BinaryOp op, ComparisonValue comparison);

/// out[i] = -values[i], absent where there is no value; `out` may be `values`.
void negate(std::span<const double> values, std::span<double> out);

}  // namespace prome::engine
