// The value of a number token, by the rules of Go's strconv. Pure function.
#pragma once

#include <expected>
#include <string>
#include <string_view>

namespace prome::promql {

/// The value of `text`, a number token: an integer in base 8, 10 or 16 (`010` is 8, but `08` and `019` are
/// decimal), a float, `inf` or `nan` in any case, digits parted by single underscores. Else what is wrong, in
/// Go's words.
std::expected<double, std::string> parseNumber(std::string_view text);

/// True where Go allows the underscores of an unsigned number: single ones, between digits or behind `0x`.
bool underscoresAreSound(std::string_view text);

}  // namespace prome::promql
