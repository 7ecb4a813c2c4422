#include "plan/text_edits.h"

#include <algorithm>

namespace prome::plan {

void TextEdits::blank(promql::PositionRange range) {
  for (std::uint32_t i = range.start; i < range.end; ++i) {
    if (out_[i] != '\n') out_[i] = ' ';
  }
}

void TextEdits::overwrite(std::uint32_t at, std::string_view text) {
  out_.replace(at, text.size(), text);
}

void TextEdits::insert(std::uint32_t at, std::string_view text) {
  insertions_.push_back({.at = at, .closing = true, .text = std::string(text)});
}

void TextEdits::enclose(promql::PositionRange range, std::string_view before, std::string_view after) {
  // Outer enclosures are made after inner ones: their opening text goes first, their closing text last.
  insertions_.insert(insertions_.begin(), {.at = range.start, .closing = false, .text = std::string(before)});
  insertions_.push_back({.at = range.end, .closing = true, .text = std::string(after)});
}

std::string TextEdits::apply() const {
  if (insertions_.empty()) return out_;
  std::vector<const Insertion*> ordered;
  for (const Insertion& insertion : insertions_) ordered.push_back(&insertion);
  std::ranges::sort(ordered, [](const Insertion* a, const Insertion* b) {
    if (a->at != b->at) return a->at < b->at;
    return a->closing != b->closing ? a->closing : a < b;
  });
  std::string result;
  std::size_t from = 0;
  for (const Insertion* insertion : ordered) {
    result.append(out_, from, insertion->at - from);
    result.append(insertion->text);
    from = insertion->at;
  }
  result.append(out_, from);
  return result;
}

}  // namespace prome::plan
