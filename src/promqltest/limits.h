// What a script may ask for.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace prome::promqltest {

/// Values one line may stand for (`0x1000000`).
inline constexpr std::size_t kMaxValuesPerLine = 1'000'000;

/// The longest step, offset and time, 100 years in milliseconds: the last value of the longest line still has
/// a time of 64 bits.
inline constexpr std::int64_t kMaxScriptMs = std::int64_t{100} * 365 * 24 * 3600 * 1000;

/// Time one evaluation may take.
inline constexpr std::chrono::seconds kEvaluationTimeout{100};

/// Samples one evaluation may hold, as Prometheus' own scripts expect it.
inline constexpr std::size_t kMaxSamples = 10'000;

/// Bytes of a script file.
inline constexpr std::size_t kMaxScriptBytes = std::size_t{64} << 20;

}  // namespace prome::promqltest
