// The series a fuzzed query is evaluated over: few, but of every kind and with every oddity.
#pragma once

#include "promqltest/memory_storage.h"

namespace prome::fuzz {

/// Time between samples, and of the last one.
inline constexpr std::int64_t kSampleStepMs = 15'000;
inline constexpr std::int64_t kLastSampleMs = 40 * kSampleStepMs;

/// Made at the first call, then always the same. Aborts where a line of it cannot be read.
promqltest::MemoryStorage& fixedSeries(model::Dialect dialect);

}  // namespace prome::fuzz
