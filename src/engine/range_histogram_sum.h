// Sums and means of the native histograms of a window.
#pragma once

#include "engine/series.h"
#include "engine/window_notes.h"

namespace prome::engine {

/// Compensated. nullptr, with the reason in `notes`, where exponential and custom buckets meet.
model::HistogramPtr histogramSum(const HistogramRun& window, WindowNotes& notes);
model::HistogramPtr histogramAverage(const HistogramRun& window, WindowNotes& notes);

}  // namespace prome::engine
