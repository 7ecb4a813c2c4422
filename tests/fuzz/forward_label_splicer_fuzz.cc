// Any bytes -> label splicer. The first byte gives the size of the pieces and the shape. Fed in pieces it
// must give the same bytes as fed whole; where the bytes are JSON, what comes out is too, and the labels are
// where they belong.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "forward/label_splicer.h"

namespace prome::forward {
namespace {

using Json = nlohmann::ordered_json;

void require(bool holds, std::string_view what, std::string_view bytes, std::string_view spliced = {}) {
  if (holds) return;
  std::cerr << what << "\nbytes:   " << bytes << "\nspliced: " << spliced << "\n";
  std::abort();
}

const std::vector<std::pair<std::string, std::string>> kLabels = {{"cluster", "a\"<"}, {"region", "eu"}};

enum class Walk : std::uint8_t { kMayJump, kAll };

/// What comes out, or nullopt where the splicer refuses.
std::optional<std::string> splice(std::string_view bytes, AnswerShape shape, std::size_t piece, Walk walk) {
  static const SplicedLabels labels(kLabels);
  LabelSplicer splicer(shape, labels);
  if (walk == Walk::kAll) splicer.walkAll();
  alignas(iovec) std::array<char, http::SliceSink::kMinScratch> scratch;
  http::SliceSink sink(scratch);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string copy(bytes.substr(at, piece));  // so that a slice beyond the piece is seen
    std::string_view in = copy;
    while (!in.empty()) {
      const bool good = splicer.feed(in, sink);
      for (const iovec& slice : sink.slices())
        out.append(static_cast<const char*>(slice.iov_base), slice.iov_len);
      sink.clear();
      if (!good) return std::nullopt;
    }
  }
  return out;
}

bool addLabels(Json& metric) {
  if (!metric.is_object() ||
      !std::ranges::all_of(metric, [](const Json& value) { return value.is_string(); }))
    return false;
  for (const auto& [name, value] : kLabels) {
    if (!metric.contains(name)) metric[name] = value;
  }
  return true;
}

/// Adds the labels as the splicer should. False if the answer is not of the shape, or of the odd kinds that
/// the splicer need not understand: no Prometheus writes them.
bool addLabels(Json& answer, AnswerShape shape) {
  if (!answer.is_object() || !answer.contains("data")) return false;
  Json& data = answer["data"];
  if (shape == AnswerShape::kSeries) {
    if (!data.is_array()) return false;
    for (Json& element : data) {
      if (!addLabels(element)) return false;
    }
    return true;
  }
  if (!data.is_object() || !data.contains("result") || !data["result"].is_array()) return false;
  for (Json& element : data["result"]) {
    if (!element.is_object() || !element.contains("metric") || !addLabels(element["metric"])) return false;
  }
  return true;
}

/// Escapes (they could spell a key), keys that occur twice and "metric" where it is not expected are not
/// compared.
bool isPlain(std::string_view bytes, const Json& answer) {
  if (bytes.find_first_of(std::string_view("\\\0", 2)) != std::string_view::npos) return false;
  std::size_t keys = 0;
  for (auto at = bytes.find(':'); at != std::string_view::npos; at = bytes.find(':', at + 1)) ++keys;
  std::size_t counted = 0;
  std::size_t metrics = 0;
  const auto count = [&](const auto& self, const Json& value) -> void {
    if (value.is_object()) counted += value.size();
    if (value.is_object()) metrics += value.count("metric");
    if (value.is_structured()) {
      for (const Json& element : value) self(self, element);
    }
  };
  count(count, answer);
  const auto data = answer.find("data");
  if (data == answer.end() || !data->is_object() || !data->contains("result")) return counted == keys;
  return counted == keys && metrics == (*data)["result"].size();
}

void compareWithJson(std::string_view bytes, AnswerShape shape, const std::optional<std::string>& spliced) {
  Json expected = Json::parse(bytes, nullptr, false);
  if (expected.is_discarded() || !expected.is_object() || !isPlain(bytes, expected) ||
      !addLabels(expected, shape))
    return;
  require(spliced.has_value(), "a good answer is refused", bytes);
  const Json actual = Json::parse(*spliced, nullptr, false);
  require(!actual.is_discarded(), "no JSON any more", bytes, *spliced);
  require(nlohmann::json(actual) == nlohmann::json(expected), "the labels differ", bytes, *spliced);
}

}  // namespace
}  // namespace prome::forward

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace prome::forward;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const AnswerShape shape = data[0] % 2 == 0 ? AnswerShape::kQuery : AnswerShape::kSeries;
  const std::size_t piece = 1 + data[0] / 2;
  for (const Walk walk : {Walk::kMayJump, Walk::kAll}) {
    const auto whole = splice(bytes, shape, bytes.size(), walk);
    const auto pieces = splice(bytes, shape, piece, walk);
    require(whole == pieces, "pieces differ from the whole", bytes,
            whole.value_or("refused") + "\n" + pieces.value_or("refused"));
    compareWithJson(bytes, shape, whole);
  }
  return 0;
}
