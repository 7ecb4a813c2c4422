// Any bytes -> AnswerEnd. The first byte gives the size of the pieces. An object is told whole at its last
// brace and not before, whatever the pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "forward/answer_end.h"

namespace prome::forward {
namespace {

void require(bool holds, std::string_view what, std::string_view bytes) {
  if (holds) return;
  std::cerr << what << "\nbytes: " << bytes << "\n";
  std::abort();
}

/// True if a string of `value` has a brace: not so in the numbers of a series.
bool hasBraces(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>().find_first_of("{}") != std::string::npos;
  if (!value.is_structured()) return false;
  return std::ranges::any_of(value.items(), [](const auto& item) {
    return item.key().find_first_of("{}") != std::string::npos || hasBraces(item.value());
  });
}

/// Elements of a result as Prometheus writes them, or no result.
bool isPlain(const nlohmann::json& answer) {
  const auto data = answer.find("data");
  if (data == answer.end() || !data->is_object() || !data->contains("result")) return true;
  return std::ranges::none_of((*data)["result"], [](nlohmann::json element) {
    if (element.is_object()) element.erase("metric");
    return hasBraces(element);
  });
}

}  // namespace
}  // namespace prome::forward

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace prome::forward;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto answer = nlohmann::json::parse(bytes, nullptr, false);
  // The parser takes a zero byte for the end.
  const bool judged = answer.is_object() && isPlain(answer) && bytes.find('\0') == std::string_view::npos;
  const std::size_t last = bytes.rfind('}');
  for (const std::size_t piece : {std::size_t{1} + data[0], bytes.size()}) {
    AnswerEnd end;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      const std::string copy(bytes.substr(at, piece));  // so that a look beyond the piece is seen
      end.see(copy);
      if (judged) require(end.whole() == (at + copy.size() > last), "the end is told wrongly", bytes);
    }
  }
  return 0;
}
