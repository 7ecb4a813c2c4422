// Is a result what a script expects? Pure functions; the answer is the difference, as text for a reader.
#pragma once

#include <string>

#include "model/float_histogram.h"
#include "promqltest/observation.h"
#include "promqltest/script.h"

namespace prome::promqltest {

/// |a - b| / min(|a| + |b|, largest double) < 1e-6. Any NaN equals any other, but a stale marker equals
/// nothing but a stale marker; near zero only what is nearly as small as no normal number can be.
bool nearlyEqual(double a, double b);

enum class CompareHint : std::uint8_t { kIgnored, kCompared };

/// Compares once empty buckets are out of both: schema, counts, sum, zero bucket, buckets, custom bounds.
bool nearlyEqual(const model::FloatHistogram& wanted, const model::FloatHistogram& got, CompareHint hint);

/// Empty where `got` is what `eval` expects (failures and annotations apart); else lines that show, for each
/// series that differs, what was wanted and what was got.
std::string difference(const EvalCommand& eval, const Observation& got);

/// Empty where the annotations of one severity are as expected.
std::string difference(const AnnotationExpectation& wanted, std::string_view severity,
                       const std::vector<std::string>& got);

}  // namespace prome::promqltest
