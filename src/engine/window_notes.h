// What functions over range vectors have to say, gathered over all windows and said once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
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
    current_.notes.add(notes);
    if (notes.has(Note::kStartTimeOverlap)) ++current_.overlaps;
  }
  /// quantile_over_time was asked for the `q`-quantile, which is none.
  void invalidQuantile(double q);

  /// What was noted since the last call is about the series called `metric_name`.
  void endSeries(std::string_view metric_name);
  /// To be called after the last series: of equal texts the one said last stands, and what the argument has
  /// to say comes before.
  void say();

 private:
  struct Noted {
    NoteSet notes;
    std::size_t overlaps = 0;  // windows with an overlap: they are counted
  };

  void say(Note note, const Noted& noted, std::string_view metric_name);

  Evaluation& evaluation_;
  const std::uint32_t position_;
  Noted current_;
  std::map<std::string, Noted, std::less<>> by_name_;
  std::optional<double> last_invalid_;  // quantiles come again and again
};

}  // namespace prome::engine
