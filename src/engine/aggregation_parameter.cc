#include "engine/aggregation_parameter.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/number_format.h"

namespace prome::engine {
namespace {

// Prometheus' own bounds: the largest double below 2^63, and -2^63.
constexpr double kMaxCount = 9223372036854774784.0;
constexpr double kMinCount = -9223372036854775808.0;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

double greaterOf(double a, double b) {
  if (a == kInfinity || b == kInfinity) return kInfinity;
  if (std::isnan(a) || std::isnan(b)) return model::kNormalNaN;
  return std::max(a, b);
}

std::string general(double value) {
  std::string text;
  appendGeneral(text, value);
  return text;
}

std::unexpected<Error> outOfRange(double value, const char* what) {
  return fail(ErrorKind::kExecution, "Scalar value " + general(value) + " " + what + " int64");
}

}  // namespace

Result<AggregationParameter> AggregationParameter::read(Operator& param) {
  Series series;
  const Result<bool> more = param.next(series);
  if (!more) return std::unexpected(more.error());
  return AggregationParameter(*more ? std::move(series.floats) : Column());
}

AggregationParameter::AggregationParameter(Column values) : values_(std::move(values)) {
  for (const double value : values_.values()) {
    greatest_ = greaterOf(greatest_, value);
    least_ = -greaterOf(-least_, -value);
    any_nan_ |= std::isnan(value);
  }
}

double AggregationParameter::ratio(std::size_t step) const {
  return std::clamp(values_[step], -1.0, 1.0);
}

Result<Demand> AggregationParameter::checkCount(const AggregationContext& context) const {
  if (!context.evaluation().is3x()) return checkCountOf2x();
  if (greatest_ < 1) return Demand::kNothing;
  if (any_nan_) return fail(ErrorKind::kExecution, "Parameter value is NaN");
  if (least_ <= kMinCount) return outOfRange(least_, "underflows");
  if (greatest_ >= kMaxCount) return outOfRange(greatest_, "overflows");
  return Demand::kSomething;
}

// Step by step, and one word for both ends.
Result<Demand> AggregationParameter::checkCountOf2x() const {
  Demand demand = Demand::kNothing;
  for (const double value : values_.values()) {
    if (!(value >= kMinCount && value <= kMaxCount)) return outOfRange(value, "overflows");
    if (value >= 1) demand = Demand::kSomething;
  }
  return demand;
}

Result<Demand> AggregationParameter::checkRatio(const AggregationContext& context) const {
  if (values_.empty() || (greatest_ == 0 && least_ == 0)) return Demand::kNothing;
  if (any_nan_) return fail(ErrorKind::kExecution, "Ratio value is NaN");
  if (greatest_ > 1) {
    context.warn(annotation_text::invalidRatio(general(greatest_), "1"), context.parameter());
  }
  if (least_ < -1) {
    context.warn(annotation_text::invalidRatio(general(least_), "-1"), context.parameter());
  }
  return Demand::kSomething;
}

void AggregationParameter::checkQuantile(const AggregationContext& context) const {
  if (values_.empty()) return;
  const auto warn = [&](double value) {
    context.warn(annotation_text::invalidQuantile(general(value)), context.parameter());
  };
  if (any_nan_) warn(model::kNormalNaN);
  if (greatest_ > 1) warn(greatest_);
  if (least_ < 0) warn(least_);
}

}  // namespace prome::engine
