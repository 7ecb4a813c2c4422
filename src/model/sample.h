// Values and times as Prometheus has them: float64 and int64 milliseconds since the epoch.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace prome::model {

/// The NaN that marks a series' end (StaleNaN in Prometheus). Not the NaN arithmetic gives.
inline constexpr std::uint64_t kStaleNaNBits = 0x7ff0000000000002;
inline constexpr double kStaleNaN = std::bit_cast<double>(kStaleNaNBits);
inline constexpr bool isStaleNaN(double value) {
  return std::bit_cast<std::uint64_t>(value) == kStaleNaNBits;
}

/// The NaN Go's math.NaN() and Prometheus' "NaN" literal have.
inline constexpr double kNormalNaN = std::bit_cast<double>(std::uint64_t{0x7ff8000000000001});

inline constexpr std::int64_t kMinTimeMs = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kMaxTimeMs = std::numeric_limits<std::int64_t>::max();

}  // namespace prome::model
