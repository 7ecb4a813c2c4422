#include "engine/window_notes.h"

#include <bit>
#include <string>

#include "base/number_format.h"
#include "engine/annotation_text.h"

namespace prome::engine {
namespace {

constexpr Note kLastNote = Note::kReconciledInAggregation;

// Prometheus evaluates a subquery before its function and puts a selector without a position in its place.
std::uint32_t positionOf(const promql::Call& call) {
  const promql::Expr& argument = promql::withoutParens(*call.args[0]);
  return promql::as<promql::SubqueryExpr>(argument) != nullptr ? 0 : argument.pos.start;
}

std::string textOf(Note note, std::string_view metric_name) {
  switch (note) {
    case Note::kMixedFloatsHistograms:
      return annotation_text::mixedFloatsHistograms(metric_name);
    case Note::kMixedSchemas:
      return annotation_text::mixedExponentialCustom(metric_name);
    case Note::kNotCounter:
      return annotation_text::nativeNotCounter(metric_name);
    case Note::kNotGauge:
      return annotation_text::nativeNotGauge(metric_name);
    case Note::kResetCollision:
      return annotation_text::counterResetCollision("aggregation");
    case Note::kStartTimeOverlap:
      break;  // has a text of its own, with a count in it
    case Note::kHistogramsIgnored:
      return annotation_text::histogramsIgnoredInMixedRange(metric_name);
    case Note::kPossibleNonCounter:
      return annotation_text::possibleNonCounter(metric_name);
    case Note::kReconciledInAddition:
      return annotation_text::mismatchedCustomBuckets("addition");
    case Note::kReconciledInSubtraction:
      return annotation_text::mismatchedCustomBuckets("subtraction");
    case Note::kReconciledInAggregation:
      return annotation_text::mismatchedCustomBuckets("aggregation");
  }
  return {};
}

bool isInfo(Note note) {
  return note == Note::kHistogramsIgnored || note == Note::kPossibleNonCounter ||
         note >= Note::kReconciledInAddition;
}

}  // namespace

WindowNotes::WindowNotes(Evaluation& evaluation, const promql::Call& call)
    : evaluation_(evaluation), position_(positionOf(call)) {}

void WindowNotes::invalidQuantile(double q) {
  const auto bits = [](double value) { return std::bit_cast<std::uint64_t>(value); };
  if (!evaluation_.is3x() || (last_invalid_ && bits(*last_invalid_) == bits(q))) return;
  last_invalid_ = q;
  std::string text;
  appendGeneral(text, q);
  evaluation_.annotations().warn(annotation_text::invalidQuantile(text), position_);
}

void WindowNotes::endSeries(std::string_view metric_name) {
  if (current_.notes.empty()) return;
  auto found = by_name_.find(metric_name);
  if (found == by_name_.end()) found = by_name_.emplace(metric_name, Noted{}).first;
  found->second.notes.add(current_.notes);
  found->second.overlaps += current_.overlaps;
  current_ = {};
}

void WindowNotes::say() {
  if (!evaluation_.is3x()) return;
  for (const auto& [name, noted] : by_name_) {
    for (auto at = Note{}; at <= kLastNote; at = static_cast<Note>(static_cast<unsigned>(at) + 1)) {
      if (noted.notes.has(at)) say(at, noted, name);
    }
  }
}

void WindowNotes::say(Note note, const Noted& noted, std::string_view metric_name) {
  model::Annotations& annotations = evaluation_.annotations();
  if (note == Note::kStartTimeOverlap) {
    for (std::size_t i = 0; i < noted.overlaps; ++i) annotations.addStartTimeOverlap(metric_name, position_);
  } else {
    annotations.add(isInfo(note) ? model::Severity::kInfo : model::Severity::kWarning,
                    textOf(note, metric_name), position_);
  }
}

}  // namespace prome::engine
