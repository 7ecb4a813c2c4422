#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <numbers>

#include "base/go_math.h"
#include "engine/float_function.h"
#include "engine/function_table.h"
#include "engine/scalar_argument.h"

namespace prome::engine {
namespace {

template <auto kFunction>
OperatorPtr makeFloat(const CallSite& site) {
  const auto function = [](double value) { return kFunction(value); };
  return std::make_unique<FloatFunction<decltype(function)>>(site.place, site.take(0), function);
}

double radians(double degrees) {
  return degrees * std::numbers::pi / 180;
}

double degrees(double radians) {
  return radians * 180 / std::numbers::pi;
}

/// -1, 0 or 1; zeros keep their sign, NaN stays.
double sign(double value) {
  if (value < 0) return -1;
  return value > 0 ? 1 : value;
}

constexpr auto kAbs = [](double value) { return std::fabs(value); };
constexpr auto kCeil = [](double value) { return std::ceil(value); };
constexpr auto kFloor = [](double value) { return std::floor(value); };
constexpr auto kSqrt = [](double value) { return std::sqrt(value); };

/// clamp, clamp_min and clamp_max; an open side is its infinity. Where max < min at a step nothing is left.
class Clamp final : public Operator {
 public:
  Clamp(const Place& place, OperatorPtr input, ScalarArgument min, ScalarArgument max)
      : Operator(place), input_(std::move(input)), min_(std::move(min)), max_(std::move(max)) {}

 protected:
  Result<bool> produce(Series& series) override {
    for (ScalarArgument* bound : {&min_, &max_}) {
      if (Result<void> loaded = bound->loadBehind(*input_); !loaded)
        return std::unexpected(std::move(loaded.error()));
    }
    Result<bool> more = input_->next(series);
    if (!more || !*more) return more;
    series.histograms.reset();
    for (std::size_t step = 0; step < series.floats.size(); ++step) {
      double& value = series.floats[step];
      if (isAbsent(value)) continue;
      const double min = min_[step];
      const double max = max_[step];
      value = max < min ? kAbsent : go_math::max(min, go_math::min(max, value));
    }
    dropName(series, evaluation());
    return true;
  }

 private:
  OperatorPtr input_;
  ScalarArgument min_;
  ScalarArgument max_;
};

constexpr double kInf = std::numeric_limits<double>::infinity();

OperatorPtr makeClamp(const CallSite& site) {
  return std::make_unique<Clamp>(site.place, site.take(0), ScalarArgument(site.take(1)),
                                 ScalarArgument(site.take(2)));
}

OperatorPtr makeClampMin(const CallSite& site) {
  return std::make_unique<Clamp>(site.place, site.take(0), ScalarArgument(site.take(1)),
                                 ScalarArgument(kInf));
}

OperatorPtr makeClampMax(const CallSite& site) {
  return std::make_unique<Clamp>(site.place, site.take(0), ScalarArgument(-kInf),
                                 ScalarArgument(site.take(1)));
}

/// To the nearest multiple of `to`, ties up. Computed with the inverse, as Prometheus does.
class Round final : public Operator {
 public:
  Round(const Place& place, OperatorPtr input, ScalarArgument to)
      : Operator(place), input_(std::move(input)), to_(std::move(to)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (Result<void> loaded = to_.loadBehind(*input_); !loaded)
      return std::unexpected(std::move(loaded.error()));
    Result<bool> more = input_->next(series);
    if (!more || !*more) return more;
    series.histograms.reset();
    for (std::size_t step = 0; step < series.floats.size(); ++step) {
      double& value = series.floats[step];
      if (isAbsent(value)) continue;
      const double inverse = 1.0 / to_[step];
      value = std::floor(value * inverse + 0.5) / inverse;
    }
    dropName(series, evaluation());
    return true;
  }

 private:
  OperatorPtr input_;
  ScalarArgument to_;
};

OperatorPtr makeRound(const CallSite& site) {
  ScalarArgument to = site.operands.size() > 1 ? ScalarArgument(site.take(1)) : ScalarArgument(1.0);
  return std::make_unique<Round>(site.place, site.take(0), std::move(to));
}

constexpr std::array kFunctions{
    FunctionEntry{"abs", makeFloat<kAbs>},
    FunctionEntry{"acos", makeFloat<go_math::acos>},
    FunctionEntry{"acosh", makeFloat<go_math::acosh>},
    FunctionEntry{"asin", makeFloat<go_math::asin>},
    FunctionEntry{"asinh", makeFloat<go_math::asinh>},
    FunctionEntry{"atan", makeFloat<go_math::atan>},
    FunctionEntry{"atanh", makeFloat<go_math::atanh>},
    FunctionEntry{"ceil", makeFloat<kCeil>},
    FunctionEntry{"clamp", makeClamp},
    FunctionEntry{"clamp_max", makeClampMax},
    FunctionEntry{"clamp_min", makeClampMin},
    FunctionEntry{"cos", makeFloat<go_math::cos>},
    FunctionEntry{"cosh", makeFloat<go_math::cosh>},
    FunctionEntry{"deg", makeFloat<degrees>},
    FunctionEntry{"exp", makeFloat<go_math::exp>},
    FunctionEntry{"floor", makeFloat<kFloor>},
    FunctionEntry{"ln", makeFloat<go_math::log>},
    FunctionEntry{"log10", makeFloat<go_math::log10>},
    FunctionEntry{"log2", makeFloat<go_math::log2>},
    FunctionEntry{"rad", makeFloat<radians>},
    FunctionEntry{"round", makeRound},
    FunctionEntry{"sgn", makeFloat<sign>},
    FunctionEntry{"sin", makeFloat<go_math::sin>},
    FunctionEntry{"sinh", makeFloat<go_math::sinh>},
    FunctionEntry{"sqrt", makeFloat<kSqrt>},
    FunctionEntry{"tan", makeFloat<go_math::tan>},
    FunctionEntry{"tanh", makeFloat<go_math::tanh>},
};

}  // namespace

std::span<const FunctionEntry> mathFunctions() {
  return kFunctions;
}

}  // namespace prome::engine
