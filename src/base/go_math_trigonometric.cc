// The octant of an argument is found by subtracting multiples of pi/4 in three parts (Cody and Waite), for
// large arguments by multiplying with the bits of 4/pi that matter (Payne and Hanek).
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "base/go_math.h"
#include "base/polynomial.h"

namespace prome::go_math {
namespace {

constexpr double kPi = std::numbers::pi;
constexpr int kMantissaBits = 52;
constexpr std::uint64_t kBias = 1023;

// The binary digits of 4/pi.
constexpr std::array<std::uint64_t, 20> kFourOverPi{
    0x0000000000000001, 0x45f306dc9c882a53, 0xf84eafa3ea69bb81, 0xb6c52b3278872083, 0xfca2c757bd778ac3,
    0x6e48dc74849ba5c0, 0x0c925dd413a32439, 0xfc3bd63962534e7d, 0xd1046bea5d768909, 0xd338e04d68befc82,
    0x7323ac7306a673e9, 0x3908bf177bf25076, 0x3ff12fffbc0b301f, 0xde5e2316b414da3e, 0xda6cfd9e4f96136e,
    0x9e8c7ecd3cbfd45a, 0xea4f758fd7cbe2f6, 0x7a0e73ef14a525d4, 0xd7f6bf623f1aba10, 0xac06608df8f6d757,
};

/// x = octant * pi/4 + rest, octant even (odd ones are rounded up); modulo 8 only for large arguments.
struct Reduced {
  std::uint64_t octant = 0;
  double rest = 0;
};

__extension__ using Wide = unsigned __int128;

Reduced reduceLarge(double x) {
  constexpr std::uint64_t kMantissa = (std::uint64_t{1} << kMantissaBits) - 1;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const int exponent = static_cast<int>(bits >> kMantissaBits) - static_cast<int>(kBias) - kMantissaBits;
  const std::uint64_t mantissa = (bits & kMantissa) | (std::uint64_t{1} << kMantissaBits);

  // Three words of 4/pi, placed so that the product's first word begins 61 bits above the point.
  const auto at = static_cast<unsigned>(exponent + 61);
  const auto word = [&](std::size_t i) {
    const std::size_t first = at / 64 + i;
    const unsigned shift = at % 64;
    return shift == 0 ? kFourOverPi[first]
                      : (kFourOverPi[first] << shift) | (kFourOverPi[first + 1] >> (64 - shift));
  };
  const Wide middle = static_cast<Wide>(word(1)) * mantissa;
  const Wide last = static_cast<Wide>(word(2)) * mantissa;
  const Wide product = (static_cast<Wide>(word(0) * mantissa) << 64) + middle + (last >> 64);
  auto high = static_cast<std::uint64_t>(product >> 64);
  const auto low = static_cast<std::uint64_t>(product);

  std::uint64_t octant = high >> 61;
  high = (high << 3) | (low >> 61);
  const auto zeros = static_cast<unsigned>(std::countl_zero(high));
  const std::uint64_t biased = kBias - (zeros + 1);
  // Shifting by a whole word gives 0 in Go.
  const unsigned shift = zeros + 1;
  high = (shift >= 64 ? 0 : high << shift) | (shift > 64 ? 0 : low >> (64 - shift));
  high = (high >> (64 - kMantissaBits)) | (biased << kMantissaBits);
  double rest = std::bit_cast<double>(high);
  if ((octant & 1) == 1) {
    octant = (octant + 1) & 7;
    rest -= 1;
  }
  return {octant, rest * (kPi / 4)};
}

/// `x` is positive and finite.
Reduced reduce(double x) {
  constexpr double kLarge = 1 << 29;
  if (x >= kLarge) return reduceLarge(x);
  constexpr double kFourOverPiRounded = 1.2732395447351626861510701069801148;
  auto octant = static_cast<std::uint64_t>(x * kFourOverPiRounded);
  octant += octant & 1;
  const auto y = static_cast<double>(octant);
  const double rest =
      ((x - y * 7.85398125648498535156e-1) - y * 3.77489470793079817668e-8) - y * 2.69515142907905952645e-15;
  return {octant, rest};
}

double sinNearZero(double z) {
  const double zz = z * z;
  return z + z * zz *
                 polynomial(zz, 1.58962301576546568060e-10, -2.50507477628578072866e-8,
                            2.75573136213857245213e-6, -1.98412698295895385996e-4, 8.33333333332211858878e-3,
                            -1.66666666666666307295e-1);
}

double cosNearZero(double z) {
  const double zz = z * z;
  return 1.0 - 0.5 * zz +
         zz * zz *
             polynomial(zz, -1.13585365213876817300e-11, 2.08757008419747316778e-9,
                        -2.75573141792967388112e-7, 2.48015872888517045348e-5, -1.38888888888730564116e-3,
                        4.16666666666665929218e-2);
}

double atanNearZero(double x) {
  const double z = x * x;
  const double numerator =
      polynomial(z, -8.750608600031904122785e-01, -1.615753718733365076637e+01, -7.500855792314704667340e+01,
                 -1.228866684490136173410e+02, -6.485021904942025371773e+01);
  const double denominator =
      polynomial(z, 1.0, 2.485846490142306297962e+01, 1.650270098316988542046e+02,
                 4.328810604912902668951e+02, 4.853903996359136964868e+02, 1.945506571482613964425e+02);
  return x * (z * numerator / denominator) + x;
}

/// `x` is not negative, or NaN.
double atanPositive(double x) {
  constexpr double kMoreBits = 6.123233995736765886130e-17;  // pi/2 less its double
  constexpr double kTan3Pi8 = 2.41421356237309504880;
  if (x <= 0.66) return atanNearZero(x);
  if (x > kTan3Pi8) return kPi / 2 - atanNearZero(1 / x) + kMoreBits;
  return kPi / 4 + atanNearZero((x - 1) / (x + 1)) + 0.5 * kMoreBits;
}

}  // namespace

double sin(double x) {
  if (x == 0 || std::isnan(x)) return x;
  if (std::isinf(x)) return kNaN;
  const Reduced reduced = reduce(std::fabs(x));
  const std::uint64_t octant = reduced.octant & 7;
  const bool negative = (x < 0) != (octant > 3);
  const bool by_cos = (octant & 3) == 2;
  const double y = by_cos ? cosNearZero(reduced.rest) : sinNearZero(reduced.rest);
  return negative ? -y : y;
}

double cos(double x) {
  if (!std::isfinite(x)) return kNaN;
  const Reduced reduced = reduce(std::fabs(x));
  const std::uint64_t octant = reduced.octant & 7;
  const bool by_sin = (octant & 3) == 2;
  const bool negative = (octant > 3) != by_sin;
  const double y = by_sin ? sinNearZero(reduced.rest) : cosNearZero(reduced.rest);
  return negative ? -y : y;
}

double tan(double x) {
  if (x == 0 || std::isnan(x)) return x;
  if (std::isinf(x)) return kNaN;
  const Reduced reduced = reduce(std::fabs(x));
  const double z = reduced.rest;
  const double zz = z * z;
  double y = z;
  if (zz > 1e-14) {
    const double numerator =
        polynomial(zz, -1.30936939181383777646e4, 1.15351664838587416140e6, -1.79565251976484877988e7);
    const double denominator = polynomial(zz, 1.0, 1.36812963470692954678e4, -1.32089234440210967447e6,
                                          2.50083801823357915839e7, -5.38695755929454629881e7);
    y = z + z * (zz * numerator / denominator);
  }
  if ((reduced.octant & 2) == 2) y = -1 / y;
  return x < 0 ? -y : y;
}

double asin(double x) {
  if (x == 0) return x;
  const double magnitude = x < 0 ? -x : x;
  if (magnitude > 1) return kNaN;
  const double root = std::sqrt(1 - magnitude * magnitude);
  const double angle =
      magnitude > 0.7 ? kPi / 2 - atanPositive(root / magnitude) : atanPositive(magnitude / root);
  return x < 0 ? -angle : angle;
}

double acos(double x) {
  return kPi / 2 - asin(x);
}

double atan(double x) {
  if (x == 0) return x;
  return x > 0 ? atanPositive(x) : -atanPositive(-x);
}

}  // namespace prome::go_math
