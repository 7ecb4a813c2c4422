// RemoteSamples: the raw samples of a selector on one shard.
//
// They come by a query for the range, whose JSON gives floats bit for bit, but no stale markers, and native
// histograms without counter resets. Where these are needed the samples are asked for once more by remote
// read, which for its part loses the sign of -0 and adds the server's external_labels: both are set right by
// what the query gave. Used by one thread; the evaluation must outlive it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "querier/added_labels.h"
#include "querier/querier.h"
#include "querier/samples_decoder.h"
#include "remote/own_labels.h"
#include "remote/pumped_answer.h"
#include "remote/remote_read.h"

namespace prome::remote {

class RemoteSamples final : public querier::SampleAnswerStream {
 public:
  /// Asks; does not wait. `read` asks for the same by remote read, and is sent where that is needed.
  RemoteSamples(const QuestionGround& ground, querier::SamplesQuestion question, ShardQuestion read,
                engine::Evaluation& evaluation);

  Result<bool> next(engine::SampleRun& run) override;
  std::span<const querier::ShardAnnotation> annotations() const override { return annotations_; }
  std::uint64_t bytes() const override { return bytes_; }

 private:
  enum class Stage : std::uint8_t { kQuery, kQueryOver, kRemoteRead };

  Result<bool> nextFloats(engine::SampleRun& run);
  Result<bool> nextWhole(engine::SampleRun& run);
  Result<void> feedMore();
  Result<void> readWhole();
  void noteForRemoteRead(const engine::SampleRun& run);
  void mendZeros(engine::SampleRun& run);
  Result<bool> join(engine::SampleRun& run);
  std::unexpected<Error> named(Error error) const;

  const QuestionGround ground_;
  const querier::SamplesQuestion question_;
  ShardQuestion read_;
  engine::Evaluation& evaluation_;
  std::optional<PumpedAnswer> answer_;
  querier::SamplesDecoder decoder_;
  querier::AddedLabels added_;
  Stage stage_ = Stage::kQuery;
  std::uint64_t bytes_ = 0;
  std::vector<querier::ShardAnnotation> annotations_;

  engine::MemoryClaim held_;
  OwnLabels own_;
  bool reads_all_ = false;  // by remote read: every series, not those of read_again_ alone
  /// The times of their -0.
  std::unordered_map<model::Labels, std::vector<std::int64_t>, model::LabelsHash> read_again_;
  std::vector<double> mended_;
  std::vector<model::Label> own_list_;
  std::optional<RemoteReadAnswer> whole_;
};

}  // namespace prome::remote
