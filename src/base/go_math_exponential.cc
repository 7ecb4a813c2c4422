#include <bit>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <limits>

#include "base/go_math.h"
#include "base/polynomial.h"

namespace prome::go_math {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr std::uint64_t kMantissa = 0x000FFFFFFFFFFFFF;
constexpr int kMantissaBits = 52;

/// 2^exponent * fraction in the two roundings of Go's assembly, where the result is subnormal.
double scaled(double fraction, std::int64_t exponent) {
  constexpr std::int64_t kBias = 0x3FF;
  const auto power = [](std::int64_t biased) {
    return std::bit_cast<double>(static_cast<std::uint64_t>(biased) << kMantissaBits);
  };
  const std::int64_t biased = exponent + kBias;
  if (biased >= 0x7FF) return kInf;
  if (biased > 0) return fraction * power(biased);
  if (biased < -kMantissaBits) return 0;
  return fraction * power(biased + kBias - 1) * power(1);
}

/// e^(high - low) * 2^k for |high - low| <= ln(2)/2: FreeBSD's e_exp.c.
double expReduced(double high, double low, int k) {
  const double r = high - low;
  const double t = r * r;
  const double c =
      r - t * polynomial(t, 4.13813679705723846039e-08, -1.65339022054652515390e-06,
                         6.61375632143793436117e-05, -2.77777777770155933842e-03, 1.66666666666666657415e-01);
  const double y = 1 - ((low - (r * c) / (2 - c)) - high);
  return std::ldexp(y, k);
}

/// The series of FreeBSD's e_log.c in s^2.
double logSeries(double s2) {
  const double s4 = s2 * s2;
  const double odd = s2 * polynomial(s4, 1.479819860511658591e-01, 1.818357216161805012e-01,
                                     2.857142874366239149e-01, 6.666666666666735130e-01);
  const double even =
      s4 * polynomial(s4, 1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01);
  return odd + even;
}

}  // namespace

double exp(double x) {
  constexpr double kOverflow = 7.09782712893384e+02;
  constexpr double kLog2E = 1.4426950408889634073599246810018920;
  constexpr double kUpperLn2 = 0.69314718055966295651160180568695068359375;
  constexpr double kLowerLn2 = 0.28235290563031577122588448175013436025525412068e-12;
  if (std::isnan(x)) return x;
  if (x > kOverflow) return kInf;
  const double k = std::nearbyint(x * kLog2E);
  if (k < -2048) return 0;
  double r = std::fma(-k, kUpperLn2, x);
  r = std::fma(-k, kLowerLn2, r) * 0.0625;
  double series = 2.4801587301587301587e-5;
  for (const double c : {1.9841269841269841270e-4, 1.3888888888888888889e-3, 8.3333333333333333333e-3,
                         4.1666666666666666667e-2, 1.6666666666666666667e-1, 0.5, 1.0}) {
    series = std::fma(r, series, c);
  }
  // r is a sixteenth: (1 + y)^2 - 1 = y * (y + 2), four times.
  double y = r * series;
  for (int i = 0; i < 3; ++i) y *= y + 2.0;
  y = std::fma(y + 2.0, y, 1.0);
  return scaled(y, static_cast<std::int64_t>(k));
}

double exp2(double x) {
  if (std::isnan(x)) return x;
  if (x > 1.0239999999999999e+03) return kInf;
  if (x < -1.0740e+03) return 0;
  const int k = x > 0 ? static_cast<int>(x + 0.5) : static_cast<int>(x - 0.5);
  const double t = x - static_cast<double>(k);
  return expReduced(t * kLn2High, -t * kLn2Low, k);
}

// Subnormal arguments are not normalized, as in Go's assembly.
double log(double x) {
  constexpr double kHalfSqrt2 = 7.07106781186547524401e-01;
  if (x == 0) return -kInf;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  if (std::bit_cast<std::int64_t>(x) < 0) return kNaN;
  if (!std::isfinite(x)) return x;
  double fraction = std::bit_cast<double>((bits & kMantissa) | std::bit_cast<std::uint64_t>(0.5));
  double k = static_cast<double>(static_cast<int>(bits >> kMantissaBits) - 0x3FE);
  if (fraction <= kHalfSqrt2) {
    k -= 1;
    fraction *= 2;
  }
  const double f = fraction - 1;
  const double s = f / (2 + f);
  const double series = logSeries(s * s);
  const double half_square = 0.5 * f * f;
  return k * kLn2High - ((half_square - (s * (half_square + series) + k * kLn2Low)) - f);
}

