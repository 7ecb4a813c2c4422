#include "engine/natural_order.h"

#include <charconv>
#include <cstdint>
#include <optional>

namespace prome::engine {
namespace {

bool isDigit(char c) {
  return c >= '0' && c <= '9';
}

/// The run of digits, or of anything else, at the front of `text`, which is removed.
std::string_view takeChunk(std::string_view& text) {
  std::size_t size = 1;
  while (size < text.size() && isDigit(text[size]) == isDigit(text[0])) ++size;
  const std::string_view chunk = text.substr(0, size);
  text.remove_prefix(size);
  return chunk;
}

std::optional<std::int64_t> number(std::string_view chunk) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(chunk.data(), chunk.data() + chunk.size(), value);
  if (error != std::errc() || end != chunk.data() + chunk.size() || !isDigit(chunk[0])) return std::nullopt;
  return value;
}

}  // namespace

bool naturallyBefore(std::string_view a, std::string_view b) {
  while (!a.empty()) {
    if (b.empty()) return false;
    const std::string_view chunk_a = takeChunk(a);
    const std::string_view chunk_b = takeChunk(b);
    const auto number_a = number(chunk_a);
    const auto number_b = number(chunk_b);
    if (number_a && number_b) {
      if (*number_a != *number_b) return *number_a < *number_b;
    } else if (chunk_a != chunk_b) {
      return chunk_a < chunk_b;
    }
    if (a.empty()) return true;
    if (b.empty()) return false;
  }
  return false;
}

}  // namespace prome::engine
