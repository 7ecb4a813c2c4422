#include "querier/analysis.h"

#include <algorithm>
#include <utility>

namespace prome::querier {
namespace {

/// One question's time and bytes, noted when its stream goes.
template <class Stream>
class Watch {
 public:
  Watch(std::unique_ptr<Stream> inner, QuestionMeasure& measure)
      : inner_(std::move(inner)), measure_(measure), began_(engine::Clock::now()) {
    ++measure_.questions;
  }
  ~Watch() {
    if (!ended_) end();
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  Stream& inner() { return *inner_; }
  const Stream& inner() const { return *inner_; }
  QuestionMeasure& measure() { return measure_; }
  void end() {
    if (std::exchange(ended_, true)) return;
    measure_.elapsed = std::max<std::chrono::nanoseconds>(measure_.elapsed, engine::Clock::now() - began_);
    measure_.bytes += inner_->bytes();
  }

 private:
  std::unique_ptr<Stream> inner_;
  QuestionMeasure& measure_;
  engine::Clock::time_point began_;
  bool ended_ = false;
};

class MeasuredAnswer final : public AnswerStream {
 public:
  MeasuredAnswer(std::unique_ptr<AnswerStream> inner, QuestionMeasure& measure, std::size_t steps)
      : watch_(std::move(inner), measure), steps_(steps) {}

  Result<bool> next(engine::Series& series) override {
    Result<bool> more = watch_.inner().next(series);
    if (!more || !*more) {
      watch_.end();
      return more;
    }
    ++watch_.measure().series;
    for (std::size_t step = 0; step < steps_; ++step) {
      if (series.hasFloat(step) || series.hasHistogram(step)) ++watch_.measure().samples;
    }
    return more;
  }
  std::span<const ShardAnnotation> annotations() const override { return watch_.inner().annotations(); }
  bool histogramsIncomplete() const override { return watch_.inner().histogramsIncomplete(); }
  std::uint64_t bytes() const override { return watch_.inner().bytes(); }

 private:
  Watch<AnswerStream> watch_;
  const std::size_t steps_;
};

class MeasuredSamples final : public SampleAnswerStream {
 public:
  MeasuredSamples(std::unique_ptr<SampleAnswerStream> inner, QuestionMeasure& measure)
      : watch_(std::move(inner), measure) {}

  Result<bool> next(engine::SampleRun& run) override {
    Result<bool> more = watch_.inner().next(run);
    if (!more || !*more) {
      watch_.end();
      return more;
    }
    ++watch_.measure().series;
    watch_.measure().samples += run.floats.size() + run.histograms.size();
    return more;
  }
  std::span<const ShardAnnotation> annotations() const override { return watch_.inner().annotations(); }
  std::uint64_t bytes() const override { return watch_.inner().bytes(); }

 private:
  Watch<SampleAnswerStream> watch_;
};

}  // namespace

const QuestionMeasure* Analysis::find(topology::ShardId shard, const std::string& text,
                                      AnswerKind kind) const {
  const auto found = questions_.find({shard, kind, text});
  return found == questions_.end() ? nullptr : &found->second;
}

void Analysis::clear() {
  questions_.clear();
  profile_.clear();
}

std::unique_ptr<AnswerStream> MeasuredQuerier::ask(Question question, engine::Evaluation& evaluation) {
  QuestionMeasure& measure = analysis_.of(question.shard, question.text->text, AnswerKind::kSteps);
  const std::size_t steps = question.grid.steps();
  return std::make_unique<MeasuredAnswer>(inner_.ask(std::move(question), evaluation), measure, steps);
}

std::unique_ptr<SampleAnswerStream> MeasuredQuerier::askSamples(SamplesQuestion question,
                                                                engine::Evaluation& evaluation) {
  QuestionMeasure& measure = analysis_.of(question.shard, question.selector->text, AnswerKind::kSamples);
  return std::make_unique<MeasuredSamples>(inner_.askSamples(std::move(question), evaluation), measure);
}

}  // namespace prome::querier
