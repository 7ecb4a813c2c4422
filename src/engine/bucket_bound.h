// The upper bound a classic histogram's bucket carries in its label `le`. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace prome::engine {

/// `text` as Go's strconv.ParseFloat reads it: decimal or hexadecimal with an exponent, digits parted by
/// single underscores, inf, infinity and nan in any case. Nothing for other text, and for numbers too large.
std::optional<double> bucketBound(std::string_view text);

}  // namespace prome::engine
