// The scalar parameter of an aggregation: its value at every step, and what Prometheus checks of it before it
// looks at any sample, so that a bad one is an error or a warning on an empty vector as well.
// Used by one thread.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "base/error.h"
#include "engine/aggregation_context.h"
#include "engine/column.h"

namespace prome::engine {

/// Is there any step at which the aggregation can have a result?
enum class Demand : std::uint8_t { kNothing, kSomething };

class AggregationParameter {
 public:
  /// Reads the one series of `param`.
  static Result<AggregationParameter> read(Operator& param);

  double operator[](std::size_t step) const { return values_[step]; }
  /// A number of series, once checkCount has passed: 0 where the value is below one.
  std::uint64_t count(std::size_t step) const {
    return values_[step] < 1 ? 0 : static_cast<std::uint64_t>(values_[step]);
  }
  /// A ratio, once checkRatio has passed: cut to [-1, 1].
  double ratio(std::size_t step) const;

  /// For topk, bottomk and limitk: "Parameter value is NaN", "Scalar value 1e+30 overflows int64".
  Result<Demand> checkCount(const AggregationContext& context) const;
  /// For limit_ratio: "Ratio value is NaN", a warning where it has to be cut.
  Result<Demand> checkRatio(const AggregationContext& context) const;
  /// For quantile: warnings only.
  void checkQuantile(const AggregationContext& context) const;

 private:
  explicit AggregationParameter(Column values);
  Result<Demand> checkCountOf2x() const;

  Column values_;
  // As Go's math.Max and math.Min fold the values: a NaN stays, unless an infinity that wins anyway comes.
  double greatest_ = -std::numeric_limits<double>::max();
  double least_ = std::numeric_limits<double>::max();
  bool any_nan_ = false;
};

}  // namespace prome::engine
