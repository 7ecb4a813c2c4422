// Querier: asks one shard one question. The one seam between evaluation and the shards: HTTP behind it in the
// router, evaluation in memory in tests, a cache as a decorator.
//
// `ask` never blocks and starts at once, so that all questions of a query are under way before the first
// answer is read. Streams are read by one thread, that of the evaluation, and may block; destroying one ends
// its question. All memory of what they hold and give counts against the evaluation's budget.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "engine/evaluation.h"
#include "engine/leaf_source.h"
#include "engine/series.h"
#include "engine/step_grid.h"
#include "model/annotations.h"
#include "plan/plan.h"

namespace prome::querier {

enum class QuestionKind : std::uint8_t {
  kInstant,  // at grid.start_ms; the grid has one step
  kRange,    // at every step of the grid, of which there are no more than a server answers at once
};

/// The largest (end - start) / step that a server accepts.
inline constexpr std::int64_t kMaxSteps = 11'000;

struct Question {
  topology::ShardId shard = 0;
  QuestionKind kind = QuestionKind::kRange;
  std::shared_ptr<const plan::PieceText> text;
  engine::StepGrid grid;
  topology::LabelPairs labels;  // every series of the answer gets those it has not itself
};

/// A selector's samples with start_ms <= t <= end_ms, stale markers included where the use needs them.
struct SamplesQuestion {
  topology::ShardId shard = 0;
  std::shared_ptr<const plan::PieceText> selector;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  engine::SamplesUse use = engine::SamplesUse::kLatest;
  topology::LabelPairs labels;
};

/// A warning or info of a shard's answer as it came, e.g. `PromQL info: ... (1:5)`, and the text its
/// position is in.
struct ShardAnnotation {
  model::Severity severity = model::Severity::kWarning;
  std::string text;
  std::shared_ptr<const plan::PieceText> piece;
};

class AnswerStream {
 public:
  virtual ~AnswerStream() = default;

  /// The next series over the question's grid, in the shard's order; false at the end. A scalar is one series
  /// without labels. Errors: the shard's own (its errorType and message), kUnavailable where it cannot be
  /// asked, kTimeout at the deadline.
  virtual Result<bool> next(engine::Series& series) = 0;
  /// After the end.
  virtual std::span<const ShardAnnotation> annotations() const = 0;
  /// Have native histograms been given of which the answer's form has lost what computing with them needs?
  virtual bool histogramsIncomplete() const { return false; }
  /// Of the answer, read so far, unpacked; 0 where it is no text.
  virtual std::uint64_t bytes() const { return 0; }
};

class SampleAnswerStream {
 public:
  virtual ~SampleAnswerStream() = default;

  /// The next series' samples, valid until the next call.
  virtual Result<bool> next(engine::SampleRun& run) = 0;
  virtual std::span<const ShardAnnotation> annotations() const = 0;
  /// As AnswerStream's.
  virtual std::uint64_t bytes() const { return 0; }
};

class Querier {
 public:
  virtual ~Querier() = default;

  virtual std::unique_ptr<AnswerStream> ask(Question question, engine::Evaluation& evaluation) = 0;
  virtual std::unique_ptr<SampleAnswerStream> askSamples(SamplesQuestion question,
                                                         engine::Evaluation& evaluation) = 0;
};

}  // namespace prome::querier
