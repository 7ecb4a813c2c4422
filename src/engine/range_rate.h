// What rate, increase and delta have in common, over floats and histograms, plain and extended ranges.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "engine/interpolation.h"
#include "engine/window_call.h"
#include "engine/window_notes.h"

namespace prome::engine {

enum class RateUnit : std::uint8_t { kPerRange, kPerSecond };

struct RateSpec {
  SampleKind kind = SampleKind::kCounter;
  RateUnit unit = RateUnit::kPerRange;
};

/// The length of a range in seconds, rounded as Go's Duration.Seconds() rounds.
double rangeSeconds(const RangeOperand& range);

/// Tells of counters whose name does not say so, as rate and increase do where they made a float.
void notePossibleNonCounter(const SampleRun& run, const Series& series, const RateSpec& spec,
                            WindowNotes& notes);

/// Which samples of a run of histograms restarted: `resets`, marks counted in the run.
struct HistogramResets {
  std::span<const std::size_t> resets;  // those within the window
  std::size_t first = 0;                // where the window begins in the run
  bool first_by_start = false;          // the window's second sample restarted by its start timestamp
};

/// How much the histograms of a window, at least two, grew: a gauge. nullptr with the reason in `notes`,
/// which then hold nothing else, where they do not mix.
std::shared_ptr<model::FloatHistogram> histogramIncrease(const HistogramRun& window, SampleKind kind,
                                                         const HistogramResets& resets, NoteSet& notes);

/// rate, increase and delta over `anchored` and `smoothed` ranges.
OperatorPtr makeExtendedRate(const WindowCall& call, const RateSpec& spec);

}  // namespace prome::engine
