// Prometheus' native histogram with float counts: exponential schemas -4..8 and custom bounds (schema -53).
//
// A plain value; changing operations work on the object itself, so shared ones are kept behind
// HistogramPtr (const). Not thread-safe while it changes. What comes from outside must pass validate() before
// anything else is asked of it; no operation takes memory by the indexes it claims.
// Source of the layout and of every rule: prometheus/model/histogram.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace prome::model {

enum class CounterResetHint : std::uint8_t { kUnknown, kReset, kNotReset, kGauge };

inline constexpr std::int32_t kCustomBucketsSchema = -53;
inline constexpr std::int32_t kMinExponentialSchema = -4;
inline constexpr std::int32_t kMaxExponentialSchema = 8;

/// A run of consecutive buckets. `offset`: buckets left out since the run before (the first: the index).
struct Span {
  std::int32_t offset = 0;
  std::uint32_t length = 0;

  friend bool operator==(const Span&, const Span&) = default;
};

/// One bucket as told: absolute count, bounds, and which of them belong to it.
struct Bucket {
  double lower = 0;
  double upper = 0;
  bool lower_inclusive = false;
  bool upper_inclusive = false;
  double count = 0;
  std::int32_t index = 0;
};

/// What an addition met besides its result.
struct HistogramAddition {
  bool counter_reset_collision = false;  // one hint said reset, the other not_reset
  bool bounds_reconciled = false;        // custom bounds differed; the common ones were kept
};

struct FloatHistogram {
  CounterResetHint counter_reset_hint = CounterResetHint::kUnknown;
  std::int32_t schema = 0;
  double zero_threshold = 0;
  double zero_count = 0;
  double count = 0;
  double sum = 0;
  std::vector<Span> positive_spans;
  std::vector<Span> negative_spans;
  std::vector<double> positive_buckets;  // absolute counts
  std::vector<double> negative_buckets;
  std::vector<double> custom_values;  // upper bounds, for kCustomBucketsSchema; the last, +Inf, is not listed

  bool usesCustomBuckets() const { return schema == kCustomBucketsSchema; }
  bool isStale() const;

  /// Adds `other` to this; schemas and zero thresholds are reconciled to the coarser. kExecution errors are
  /// what Prometheus calls incompatible schemas (exponential with custom): see kMixedSchemas.
  Result<HistogramAddition> add(const FloatHistogram& other);
  Result<HistogramAddition> subtract(const FloatHistogram& other);
  /// As add, with Kahan-Neumaier compensation of every count kept in `compensation` (made on first use). Its
  /// layout is that of this, so that both are scaled alike and add(*compensation) gives the compensated sum.
  Result<HistogramAddition> kahanAdd(const FloatHistogram& other,
                                     std::unique_ptr<FloatHistogram>& compensation);
  FloatHistogram& multiply(double factor);
  /// Division by zero makes the totals and the zero bucket ±Inf or NaN and drops all other buckets.
  FloatHistogram& divide(double divisor);

  /// Removes empty buckets at the ends of spans and runs of more than `max_empty` empty ones; joins spans at
  /// most `max_empty` apart, as long as that takes no more than a million buckets.
  FloatHistogram& compact(int max_empty);
  /// At `target`, a schema not above this one's; without the hint, if the schema changes.
  FloatHistogram copyToSchema(std::int32_t target) const;
  /// In place, also from the schemas up to 52 that may come from outside. kBadData where `target` is not
  /// below the schema or the spans do not match the buckets.
  Result<void> reduceResolution(std::int32_t target);

  /// Did a counter restart between `previous` and this?
  bool detectReset(const FloatHistogram& previous) const;

  /// `h </ bound` (kUpper: keeps what is below) and `h >/ bound` (kLower: keeps what is above). Where
  /// something goes, count and sum become those of what is estimated to be left, and the result is compact.
  enum class Trim : std::uint8_t { kUpper, kLower };
  FloatHistogram trimBuckets(double bound, Trim trim) const;

  bool hasOverflow() const;

  /// Prometheus' FloatHistogram.Equals: bit equality of floats (NaNs of one bit pattern equal), spans apart
  /// only in empty ones equal; the hint does not count.
  bool equals(const FloatHistogram& other) const;
  /// kBadData with Prometheus' text. Refuses, beyond what Prometheus does, indexes no double can have and a
  /// zero threshold that is NaN.
  Result<void> validate() const;

  /// Bytes as Prometheus' FloatHistogram.Size() counts them. A sample counts (size + 8) / 16 (HPoint.size).
  std::size_t size() const;

  /// `{count:3, sum:4.5, [-1,-0.5):1, ...}` as Prometheus prints it.
  std::string toString() const;
  /// `{{schema:0 count:3 ...}}`, the form of promqltest scripts; as toString() where buckets are too far
  /// apart to be listed.
  std::string toTestExpression() const;
};

using HistogramPtr = std::shared_ptr<const FloatHistogram>;

/// Samples one histogram counts for against the limit: HPoint.size() in Prometheus.
inline std::size_t sampleCount(const FloatHistogram& histogram) {
  return (histogram.size() + 8) / 16;
}

/// The message of a kExecution Error of add and subtract between exponential and custom buckets.
inline constexpr const char* kMixedSchemas =
    "cannot apply this operation on histograms with a mix of exponential and custom bucket schemas";

}  // namespace prome::model
