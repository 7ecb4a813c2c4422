// Elementary functions that round as Go's package math does on amd64.
//
// A router's answer must equal a shard's to the last bit, and libm's functions differ from Go's in it.
// Sources of the formulas: Cephes (trigonometric and hyperbolic functions), FreeBSD's msun (logarithms,
// powers of two) and N. Shibata, "Efficient evaluation methods of elementary functions suitable for SIMD
// computation" (exp, in its form with fused multiply-add). Pure functions.
#pragma once

#include <bit>
#include <cstdint>

namespace prome::go_math {

/// math.NaN(), to the bit.
inline constexpr double kNaN = std::bit_cast<double>(std::uint64_t{0x7ff8000000000001});

double exp(double x);
double exp2(double x);
double log(double x);
double log2(double x);
double log10(double x);
double log1p(double x);

double sin(double x);
double cos(double x);
double tan(double x);
double asin(double x);
double acos(double x);
double atan(double x);

double sinh(double x);
double cosh(double x);
double tanh(double x);
double asinh(double x);
double acosh(double x);
double atanh(double x);

double pow(double x, double y);
/// The remainder of x / y with x's sign.
double mod(double x, double y);
double atan2(double y, double x);

/// +Inf wins, then NaN; of two zeros the positive one.
double max(double x, double y);
/// -Inf wins, then NaN; of two zeros the negative one.
double min(double x, double y);

}  // namespace prome::go_math
