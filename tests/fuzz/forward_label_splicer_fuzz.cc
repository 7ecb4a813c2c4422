// Any bytes -> label splicer. The first byte gives the size of the pieces and the shape. Fed in pieces it
// must give the same bytes as fed whole; where the bytes are JSON, what comes out is too, the labels are
// where they belong, and what was sorted is sorted still.
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
#include <utility>
#include <vector>

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

/// What comes out, or nullopt where the splicer refuses.
std::optional<std::string> splice(std::string_view bytes, AnswerShape shape, std::size_t piece,
                                  std::size_t held_limit = kMaxHeldSeriesBytes) {
  static const SplicedLabels labels(kLabels);
  LabelSplicer splicer(shape, labels, held_limit);
  alignas(iovec) std::array<char, http::SliceSink::kMinScratch> scratch;
  http::SliceSink sink(scratch);
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string copy(bytes.substr(at, piece));  // so that a slice beyond the piece is seen
    std::string_view in = copy;
    while (!in.empty() || splicer.owes()) {
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

/// The elements that are sorted, or nullptr.
Json* listOf(Json& answer, AnswerShape shape) {
  return shape == AnswerShape::kInstant  ? nullptr
         : shape == AnswerShape::kMatrix ? &answer["data"]["result"]
                                         : &answer["data"];
}

/// True if a string of `value` has a brace: not so in the numbers of a series.
bool hasBraces(const Json& value) {
  if (value.is_string()) return value.get<std::string>().find_first_of("{}") != std::string::npos;
  return std::ranges::any_of(value.items(), [](const auto& item) {
    if (item.key().find_first_of("{}") != std::string::npos) return true;
    return (item.value().is_structured() || item.value().is_string()) && hasBraces(item.value());
  });
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs labelsOf(const Json& element, AnswerShape shape) {
  Pairs out;
  const Json& set = shape == AnswerShape::kSeries ? element : element["metric"];
  for (const auto& [name, value] : set.items()) out.emplace_back(name, value.get<std::string>());
  return out;
}

/// How the elements of the answer before labels are added let its order be judged.
enum class Order : std::uint8_t { kSorted, kAny };

/// Sorted as Prometheus sorts, names in a set too, none of the labels there already.
Order orderOf(const Json& list, AnswerShape shape) {
  Pairs previous;
  for (const Json& element : list) {
    Pairs labels = labelsOf(element, shape);
    if (!std::ranges::is_sorted(labels) || (&element != &list.front() && labels <= previous))
      return Order::kAny;
    const bool own = std::ranges::any_of(labels, [](const auto& label) {
      return std::ranges::any_of(kLabels, [&](const auto& added) { return added.first == label.first; });
    });
    if (own) return Order::kAny;
    previous = std::move(labels);
  }
  return Order::kSorted;
}

void sortByLabels(Json& list, AnswerShape shape) {
  std::vector<std::pair<Pairs, Json>> elements;
  for (const Json& element : list) {
    auto labels = labelsOf(element, shape);
    std::ranges::sort(labels);
    elements.emplace_back(std::move(labels), element);
  }
  std::ranges::sort(elements, {}, &std::pair<Pairs, Json>::first);
  for (std::size_t i = 0; i < elements.size(); ++i) list[i] = elements[i].second;
}

enum class Held : std::uint8_t { kAll, kLittle };

void compareWithJson(std::string_view bytes, AnswerShape shape, const std::optional<std::string>& spliced,
                     Held held) {
  Json expected = Json::parse(bytes, nullptr, false);
  if (expected.is_discarded() || !expected.is_object() || !isPlain(bytes, expected)) return;
  const Json before = expected;
  if (!addLabels(expected, shape)) return;
  if (shape == AnswerShape::kMatrix && std::ranges::any_of(expected["data"]["result"], [](Json element) {
        element.erase("metric");
        return hasBraces(element);
      }))
    return;
  require(spliced.has_value(), "a good answer is refused", bytes);
  Json actual = Json::parse(*spliced, nullptr, false);
  require(!actual.is_discarded(), "no JSON any more", bytes, *spliced);
  if (Json* const list = listOf(expected, shape)) {
    Json copy = before;
    const bool judged = held == Held::kAll && orderOf(*listOf(copy, shape), shape) == Order::kSorted;
    sortByLabels(*list, shape);
    if (!judged) {
      Json* const actual_list = listOf(actual, shape);
      require(actual_list->is_array() && actual_list->size() == list->size(), "elements lost", bytes,
              *spliced);
      // Equal label sets may come in any order: compared as sorted texts.
      for (Json* of : {list, actual_list}) {
        std::vector<nlohmann::json> sorted(of->begin(), of->end());
        std::ranges::sort(sorted);
        *of = sorted;
      }
    }
  }
  require(nlohmann::json(actual) == nlohmann::json(expected), "the labels differ", bytes, *spliced);
}

}  // namespace
}  // namespace prome::forward

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace prome::forward;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  const std::size_t piece = 1 + data[0] / 2;
  const bool json = Json::accept(bytes);
  for (const AnswerShape shape : {AnswerShape::kInstant, AnswerShape::kMatrix, AnswerShape::kSeries}) {
    if ((shape == AnswerShape::kSeries) != (data[0] % 2 != 0)) continue;
    const auto whole = splice(bytes, shape, bytes.size());
    const auto pieces = splice(bytes, shape, piece);
    if (json) {
      require(whole == pieces, "pieces differ from the whole", bytes,
              whole.value_or("refused") + "\n" + pieces.value_or("refused"));
    }
    compareWithJson(bytes, shape, whole, Held::kAll);
    compareWithJson(bytes, shape, splice(bytes, shape, piece, data[0]), Held::kLittle);
  }
  return 0;
}
