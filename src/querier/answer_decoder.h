// AnswerDecoder: series over a grid from the JSON of a shard's answer, while it comes.
//
// Bytes are fed in pieces of any size and series are asked for until there are no more; a series' samples go
// into its columns as they come, and what is held besides is no more than what a piece ends in the middle of.
// Columns and what is held count against the evaluation's budget. Used by one thread, that of the evaluation;
// EvaluationStopped passes through.
//
//   while (bytes come) {
//     decoder.feed(bytes)?;
//     while (decoder.next(series)) ...
//   }
//   decoder.finish()?;
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
#include "engine/series.h"
#include "engine/step_grid.h"
#include "model/labels.h"
#include "querier/added_labels.h"
#include "querier/answer_reader.h"
#include "topology/shard.h"

namespace prome::querier {

class AnswerDecoder final : private SampleSink {
 public:
  /// Every series gets those of `added_labels` it has not itself; a scalar gets none. A vector or a scalar is
  /// taken where the grid has one step, a matrix always.
  AnswerDecoder(const engine::StepGrid& grid, topology::LabelPairs added_labels,
                engine::Evaluation& evaluation);
  AnswerDecoder(const AnswerDecoder&) = delete;
  AnswerDecoder& operator=(const AnswerDecoder&) = delete;

  /// The next bytes, which must stay where they are until next() is false. Gives the error there has been, if
  /// any.
  Result<void> feed(std::string_view bytes);
  /// The next series, in the answer's order. False: more bytes are needed, or the answer is at its end, or
  /// there has been an error, which feed() and finish() tell. Series without a value are left out.
  bool next(engine::Series& series);
  /// Behind the last bytes and the last next(). Errors: the shard's own; kUnavailable where the answer is no
  /// JSON, breaks off or has no result; kInternal where it is of another type or has other times than those
  /// of the grid.
  Result<void> finish();

  /// Is the error one the shard tells itself ("status":"error")?
  bool isShardError() const { return reader_.isShardError(); }
  /// As they came; all of them once the answer is at its end.
  std::span<const std::string> warnings() const { return reader_.warnings(); }
  std::span<const std::string> infos() const { return reader_.infos(); }
  /// Series so far that already had one of the added labels, with another value; they kept it.
  std::uint64_t foreignLabels() const { return labels_.foreign(); }
  /// The worst of all histograms so far.
  HistogramLoss histogramLoss() const { return histogram_loss_; }
  /// Would computing with the histograms given so far be wrong?
  bool histogramsIncomplete() const { return histogram_loss_ >= HistogramLoss::kSchema; }

 private:
  Result<void> type(ResultType type) override;
  Result<void> labels(std::span<const model::Label> labels) override;
  Result<void> sample(std::int64_t time_ms, double value) override;
  Result<void> scalar(std::int64_t time_ms, double value) override { return sample(time_ms, value); }
  Result<void> histogram(std::int64_t time_ms, HistogramReading reading) override;
  RunEnd run(const char* at, const char* end) override;
  std::optional<std::size_t> stepAt(std::int64_t time_ms, std::size_t from) const;

  const engine::StepGrid grid_;
  const std::size_t steps_;
  engine::Evaluation& evaluation_;
  AddedLabels labels_;
  AnswerReader reader_;
  engine::Series series_;
  std::size_t next_float_ = 0;  // steps before it have been passed by series_'s floats
  std::size_t next_histogram_ = 0;
  HistogramLoss histogram_loss_ = HistogramLoss::kNone;
};

}  // namespace prome::querier
