// What flows between operators: series over a grid, and runs of raw samples.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "engine/column.h"
#include "engine/density.h"
#include "engine/evaluation.h"
#include "model/float_histogram.h"
#include "model/labels.h"

namespace prome::engine {

/// One series of an instant vector, over all steps of its operator's grid. At a step there is a float, a
/// histogram, or nothing; never both.
struct Series {
  model::Labels labels;
  bool drop_name = false;      // delayed name removal: `__name__` goes when the query is done
  Column floats;               // grid.steps() values, or empty where the series has no float at any step
  HistogramColumn histograms;  // grid.steps() pointers, or empty likewise
  // Of `floats` as Operator::next() gave them; it says so anew of what it gives, nobody else keeps it true.
  Density density = Density::kEmpty;

  bool hasFloat(std::size_t step) const { return !floats.empty() && !isAbsent(floats[step]); }
  bool hasHistogram(std::size_t step) const { return !histograms.empty() && histograms[step] != nullptr; }
  bool present(std::size_t step) const { return hasFloat(step) || hasHistogram(step); }

  void clear() {
    labels = {};
    drop_name = false;
    floats.reset();
    histograms.reset();
    density = Density::kEmpty;
  }
};

/// Does the series hold a histogram, or anything, at any step?
bool holdsHistogram(const Series& series);
bool holdsSample(const Series& series);

/// Samples the steps of `series` hold, a histogram counting as sampleCount() says.
std::size_t countSamples(const Series& series);
std::size_t countSamples(const HistogramColumn& histograms);

/// `labels` less those that tell the metric: the name, in 3.x its type and unit (`__type__`, `__unit__`) too.
model::Labels withoutMetric(const model::Labels& labels, const Evaluation& evaluation);

/// Takes what withoutMetric() does off, now or (delayed) when the query is done.
void dropName(Series& series, const Evaluation& evaluation);

/// Raw float samples, times ascending. `starts` is parallel or empty (no start timestamp is known: 0).
struct FloatRun {
  std::span<const std::int64_t> times;
  std::span<const double> values;
  std::span<const std::int64_t> starts;

  std::size_t size() const { return times.size(); }
  bool empty() const { return times.empty(); }
  FloatRun sub(std::size_t from, std::size_t count) const {
    return {times.subspan(from, count), values.subspan(from, count),
            starts.empty() ? starts : starts.subspan(from, count)};
  }
};

struct HistogramRun {
  std::span<const std::int64_t> times;
  std::span<const model::HistogramPtr> values;
  std::span<const std::int64_t> starts;

  std::size_t size() const { return times.size(); }
  bool empty() const { return times.empty(); }
  HistogramRun sub(std::size_t from, std::size_t count) const {
    return {times.subspan(from, count), values.subspan(from, count),
            starts.empty() ? starts : starts.subspan(from, count)};
  }
};

/// The raw samples of one series. The spans belong to whoever gave the run and hold until asked for the next.
struct SampleRun {
  model::Labels labels;
  bool drop_name = false;
  FloatRun floats;
  HistogramRun histograms;
};

}  // namespace prome::engine