double log2(double x) {
  constexpr double kInverseLn2 = 1.4426950408889634073599246810018920;
  int exponent = 0;
  const double fraction = std::isfinite(x) ? std::frexp(x, &exponent) : x;
  if (fraction == 0.5) return static_cast<double>(exponent - 1);  // powers of two are exact
  return log(fraction) * kInverseLn2 + static_cast<double>(exponent);
}

double log10(double x) {
  constexpr double kInverseLn10 = 0.43429448190325182765112891891660508229439700580367;
  return log(x) * kInverseLn10;
}

// FreeBSD's s_log1p.c.
double log1p(double x) {
  constexpr double kSqrt2Minus1 = 4.142135623730950488017e-01;
  constexpr double kHalfSqrt2Minus1 = -2.928932188134524755992e-01;
  constexpr std::uint64_t kSqrt2Mantissa = 0x0006a09e667f3bcd;
  if (x < -1 || std::isnan(x)) return kNaN;
  if (x == -1) return -kInf;
  if (x == kInf) return kInf;
  const double magnitude = std::fabs(x);
  if (magnitude < 0x1p-54) return x;
  if (magnitude < 0x1p-29) return x - x * x * 0.5;

  double f = x;
  double k = 0;
  double correction = 0;
  bool tiny = false;  // |f| < 2^-20
  if (!(magnitude < kSqrt2Minus1 && x > kHalfSqrt2Minus1)) {
    const double u = magnitude < 0x1p53 ? 1.0 + x : x;
    std::uint64_t bits = std::bit_cast<std::uint64_t>(u);
    k = static_cast<double>(static_cast<std::int64_t>(bits >> kMantissaBits) - 1023);
    if (magnitude < 0x1p53) correction = (k > 0 ? 1.0 - (u - x) : x - (u - 1.0)) / u;
    bits &= kMantissa;
    if (bits < kSqrt2Mantissa) {
      f = std::bit_cast<double>(bits | std::bit_cast<std::uint64_t>(1.0)) - 1.0;
    } else {
      k += 1;
      f = std::bit_cast<double>(bits | std::bit_cast<std::uint64_t>(0.5)) - 1.0;
      bits = (0x0010000000000000 - bits) >> 2;
    }
    tiny = bits == 0;
  }
  const double half_square = 0.5 * f * f;
  if (tiny) {
    if (f == 0) return k == 0 ? 0 : k * kLn2High + (correction + k * kLn2Low);
    const double r = half_square * (1.0 - 0.66666666666666666 * f);
    return k == 0 ? f - r : k * kLn2High - ((r - (k * kLn2Low + correction)) - f);
  }
  const double s = f / (2.0 + f);
  const double z = s * s;
  const double r =
      z * polynomial(z, 1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01,
                     2.222219843214978396e-01, 2.857142874366239149e-01, 3.999999999940941908e-01,
                     6.666666666666735130e-01);
  if (k == 0) return f - (half_square - s * (half_square + r));
  return k * kLn2High - ((half_square - (s * (half_square + r) + (k * kLn2Low + correction))) - f);
}

double max(double x, double y) {
  if (x == kInf || y == kInf) return kInf;
  if (std::isnan(x) || std::isnan(y)) return kNaN;
  if (x == 0 && y == 0) return std::signbit(x) ? y : x;
  return x > y ? x : y;
}

double min(double x, double y) {
  if (x == -kInf || y == -kInf) return -kInf;
  if (std::isnan(x) || std::isnan(y)) return kNaN;
  if (x == 0 && y == 0) return std::signbit(x) ? x : y;
  return x < y ? x : y;
}

}  // namespace prome::go_math
