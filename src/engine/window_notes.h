// What functions over range vectors have to say of a series, gathered over its windows and said once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/evaluation.h"
#include "promql/ast.h"

namespace prome::engine {

enum class Note : std::uint8_t {
  kMixedFloatsHistograms,
  kMixedSchemas,
  kNotCounter,
  kNotGauge,
  kResetCollision,
  kStartTimeOverlap,
  kHistogramsIgnored,
  kPossibleNonCounter,
  kReconciledInAddition,
  kReconciledInSubtraction,
  kReconciledInAggregation,
};

/// A few notes. A window that comes to nothing says only why, so it may take others back.
class NoteSet {
 public:
  constexpr NoteSet() = default;
  constexpr NoteSet(Note note) { add(note); }  // NOLINT: a note is a set of one

  constexpr void add(Note note) { bits_ |= bit(note); }
  constexpr void add(NoteSet other) { bits_ |= other.bits_; }
  constexpr bool has(Note note) const { return (bits_ & bit(note)) != 0; }
  constexpr bool empty() const { return bits_ == 0; }

 private:
  static constexpr std::uint32_t bit(Note note) { return std::uint32_t{1} << static_cast<unsigned>(note); }

  std::uint32_t bits_ = 0;
};

/// The notes of one operator. Prometheus 2.x has none of them. Used by one thread.
class WindowNotes {
 public:
  /// `call` is the function's; its first argument is what every note is about.
  WindowNotes(Evaluation& evaluation, const promql::Call& call);

  void add(NoteSet notes) {
    notes_.add(notes);
    if (notes.has(Note::kStartTimeOverlap)) ++overlaps_;
  }
  /// quantile_over_time was asked for the `q`-quantile, which is none.
  void invalidQuantile(double q);

  /// Says what was noted of the series called `metric_name`, and begins anew.
  void say(std::string_view metric_name);

 private:
  void say(Note note, std::string_view metric_name);

  Evaluation& evaluation_;
  const std::uint32_t position_;
  NoteSet notes_;
  std::size_t overlaps_ = 0;            // windows with an overlap: they are counted
  std::optional<double> last_invalid_;  // quantiles come again and again
};

}  // namespace prome::engine
