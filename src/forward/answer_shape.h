// The shapes of answers that have series in them. A value; no state.
#pragma once

#include <cstdint>

namespace prome::forward {

/// Where the label sets are: `data.result[].metric` of a query, or `data[]` of a series answer. The elements
/// of a matrix and of a series answer are sorted by their labels, those of other results come as they are.
enum class AnswerShape : std::uint8_t { kInstant, kMatrix, kSeries };

}  // namespace prome::forward
