// SamplesDecoder: raw samples from the JSON of a shard's answer to an instant query `selector[range]`, while
// it comes.
//
// Fed as AnswerDecoder is (answer_decoder.h). One series is held at a time, counted against the evaluation's
// budget. Used by one thread, that of the evaluation; EvaluationStopped passes through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "engine/evaluation.h"
#include "engine/memory_budget.h"
#include "engine/series.h"
#include "model/labels.h"
#include "querier/added_labels.h"
#include "querier/answer_reader.h"
#include "topology/shard.h"

namespace prome::querier {

class SamplesDecoder final : private SampleSink {
 public:
  /// Samples with start_ms <= t <= end_ms are given, others left out. Every series gets those of
  /// `added_labels` it has not itself.
  SamplesDecoder(std::int64_t start_ms, std::int64_t end_ms, topology::LabelPairs added_labels,
                 engine::Evaluation& evaluation);
  SamplesDecoder(const SamplesDecoder&) = delete;
  SamplesDecoder& operator=(const SamplesDecoder&) = delete;

  /// As AnswerDecoder's.
  Result<void> feed(std::string_view bytes);
  /// The next series with a sample, which holds until the next call of next() or feed().
  bool next(engine::SampleRun& run);
  /// As AnswerDecoder's; kInternal where the answer is no matrix or its times do not ascend.
  Result<void> finish() { return reader_.finish(); }

  bool isShardError() const { return reader_.isShardError(); }
  std::span<const std::string> warnings() const { return reader_.warnings(); }
  std::span<const std::string> infos() const { return reader_.infos(); }
  std::uint64_t foreignLabels() const { return labels_.foreign(); }
  HistogramLoss histogramLoss() const { return histogram_loss_; }
  bool histogramsIncomplete() const { return histogram_loss_ >= HistogramLoss::kSchema; }

 private:
  template <class Value>
  class Samples {
   public:
    explicit Samples(engine::MemoryBudget& budget) : claim_(budget) {}
    void clear();
    void append(std::int64_t time_ms, Value value);
    bool empty() const { return times_.empty(); }
    std::span<const std::int64_t> times() const { return times_; }
    std::span<const Value> values() const { return values_; }

   private:
    std::vector<std::int64_t> times_;
    std::vector<Value> values_;
    engine::MemoryClaim claim_;
  };

  Result<void> type(ResultType type) override;
  Result<void> labels(std::span<const model::Label> labels) override;
  Result<void> sample(std::int64_t time_ms, double value) override;
  Result<void> scalar(std::int64_t time_ms, double value) override;
  Result<void> histogram(std::int64_t time_ms, HistogramReading reading) override;
  RunEnd run(const char* at, const char* end) override;
  bool isKept(std::int64_t time_ms) const { return start_ms_ <= time_ms && time_ms <= end_ms_; }
  void clearSeries();

  const std::int64_t start_ms_;
  const std::int64_t end_ms_;
  engine::Evaluation& evaluation_;
  AddedLabels labels_;
  AnswerReader reader_;
  bool given_ = false;  // what is held was given
  model::Labels series_labels_;
  Samples<double> floats_;
  Samples<model::HistogramPtr> histograms_;
  std::optional<std::int64_t> last_float_ms_;  // those left out too
  std::optional<std::int64_t> last_histogram_ms_;
  std::optional<engine::MemoryClaim> histogram_claim_;  // for what histograms_ points to
  HistogramLoss histogram_loss_ = HistogramLoss::kNone;
};

}  // namespace prome::querier
