#include "forward/shard_notes.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "model/annotations.h"

namespace prome::forward {
namespace {

/// A number at the front of `text`, which is taken.
std::optional<std::size_t> takeNumber(std::string_view& text) {
  std::size_t number = 0;
  const auto [behind, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(behind - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(expected.size());
  return true;
}

/// The byte of `text` at a line and column, both from 1.
std::optional<std::uint32_t> positionOf(std::size_t line, std::size_t column, std::string_view text) {
  std::size_t begin = 0;
  for (; line > 1; --line) {
    begin = text.find('\n', begin);
    if (begin == std::string_view::npos) return std::nullopt;
    ++begin;
  }
  if (column == 0 || begin + column - 1 > text.size()) return std::nullopt;
  return static_cast<std::uint32_t>(begin + column - 1);
}

/// Takes ` (line:column)` off the end of a note. Nothing if it does not end so.
std::optional<std::uint32_t> takePlace(std::string_view& note, std::string_view text) {
  const std::size_t at = note.rfind(" (");
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view place = note.substr(at);
  if (!take(place, " (")) return std::nullopt;
  const auto line = takeNumber(place);
  if (!line || !take(place, ":")) return std::nullopt;
  const auto column = takeNumber(place);
  if (!column || place != ")") return std::nullopt;
  const auto position = positionOf(*line, *column, text);
  if (position) note = note.substr(0, at);
  return position;
}

/// How many notes stand for `note`, if it tells that some were left out.
std::optional<std::size_t> leftOut(std::string_view note, std::string_view kind) {
  const auto count = takeNumber(note);
  const bool tells = count && take(note, " more ") && take(note, kind) && note == " annotations omitted";
  return tells ? count : std::nullopt;
}

}  // namespace

void ShardNotes::add(const std::vector<std::string>& notes, const plan::PieceText& sent,
                     std::string_view kind, List& list) const {
  std::size_t count = 0;
  for (std::string_view note : notes) {
    if (const auto more = leftOut(note, kind)) {
      count += *more;
      continue;
    }
    ++count;
    auto place = takePlace(note, sent.text);
    if (place) place = sent.original(*place);
    auto& known = list.places[std::string(note)];
    known = std::max(known, place);
  }
  list.most = std::max(list.most, count);
}

void ShardNotes::add(const AnswerNotes& notes, const plan::PieceText& sent) {
  add(notes.warnings, sent, "warning", warnings_);
  add(notes.infos, sent, "info", infos_);
}

std::vector<std::string> ShardNotes::shown(const List& list, std::string_view kind) const {
  std::vector<std::string> out;
  for (const auto& [text, place] : list.places)
    out.push_back(place ? text + " (" + model::placeText(*place, query_) + ")" : text);
  std::ranges::sort(out);
  const std::size_t total = std::max(out.size(), list.most);
  out.resize(std::min(out.size(), model::kMaxShownAnnotations));
  if (total > out.size()) {
    const std::size_t omitted = total - out.size();
    out.push_back(std::to_string(omitted) + " more " + std::string(kind) + " annotations omitted");
  }
  return out;
}

AnswerNotes ShardNotes::all() const {
  return {.warnings = shown(warnings_, "warning"), .infos = shown(infos_, "info")};
}

}  // namespace prome::forward
