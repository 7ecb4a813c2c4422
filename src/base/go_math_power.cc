#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <optional>

#include "base/go_math.h"

namespace prome::go_math {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kPi = std::numbers::pi;

bool isOddInteger(double x) {
  constexpr double kAllEven = 0x1p53;
  return std::abs(x) < kAllEven && std::trunc(x) == x && (static_cast<std::int64_t>(x) & 1) != 0;
}

double powOfZero(double x, double y) {
  const bool odd = isOddInteger(y);
  if (y < 0) return std::signbit(x) && odd ? -kInf : kInf;
  return odd ? x : 0;
}

// |x| to a power so large (or infinite) that only the side of 1 it is on counts.
double powToExtreme(double x, double y) {
  if (x == -1) return 1;
  return (std::abs(x) < 1) == (y > 0) ? 0 : kInf;
}

/// What needs no multiplication.
std::optional<double> easyPow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (y == 1) return x;
  if (std::isnan(x) || std::isnan(y)) return kNaN;
  if (x == 0) return powOfZero(x, y);
  if (std::isinf(y)) return powToExtreme(x, y);
  if (x == -kInf) return powOfZero(-0.0, -y);
  if (x == kInf) return y < 0 ? 0 : kInf;
  if (y == 0.5) return std::sqrt(x);
  if (y == -0.5) return 1 / std::sqrt(x);
  return std::nullopt;
}

/// fraction * 2^exponent, whatever the exponent.
double scaled(double fraction, std::int64_t exponent) {
  constexpr std::int64_t kBeyond = 1 << 14;
  if (exponent > kBeyond) exponent = kBeyond;
  if (exponent < -kBeyond) exponent = -kBeyond;
  return std::ldexp(fraction, static_cast<int>(exponent));
}

}  // namespace

// The fraction of y by logarithm, its integer part by squaring, powers of two aside.
double pow(double x, double y) {
  if (const std::optional<double> easy = easyPow(x, y)) return *easy;
  constexpr double kHuge = 0x1p63;
  constexpr int kExponentLimit = 1 << 12;
  double whole = 0;
  double part = std::modf(std::abs(y), &whole);
  if (part != 0 && x < 0) return kNaN;
  if (whole >= kHuge) return powToExtreme(x, y);

  double product = 1;
  if (part != 0) {
    if (part > 0.5) {
      part -= 1;
      whole += 1;
    }
    product = exp(part * log(x));
  }
  std::int64_t exponent = 0;
  int square_exponent = 0;
  double square = std::frexp(x, &square_exponent);
  for (auto rest = static_cast<std::uint64_t>(whole); rest != 0; rest >>= 1) {
    if (square_exponent < -kExponentLimit || square_exponent > kExponentLimit) {
      exponent += square_exponent;
      break;
    }
    if ((rest & 1) != 0) {
      product *= square;
      exponent += square_exponent;
    }
    square *= square;
    square_exponent *= 2;
    if (square < 0.5) {
      square += square;
      --square_exponent;
    }
  }
  return y < 0 ? scaled(1 / product, -exponent) : scaled(product, exponent);
}

double mod(double x, double y) {
  if (y == 0 || std::isinf(x) || std::isnan(x) || std::isnan(y)) return kNaN;
  return std::fmod(x, y);
}

double atan2(double y, double x) {
  if (std::isnan(y) || std::isnan(x)) return kNaN;
  if (y == 0) return std::copysign(std::signbit(x) ? kPi : 0, y);
  if (x == 0) return std::copysign(kPi / 2, y);
  if (std::isinf(x)) {
    constexpr double kThreeQuarters = 3 * kPi / 4;
    if (x > 0) return std::copysign(std::isinf(y) ? kPi / 4 : 0, y);
    return std::copysign(std::isinf(y) ? kThreeQuarters : kPi, y);
  }
  if (std::isinf(y)) return std::copysign(kPi / 2, y);
  const double angle = atan(y / x);
  if (x > 0) return angle;
  return angle <= 0 ? angle + kPi : angle - kPi;
}

}  // namespace prome::go_math
