// Random series: counters, gauges, histograms of all kinds, info metrics; with gaps, resets and odd values.
#pragma once

#include <vector>

#include "tests/differential/random.h"
#include "tests/differential/test_case.h"

namespace prome::differential {

enum class Histograms : std::uint8_t { kNone, kAllKinds };

/// Metrics: requests_total, errors_total, temperature, load, latency_bucket|_count|_sum, native, sizes,
/// custom, mixed, target_info, build_info. Labels: job, instance, code, le, version.
std::vector<SeriesText> generateSeries(Random& random, std::size_t samples, Histograms histograms);

}  // namespace prome::differential
