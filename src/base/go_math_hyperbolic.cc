#include <cmath>
#include <limits>

#include "base/go_math.h"
#include "base/polynomial.h"

namespace prome::go_math {
namespace {

constexpr double kLn2 = 0.693147180559945309417232121458176568;
constexpr double kNearZero = 0x1p-28;
constexpr double kLarge = 0x1p28;

// Hart and Cheney, #2029.
double sinhNearZero(double x) {
  const double square = x * x;
  const double numerator =
      polynomial(square, -0.2630563213397497062819489e+2, -0.2894211355989563807284660366e+4,
                 -0.8991272022039509355398013511e+5, -0.6307673640497716991184787251e+6) *
      x;
  return numerator / polynomial(square, 1.0, -0.173678953558233699533450911e+3,
                                0.1521517378790019070696485176e+5, -0.6307673640497716991212077277e+6);
}

}  // namespace

double sinh(double x) {
  const double magnitude = x < 0 ? -x : x;
  double result = 0;
  if (magnitude > 21) {
    result = exp(magnitude) * 0.5;
  } else if (magnitude > 0.5) {
    const double power = exp(magnitude);
    result = (power - 1 / power) * 0.5;
  } else {
    result = sinhNearZero(magnitude);
  }
  return x < 0 ? -result : result;
}

double cosh(double x) {
  const double magnitude = std::fabs(x);
  const double power = exp(magnitude);
  return magnitude > 21 ? power * 0.5 : (power + 1 / power) * 0.5;
}

double tanh(double x) {
  constexpr double kMaxLog = 8.8029691931113054295988e+01;
  const double magnitude = std::fabs(x);
  if (magnitude > 0.5 * kMaxLog) return x < 0 ? -1 : 1;
  if (magnitude >= 0.625) {
    const double result = 1 - 2 / (exp(2 * magnitude) + 1);
    return x < 0 ? -result : result;
  }
  if (x == 0) return x;
  const double s = x * x;
  return x +
         x * s *
             polynomial(s, -9.64399179425052238628e-1, -9.92877231001918586564e1, -1.61468768441708447952e3) /
             polynomial(s, 1.0, 1.12811678491632931402e2, 2.23548839060100448583e3, 4.84406305325125486048e3);
}

double asinh(double x) {
  if (!std::isfinite(x)) return x;
  const double magnitude = x < 0 ? -x : x;
  double result = magnitude;
  if (magnitude > kLarge) {
    result = log(magnitude) + kLn2;
  } else if (magnitude > 2) {
    result = log(2 * magnitude + 1 / (std::sqrt(magnitude * magnitude + 1) + magnitude));
  } else if (magnitude >= kNearZero) {
    const double square = magnitude * magnitude;
    result = log1p(magnitude + square / (1 + std::sqrt(1 + square)));
  }
  return x < 0 ? -result : result;
}

double acosh(double x) {
  if (x < 1 || std::isnan(x)) return kNaN;
  if (x == 1) return 0;
  if (x >= kLarge) return log(x) + kLn2;
  if (x > 2) return log(2 * x - 1 / (x + std::sqrt(x * x - 1)));
  const double t = x - 1;
  return log1p(t + std::sqrt(2 * t + t * t));
}

double atanh(double x) {
  if (x < -1 || x > 1 || std::isnan(x)) return kNaN;
  if (x == 1) return std::numeric_limits<double>::infinity();
  if (x == -1) return -std::numeric_limits<double>::infinity();
  const double magnitude = x < 0 ? -x : x;
  double result = magnitude;
  if (magnitude >= 0.5) {
    result = 0.5 * log1p((magnitude + magnitude) / (1 - magnitude));
  } else if (magnitude >= kNearZero) {
    const double twice = magnitude + magnitude;
    result = 0.5 * log1p(twice + twice * magnitude / (1 - magnitude));
  }
  return x < 0 ? -result : result;
}

}  // namespace prome::go_math
