// Durations, sizes and numbers as a configuration writes them. Pure functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace prome::config {

/// Prometheus' duration: `1h30m`, `500ms`, `0`; units y w d h m s ms, each once and in this order.
std::optional<std::chrono::milliseconds> parseDuration(std::string_view text);

/// The shortest spelling of a duration that is not negative, as Prometheus prints it: `1m30s`, `0s`.
std::string formatDuration(std::chrono::milliseconds duration);

/// Decimal digits only.
std::optional<std::uint64_t> parseNumber(std::string_view text);

/// A number from 0 to 1: `0`, `0.25`, `1`; decimal digits and a point.
std::optional<double> parseRatio(std::string_view text);

/// The shortest spelling that reads back to the same number.
std::string formatRatio(double ratio);

/// A number of bytes, or one with a unit: B KB MB GB or B KiB MiB GiB. As in Prometheus both are powers of
/// 1024.
std::optional<std::uint64_t> parseSize(std::string_view text);

/// `10MiB` where the size is a whole number of units, the plain number where it is not.
std::string formatSize(std::uint64_t bytes);

}  // namespace prome::config
