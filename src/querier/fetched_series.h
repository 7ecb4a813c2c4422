// FetchedSeries: one question to every shard, as far as an answer is concerned: the shards' series, shard by
// shard or merged in the order of their labels.
//
// All questions are asked when it is made. Used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "querier/answer_annotations.h"
#include "querier/querier.h"

namespace prome::querier {

/// What the leaves of one evaluation share.
struct LeafContext {
  Querier& querier;
  engine::Evaluation& evaluation;
  AnswerAnnotations& annotations;
};

class FetchedSeries {
 public:
  FetchedSeries(const plan::Fetch& fetch, const engine::StepGrid& grid, const LeafContext& context);

  std::size_t shards() const { return answers_.size(); }
  /// The next series of one shard; false at the end.
  Result<bool> next(std::size_t shard, engine::Series& series);

  // Of a shard whose series have all been read.
  bool warnedOfHistograms(std::size_t shard) const { return answers_[shard].warned; }
  bool histogramsIncomplete(std::size_t shard) const { return answers_[shard].incomplete; }
  /// Had some series of it a value at every step? Known where trackSteps() was called before the first
  /// next().
  bool filled(std::size_t shard) const;
  void trackSteps();
  /// Where operations begin of which several shards have told, and not all the same: one Prometheus may not
  /// have told all of it.
  std::vector<std::uint32_t> disagreements() const;

 private:
  struct Answer {
    std::unique_ptr<AnswerStream> stream;
    bool warned = false;
    bool incomplete = false;
    std::vector<bool> filled;  // by step, where that is tracked
    std::vector<OperationNote> notes;
  };

  const LeafContext context_;
  const std::size_t steps_;
  std::vector<Answer> answers_;
};

}  // namespace prome::querier
