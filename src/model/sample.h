// Values and times as Prometheus has them: float64 and int64 milliseconds since the epoch.
#pragma once

#include <bit>
#include <cstdint>
#include <limits>

namespace prome::model {

/// The NaN that marks a series' end (StaleNaN in Prometheus): a signaling one, not what arithmetic gives.
inline constexpr std::uint64_t kStaleNaNBits = 0x7ff0000000000002;
inline constexpr double kStaleNaN = std::bit_cast<double>(kStaleNaNBits);

/// The same made quiet, as it is once it has been through an operation, or through a compiler: g++ moves
/// constants about as if there were no signaling NaNs.
inline constexpr std::uint64_t kQuietBit = 0x0008000000000000;
inline constexpr std::uint64_t kQuietStaleNaNBits = kStaleNaNBits | kQuietBit;

/// In either form.
inline constexpr bool isStaleNaN(double value) {
  return (std::bit_cast<std::uint64_t>(value) | kQuietBit) == kQuietStaleNaNBits;
}

/// The NaN Go's math.NaN() and Prometheus' "NaN" literal have.
inline constexpr double kNormalNaN = std::bit_cast<double>(std::uint64_t{0x7ff8000000000001});

inline constexpr std::int64_t kMinTimeMs = std::numeric_limits<std::int64_t>::min();
inline constexpr std::int64_t kMaxTimeMs = std::numeric_limits<std::int64_t>::max();

}  // namespace prome::model
