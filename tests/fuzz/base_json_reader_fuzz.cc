// Any bytes -> JsonReader, against a JSON library: what that takes must be taken, and of plain ASCII nothing
// else. A violation aborts.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/json_reader.h"

namespace prome {
namespace {

bool taken(std::string_view text) {
  JsonReader json(text);
  json.skip();
  return json.atEnd();
}

/// Deep nesting, bytes that only one of the two judges, and escapes for half a character are left out.
bool comparable(std::string_view text) {
  const auto brackets = std::ranges::count_if(text, [](char c) { return c == '[' || c == '{'; });
  const bool ascii =
      std::ranges::all_of(text, [](char c) { return c > '\0' && static_cast<unsigned char>(c) < 0x80; });
  return ascii && text.find("\\u") == std::string_view::npos &&
         static_cast<std::size_t>(brackets) < kMaxJsonDepth;
}

/// Whether a number may be too large for a double: it is JSON, but the library refuses it.
bool mayOverflow(std::string_view text) {
  constexpr std::size_t kLongestFinite = 300;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const bool exponent = text[i] == 'e' || text[i] == 'E';
    if (exponent && text[i - 1] >= '0' && text[i - 1] <= '9') return true;
  }
  return text.size() > kLongestFinite;
}

void check(std::string_view text) {
  const bool ours = taken(text);
  if (!comparable(text)) return;
  const bool theirs = nlohmann::json::accept(text);
  if (ours == theirs || (ours && mayOverflow(text))) return;
  std::cerr << (ours ? "taken: " : "refused: ") << text << "\n";
  std::abort();
}

}  // namespace
}  // namespace prome

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  prome::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
