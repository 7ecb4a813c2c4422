#include "querier/split_answer.h"

#include <algorithm>
#include <unordered_map>

namespace prome::querier {
namespace {

class SplitAnswer final : public AnswerStream {
 public:
  SplitAnswer(const Question& question, Querier& querier, engine::Evaluation& evaluation)
      : steps_(question.grid.steps()), evaluation_(evaluation) {
    constexpr auto kPartSteps = static_cast<std::size_t>(kMaxSteps) + 1;
    for (std::size_t from = 0; from < steps_; from += kPartSteps) {
      const std::size_t past = std::min(steps_, from + kPartSteps);
      Question part = question;
      part.grid.start_ms = question.grid.time(from);
      part.grid.end_ms = question.grid.time(past - 1);
      parts_.push_back({from, querier.ask(std::move(part), evaluation)});
    }
  }

  Result<bool> next(engine::Series& series) override {
    if (!joined_) {
      if (const Result<void> done = join(); !done) return std::unexpected(done.error());
      joined_ = true;
    }
    if (next_ == series_.size()) return false;
    series = std::move(series_[next_++]);
    return true;
  }
  std::span<const ShardAnnotation> annotations() const override { return annotations_; }
  bool histogramsIncomplete() const override { return incomplete_; }

 private:
  struct Part {
    std::size_t from = 0;
    std::unique_ptr<AnswerStream> stream;
  };

  Result<void> join() {
    for (Part& part : parts_) {
      engine::Series series;
      while (true) {
        const Result<bool> more = part.stream->next(series);
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        add(series, part.from);
        series.clear();
      }
      const auto said = part.stream->annotations();
      annotations_.insert(annotations_.end(), said.begin(), said.end());
      incomplete_ = incomplete_ || part.stream->histogramsIncomplete();
      part.stream.reset();
    }
    numbers_.clear();
    return {};
  }

  void add(const engine::Series& part, std::size_t from) {
    const auto [entry, is_new] = numbers_.try_emplace(part.labels, series_.size());
    if (is_new) series_.emplace_back().labels = part.labels;
    engine::Series& whole = series_[entry->second];
    if (!part.floats.empty()) {
      if (whole.floats.empty()) whole.floats = evaluation_.columns().absent(steps_);
      std::ranges::copy(part.floats.values(),
                        whole.floats.values().begin() + static_cast<std::ptrdiff_t>(from));
    }
    if (!part.histograms.empty()) {
      if (whole.histograms.empty()) whole.histograms = evaluation_.columns().histograms(steps_);
      for (std::size_t step = 0; step < part.histograms.size(); ++step) {
        whole.histograms[from + step] = part.histograms[step];
      }
    }
  }

  const std::size_t steps_;
  engine::Evaluation& evaluation_;
  std::vector<Part> parts_;
  bool joined_ = false;
  std::unordered_map<model::Labels, std::size_t, model::LabelsHash> numbers_;
  std::vector<engine::Series> series_;
  std::size_t next_ = 0;
  std::vector<ShardAnnotation> annotations_;
  bool incomplete_ = false;
};

}  // namespace

std::unique_ptr<AnswerStream> askSplit(const Question& question, Querier& querier,
                                       engine::Evaluation& evaluation) {
  const std::size_t steps = question.grid.steps();
  if (steps <= static_cast<std::size_t>(kMaxSteps) + 1) return querier.ask(question, evaluation);
  return std::make_unique<SplitAnswer>(question, querier, evaluation);
}

}  // namespace prome::querier
