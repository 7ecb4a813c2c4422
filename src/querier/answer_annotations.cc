#include "querier/answer_annotations.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace prome::querier {
namespace {

constexpr std::string_view kWarningPrefix = "PromQL warning: ";
constexpr std::string_view kInfoPrefix = "PromQL info: ";

/// ` (line:column)` at the end of a text, both from 1.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::size_t at = 0;  // where it begins
};

std::optional<Place> placeIn(std::string_view text) {
  const auto open = text.rfind(" (");
  if (open == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
  Place place;
  place.at = open;
  const char* const end = text.data() + text.size() - 1;
  const auto line = std::from_chars(text.data() + open + 2, end, place.line);
  if (line.ec != std::errc() || line.ptr == end || *line.ptr != ':') return std::nullopt;
  const auto column = std::from_chars(line.ptr + 1, end, place.column);
  if (column.ec != std::errc() || column.ptr != end || place.line == 0 || place.column == 0)
    return std::nullopt;
  return place;
}

/// The byte that `place` is in `text`.
std::uint32_t positionOf(const Place& place, std::string_view text) {
  std::size_t begin = 0;
  for (std::uint32_t line = 1; line < place.line; ++line) {
    const auto end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  return static_cast<std::uint32_t>(begin) + place.column - 1;
}

}  // namespace

void AnswerAnnotations::add(const ShardAnnotation& said, model::Annotations& annotations) {
  const bool warning = said.severity == model::Severity::kWarning;
  const std::string_view prefix = warning ? kWarningPrefix : kInfoPrefix;
  const std::string_view text = said.text;
  const auto place = placeIn(text);
  if (!text.starts_with(prefix) || !place) {
    (warning ? other_warnings_ : other_infos_).insert(said.text);
    return;
  }
  const std::uint32_t position = said.piece->original(positionOf(*place, said.piece->text));
  annotations.add(said.severity, std::string(text.substr(prefix.size(), place->at - prefix.size())),
                  position);
}

bool warnsOfHistograms(const ShardAnnotation& said) {
  return said.severity == model::Severity::kWarning && said.text.starts_with(kWarningPrefix) &&
         said.text.find("histogram") != std::string::npos;
}

}  // namespace prome::querier
