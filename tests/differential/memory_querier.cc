#include "tests/differential/memory_querier.h"

#include <algorithm>
#include <optional>

#include "engine/engine.h"
#include "promql/parser.h"

namespace prome::differential {
namespace {

using querier::ShardAnnotation;

model::Labels withLabels(const model::Labels& own, const topology::LabelPairs& added) {
  model::LabelsBuilder builder(own);
  for (const auto& [name, value] : added) {
    if (!own.has(name)) builder.set(name, value);
  }
  return builder.labels();
}

/// An answer that is there when it is asked for.
class Evaluated final : public querier::AnswerStream {
 public:
  Evaluated(querier::Question question, promqltest::MemoryStorage& storage,
            const engine::EngineOptions& options, engine::Evaluation& evaluation)
      : question_(std::move(question)), options_(options), engine_(options_), evaluation_(evaluation) {
    const auto query = promql::parse(question_.text->text);
    if (!query) {
      error_ = Error{ErrorKind::kBadData, "sent: " + question_.text->text + ": " + query.error().message()};
      return;
    }
    const bool range = question_.kind == querier::QuestionKind::kRange;
    const engine::QuerySpec spec{range ? engine::QueryKind::kRange : engine::QueryKind::kInstant,
                                 question_.grid};
    model::Annotations annotations;
    auto answer = engine_.evaluate(*query, spec, storage, annotations);
    if (!answer) {
      error_ = answer.error();
      return;
    }
    answer_.emplace(*std::move(answer));
    const auto shown = annotations.show(query->text(), 0);
    for (const auto& text : shown.warnings)
      said_.push_back({model::Severity::kWarning, text, question_.text});
    for (const auto& text : shown.infos) said_.push_back({model::Severity::kInfo, text, question_.text});
  }

  Result<bool> next(engine::Series& series) override {
    if (error_) return std::unexpected(*error_);
    series.clear();
    if (const auto* scalar = std::get_if<engine::ScalarValue>(&answer_->value())) {
      if (next_++ > 0) return false;
      series.floats = evaluation_.columns().absent(1);
      series.floats[0] = scalar->value;
      return true;
    }
    const auto& grid = std::get<engine::GridValue>(answer_->value());
    if (next_ == grid.series.size()) return false;
    copy(grid.series[next_++], series);
    return true;
  }
  std::span<const ShardAnnotation> annotations() const override { return said_; }

 private:
  void copy(const engine::Series& from, engine::Series& to) {
    const std::size_t steps = question_.grid.steps();
    const bool scalar = from.labels.empty() && question_.labels.empty();
    to.labels = scalar ? from.labels : withLabels(from.labels, question_.labels);
    if (!from.floats.empty()) {
      to.floats = evaluation_.columns().uninitialized(steps);
      std::ranges::copy(from.floats.values(), to.floats.values().begin());
    }
    if (!from.histograms.empty()) {
      to.histograms = evaluation_.columns().histograms(steps);
      for (std::size_t step = 0; step < steps; ++step) to.histograms[step] = from.histograms[step];
    }
  }

  const querier::Question question_;
  const engine::EngineOptions options_;
  const engine::Engine engine_;
  engine::Evaluation& evaluation_;
  std::optional<Error> error_;
  std::optional<engine::Answer> answer_;
  std::size_t next_ = 0;
  std::vector<ShardAnnotation> said_;
};

class Stored final : public querier::SampleAnswerStream {
 public:
  Stored(querier::SamplesQuestion question, promqltest::MemoryStorage& storage)
      : labels_(std::move(question.labels)), selector_(promql::parseMetricSelector(question.selector->text)) {
    if (!selector_) {
      error_ = Error{ErrorKind::kBadData, "sent: " + question.selector->text};
      return;
    }
    auto stream =
        storage.samples({.matchers = promql::as<promql::VectorSelector>(selector_->root())->matchers,
                         .start_ms = question.start_ms,
                         .end_ms = question.end_ms,
                         .pos = {}});
    if (stream) {
      stream_ = *std::move(stream);
    } else {
      error_ = stream.error();
    }
  }

  Result<bool> next(engine::SampleRun& run) override {
    if (error_) return std::unexpected(*error_);
    const Result<bool> more = stream_->next(run);
    if (more && *more) run.labels = withLabels(run.labels, labels_);
    return more;
  }
  std::span<const ShardAnnotation> annotations() const override { return {}; }

 private:
  const topology::LabelPairs labels_;
  const std::expected<promql::Query, promql::ParseError> selector_;
  std::optional<Error> error_;
  std::unique_ptr<engine::SampleStream> stream_;
};

}  // namespace

std::unique_ptr<querier::AnswerStream> MemoryQuerier::ask(querier::Question question,
                                                          engine::Evaluation& evaluation) {
  promqltest::MemoryStorage& storage = storages_[question.shard];
  return std::make_unique<Evaluated>(std::move(question), storage, options_, evaluation);
}

std::unique_ptr<querier::SampleAnswerStream> MemoryQuerier::askSamples(querier::SamplesQuestion question,
                                                                       engine::Evaluation&) {
  promqltest::MemoryStorage& storage = storages_[question.shard];
  return std::make_unique<Stored>(std::move(question), storage);
}

}  // namespace prome::differential
