// The order sort_by_label puts label values in: numbers within text by their value. Pure.
#pragma once

#include <string_view>

namespace prome::engine {

/// Does `a` come before `b`? Runs of digits that fit int64 compare as numbers, all else as bytes. As in the
/// library Prometheus uses, this is no strict order: "1" and "01" each precede the other, and the empty text
/// precedes nothing.
bool naturallyBefore(std::string_view a, std::string_view b);

}  // namespace prome::engine
