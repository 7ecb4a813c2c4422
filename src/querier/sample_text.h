// The time and the value of a sample as the JSON of an answer has them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace prome::querier {

/// Milliseconds of `1700000000.123`: seconds, as Prometheus writes them, exactly; of any other JSON number of
/// seconds the nearest.
std::optional<std::int64_t> parseTime(std::string_view text);

/// `0.25`, `-0`, `1e-07`, `NaN`, `+Inf`, `-Inf`: what Go's strconv.FormatFloat gives, and any other decimal
/// number that is a finite double. NaN is that of Go's math.NaN().
std::optional<double> parseValue(std::string_view text);

}  // namespace prome::querier
