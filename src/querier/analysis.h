// Analysis: what an evaluation over shards asked, what came, and how long it took; and the querier that notes
// it.
//
// Filled by the evaluation's thread. Plain data but for MeasuredQuerier, which decorates another Querier.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>

#include "engine/profile.h"
#include "querier/querier.h"

namespace prome::querier {

/// Of the questions with one text to one shard: of a range over the shard's limit there are several.
struct QuestionMeasure {
  std::uint64_t questions = 0;
  std::uint64_t bytes = 0;  // of the answers as they are read, unpacked
  std::uint64_t series = 0;
  std::uint64_t samples = 0;
  std::chrono::nanoseconds elapsed{0};  // from asking to the end of the answer; of several the longest
};

enum class AnswerKind : std::uint8_t { kSteps, kSamples };

class Analysis {
 public:
  QuestionMeasure& of(topology::ShardId shard, const std::string& text, AnswerKind kind) {
    return questions_[{shard, kind, text}];
  }
  /// Null where nothing of the kind was asked.
  const QuestionMeasure* find(topology::ShardId shard, const std::string& text, AnswerKind kind) const;
  engine::Profile& profile() { return profile_; }
  const engine::Profile& profile() const { return profile_; }
  void clear();

 private:
  std::map<std::tuple<topology::ShardId, AnswerKind, std::string>, QuestionMeasure> questions_;
  engine::Profile profile_;
};

/// Asks `inner` and notes in `analysis`; both outlive it and its streams.
class MeasuredQuerier final : public Querier {
 public:
  MeasuredQuerier(Querier& inner, Analysis& analysis) : inner_(inner), analysis_(analysis) {}

  std::unique_ptr<AnswerStream> ask(Question question, engine::Evaluation& evaluation) override;
  std::unique_ptr<SampleAnswerStream> askSamples(SamplesQuestion question,
                                                 engine::Evaluation& evaluation) override;

 private:
  Querier& inner_;
  Analysis& analysis_;
};

}  // namespace prome::querier
