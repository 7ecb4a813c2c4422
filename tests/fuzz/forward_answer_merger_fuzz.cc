// Any bytes -> the answers of up to three shards -> merger. The first byte gives the size of pieces and
// blocks and the shape, the second what is held and the limit; NUL stands between answers. Fed in pieces they
// must give what they give fed whole; where all are answers, the merged one has each series once, with its
// labels, in order if the shards' were.
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

#include "forward/answer_merger.h"

namespace prome::forward {
namespace {

using Json = nlohmann::ordered_json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMaxShards = 3;

const std::array<Pairs, kMaxShards> kLabels = {Pairs{{"cluster", "a\"<"}},
                                               Pairs{{"cluster", "b"}, {"region", "eu"}}, Pairs{}};

void require(bool holds, std::string_view what, std::string_view bytes, std::string_view merged = {}) {
  if (holds) return;
  std::cerr << what << "\nbytes:  " << bytes << "\nmerged: " << merged << "\n";
  std::abort();
}

/// What comes out, or nullopt where the merger refuses.
std::optional<std::string> merge(const std::vector<std::string_view>& answers, AnswerShape shape,
                                 std::size_t piece, const MergeOptions& options) {
  static const std::array<SplicedLabels, kMaxShards> labels = {
      SplicedLabels(kLabels[0]), SplicedLabels(kLabels[1]), SplicedLabels(kLabels[2])};
  std::vector<const SplicedLabels*> shards;
  for (std::size_t i = 0; i < answers.size(); ++i) shards.push_back(&labels[i]);
  AnswerMerger merger(shape, shards, options);
  std::vector<std::size_t> fed(answers.size());
  alignas(iovec) std::array<char, http::SliceSink::kMinScratch> scratch;
  http::SliceSink sink(scratch);
  std::string out;
  while (true) {
    const auto step = merger.advance(sink);
    for (const iovec& slice : sink.slices())
      out.append(static_cast<const char*>(slice.iov_base), slice.iov_len);
    sink.clear();
    if (step == AnswerMerger::Step::kBroken) return std::nullopt;
    if (step == AnswerMerger::Step::kDone) break;
    if (step == AnswerMerger::Step::kFlush) continue;
    bool any = false;
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (fed[i] > answers[i].size() || !merger.wants(i)) continue;
      any = true;
      const std::string copy(answers[i].substr(fed[i], piece));  // so that a view beyond it is seen
      if (copy.empty())
        merger.end(i);
      else
        merger.feed(i, copy);
      fed[i] += std::max<std::size_t>(copy.size(), 1);
    }
    require(any, "waits for nothing", answers.empty() ? "" : answers[0]);
  }
  AnswerNotes notes;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const AnswerNotes& of = merger.notes(i);
    notes.warnings.insert(notes.warnings.end(), of.warnings.begin(), of.warnings.end());
    notes.infos.insert(notes.infos.end(), of.infos.begin(), of.infos.end());
  }
  return out + answerTail(notes);
}

const Json* listOf(const Json& answer, AnswerShape shape) {
  const auto data = answer.find("data");
  if (data == answer.end()) return nullptr;
  if (shape == AnswerShape::kSeries) return data->is_array() ? &*data : nullptr;
  if (!data->is_object()) return nullptr;
  const auto list = data->find("result");
  return list != data->end() && list->is_array() ? &*list : nullptr;
}

/// True if a string of `value` has a brace: not so in the numbers of a series.
bool hasBraces(const Json& value) {
  if (value.is_string()) return value.get<std::string>().find_first_of("{}") != std::string::npos;
  return std::ranges::any_of(value.items(), [](const auto& item) {
    if (item.key().find_first_of("{}") != std::string::npos) return true;
    return (item.value().is_structured() || item.value().is_string()) && hasBraces(item.value());
  });
}

std::optional<Pairs> labelsOf(const Json& element, AnswerShape shape) {
  if (!element.is_object()) return std::nullopt;
  const bool series = shape == AnswerShape::kSeries;
  if (!series && !element.contains("metric")) return std::nullopt;
  const Json& set = series ? element : element["metric"];
  if (!set.is_object()) return std::nullopt;
  Pairs out;
  for (const auto& [name, value] : set.items()) {
    if (!value.is_string()) return std::nullopt;
    out.emplace_back(name, value.get<std::string>());
  }
  return out;
}

/// All keys of all objects, as against those of the document's text: none may be there twice.
std::size_t keysOf(const Json& value) {
  std::size_t count = value.is_object() ? value.size() : 0;
  if (value.is_structured()) {
    for (const Json& element : value) count += keysOf(element);
  }
  return count;
}

/// The series of an answer, its labels added, or nullopt if it is none that a Prometheus could write.
struct Series {
  Pairs labels;
  Json rest;
};
struct Answer {
  std::vector<Series> series;
  bool sorted = true;  // as Prometheus sorts
};

