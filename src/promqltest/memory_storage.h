// Series in memory, as leaves for the engine: for scripts, tests and benchmarks.
//
// Owns all samples; runs handed out are spans into it, so it must outlive every stream and must not change
// while one is read. Any number of threads may read it at the same time; appending is for one thread alone.
// It keeps the rules of a Prometheus head block: samples of a series come in time order, a sample told twice
// is kept once, and histograms come back with the counter reset hints storage gives (histogram_chunk.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/error.h"
#include "engine/leaf_source.h"
#include "model/float_histogram.h"
#include "model/labels.h"
#include "model/regex.h"
#include "promqltest/histogram_chunk.h"

namespace prome::promqltest {

/// All samples of one series. `float_starts` and `histogram_starts` are parallel to the samples, or empty
/// while no sample has a start timestamp.
struct StoredSeries {
  model::Labels labels;
  std::vector<std::int64_t> float_times;
  std::vector<double> floats;
  std::vector<std::int64_t> float_starts;
  std::vector<std::int64_t> histogram_times;
  std::vector<model::HistogramPtr> histograms;
  std::vector<std::int64_t> histogram_starts;
  HistogramChunk chunk;
  bool last_is_histogram = false;
  std::size_t number = 0;  // of creation
};

class MemoryStorage : public engine::LeafSource {
 public:
  explicit MemoryStorage(model::Dialect dialect = model::Dialect::kPrometheus3) : dialect_(dialect) {}
  MemoryStorage(const MemoryStorage&) = delete;
  MemoryStorage& operator=(const MemoryStorage&) = delete;

  /// Appends a sample at `time_ms`. `start_ms` is its start timestamp; 0: none is known. The newest sample
  /// told again changes nothing; another value at its time, and an earlier time, are kBadData errors. A stale
  /// marker after a histogram becomes a stale histogram.
  Result<void> append(const model::Labels& labels, std::int64_t time_ms, double value,
                      std::int64_t start_ms = 0);
  /// As above; a histogram that does not validate() is an error too.
  Result<void> append(const model::Labels& labels, std::int64_t time_ms, model::FloatHistogram histogram,
                      std::int64_t start_ms = 0);

  void clear();
  std::size_t seriesCount() const { return series_.size(); }

  /// Series in the order they were first appended to. Errors: kBadData for a regex that does not compile.
  Result<std::unique_ptr<engine::SampleStream>> samples(const engine::SamplesRequest& request) override;

 private:
  StoredSeries& seriesOf(const model::Labels& labels);

  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };

  const model::Dialect dialect_;
  std::deque<StoredSeries> series_;  // never moved: by_labels_ and by_name_ point into it
  std::unordered_map<model::Labels, StoredSeries*, model::LabelsHash> by_labels_;
  std::unordered_map<std::string, std::vector<const StoredSeries*>, NameHash, std::equal_to<>> by_name_;
  std::vector<const StoredSeries*> all_;
};

}  // namespace prome::promqltest
