// Quantiles and fractions of histograms, classic and native.
// Source of the formulas and of every special case: prometheus/promql/quantile.go. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/engine_options.h"
#include "model/annotations.h"
#include "model/float_histogram.h"

namespace prome::engine {

/// A classic histogram at one step: buckets by ascending upper bound, each bound once, cumulative counts. Not
/// empty. `counts` is scratch: made monotonic in place.
struct ClassicBuckets {
  std::span<const double> bounds;
  std::span<double> counts;
};

struct ClassicQuantile {
  double value = 0;
  /// What had to be mended, if anything; its times are left at 0.
  std::optional<model::ForcedMonotonicity> mended;
};

/// Linear within a bucket; the second highest bound for the highest bucket; the first bound if that is not
/// positive. q < 0: -Inf, q > 1: +Inf, NaN without a +Inf bucket, another bucket or observations. In 3.x
/// counts that differ by less than 1e-12 of their sum are taken as equal.
ClassicQuantile classicQuantile(double q, ClassicBuckets buckets, Dialect dialect);

/// Counts at a step are sound where none is absent, and each equals the one before it or is larger by more
/// than the tolerance: then nothing needs mending. Marks the steps at which two buckets next to each other
/// are not, to be called for all pairs; the lowest counts must not be negative.
void markUnsound(std::span<const double> lower, std::span<const double> upper,
                 std::span<std::uint8_t> unsound);

/// classicQuantile at a step with sound counts, read where they lie: one column a bucket.
double soundQuantile(double q, std::span<const double> bounds, std::span<const double* const> columns,
                     std::size_t step);

/// The share of observations between `lower` and `upper`.
double classicFraction(double lower, double upper, ClassicBuckets buckets);

/// What a native histogram with NaN observations makes of its answer.
enum class NanObservations : std::uint8_t {
  kNone,
  kResultIsNan,  // the quantile lies above all buckets
  kSkewed,       // they count as +Inf (quantile), or in no bucket (fraction)
};

struct NativeEstimate {
  double value = 0;
  NanObservations nan_observations = NanObservations::kNone;
};

/// Exponential within an exponential bucket, linear in the zero bucket and in custom ones.
NativeEstimate nativeQuantile(double q, const model::FloatHistogram& histogram);
NativeEstimate nativeFraction(double lower, double upper, const model::FloatHistogram& histogram);

}  // namespace prome::engine