std::optional<Answer> read(std::string_view bytes, AnswerShape shape, const Pairs& added) {
  const Json answer = Json::parse(bytes, nullptr, false);
  if (!answer.is_object() || bytes.find('\\') != std::string_view::npos) return std::nullopt;
  if (keysOf(answer) != static_cast<std::size_t>(std::ranges::count(bytes, ':'))) return std::nullopt;
  const Json* const list = listOf(answer, shape);
  if (list == nullptr || answer.value("status", Json()) != "success") return std::nullopt;
  for (const char* notes : {"warnings", "infos"}) {
    const Json of = answer.value(notes, Json::array());
    if (!of.is_array() || !std::ranges::all_of(of, [](const Json& note) { return note.is_string(); }))
      return std::nullopt;
  }
  const char* const type = shape == AnswerShape::kMatrix ? "matrix" : "vector";
  if (shape != AnswerShape::kSeries && answer["data"].value("resultType", Json(type)) != type)
    return std::nullopt;
  Answer out;
  Pairs previous;
  for (const Json& element : *list) {
    auto labels = labelsOf(element, shape);
    if (!labels) return std::nullopt;
    Json rest = shape == AnswerShape::kSeries ? Json::object() : element;
    rest.erase("metric");
    if (hasBraces(rest)) return std::nullopt;
    const bool own = std::ranges::any_of(*labels, [&](const auto& label) {
      return std::ranges::any_of(added, [&](const auto& other) { return other.first == label.first; });
    });
    const bool behind = &element == &list->front() || previous < *labels;
    out.sorted = out.sorted && !own && behind && std::ranges::is_sorted(*labels);
    previous = *labels;
    for (const auto& label : added) {
      if (std::ranges::find(*labels, label.first, &Pairs::value_type::first) == labels->end())
        labels->push_back(label);
    }
    std::ranges::sort(*labels);
    out.series.push_back({.labels = std::move(*labels), .rest = std::move(rest)});
  }
  return out;
}

void compareWithJson(const std::vector<std::string_view>& answers, AnswerShape shape,
                     const std::optional<std::string>& merged, bool all_held, std::string_view bytes) {
  std::vector<std::pair<Pairs, nlohmann::json>> expected;
  bool sorted = all_held && shape != AnswerShape::kInstant;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto answer = read(answers[i], shape, kLabels[i]);
    if (!answer) return;
    sorted = sorted && answer->sorted;
    for (const Series& series : answer->series) expected.emplace_back(series.labels, series.rest);
  }
  require(merged.has_value(), "good answers are refused", bytes);
  const Json actual = Json::parse(*merged, nullptr, false);
  require(!actual.is_discarded(), "no JSON", bytes, *merged);
  std::vector<std::pair<Pairs, nlohmann::json>> series;
  for (const Json& element : *listOf(actual, shape)) {
    Json rest = shape == AnswerShape::kSeries ? Json::object() : element;
    rest.erase("metric");
    Pairs labels = *labelsOf(element, shape);
    std::ranges::sort(labels);
    series.emplace_back(std::move(labels), rest);
  }
  const auto labels = &std::pair<Pairs, nlohmann::json>::first;
  if (sorted) require(std::ranges::is_sorted(series, {}, labels), "not sorted", bytes, *merged);
  std::ranges::sort(series);
  std::ranges::sort(expected);
  require(series == expected, "other series", bytes, *merged);
}

}  // namespace
}  // namespace prome::forward

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace prome::forward;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data + 2), size - 2);
  std::vector<std::string_view> answers;
  std::string_view rest = bytes;
  while (answers.size() < kMaxShards) {
    const std::size_t at = answers.size() + 1 < kMaxShards ? rest.find('\0') : std::string_view::npos;
    answers.push_back(rest.substr(0, at));
    if (at == std::string_view::npos) break;
    rest.remove_prefix(at + 1);
  }
  constexpr std::array kShapes = {AnswerShape::kInstant, AnswerShape::kMatrix, AnswerShape::kSeries};
  const AnswerShape shape = kShapes[data[0] % kShapes.size()];
  const std::size_t piece = 1 + data[0] / kShapes.size();
  const auto whole = merge(answers, shape, bytes.size() + 1, {});
  const auto pieces = merge(answers, shape, piece, {.query_look_ahead = 64, .block_bytes = piece});
  require(whole.has_value() == pieces.has_value(), "pieces differ from the whole", bytes);
  const bool json =
      std::ranges::all_of(answers, [](std::string_view answer) { return Json::accept(answer); });
  if (whole && json) require(Json::accept(*whole), "no JSON any more", bytes, *whole);
  if (shape != AnswerShape::kInstant)  // as they come
    require(whole == pieces, "pieces differ from the whole", bytes, whole ? *whole + "\n" + *pieces : "");
  compareWithJson(answers, shape, whole, true, bytes);
  compareWithJson(answers, shape, pieces, true, bytes);
  const MergeOptions little = {.held_bytes = data[1], .block_bytes = piece};
  compareWithJson(answers, shape, merge(answers, shape, piece, little), false, bytes);
  const auto limited = merge(answers, shape, piece, {.limit = 1u + data[1] % 4});
  require(limited.has_value() == whole.has_value(), "a limit changes more than the number", bytes);
  return 0;
}
