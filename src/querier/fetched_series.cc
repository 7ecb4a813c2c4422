#include "querier/fetched_series.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include "querier/split_answer.h"

namespace prome::querier {

FetchedSeries::FetchedSeries(const plan::Fetch& fetch, const engine::StepGrid& grid,
                             const LeafContext& context)
    : context_(context), steps_(grid.steps()) {
  std::vector<std::shared_ptr<const plan::PieceText>> texts;
  for (const plan::PieceText& text : fetch.texts) {
    texts.push_back(std::make_shared<const plan::PieceText>(text));
  }
  for (const plan::Piece& piece : fetch.pieces) {
    Question question;
    question.shard = piece.shard;
    question.kind = grid.steps() == 1 ? QuestionKind::kInstant : QuestionKind::kRange;
    question.text = texts[piece.text];
    question.grid = grid;
    question.labels = piece.labels;
    answers_.emplace_back().stream = askSplit(question, context.querier, context.evaluation);
  }
}

Result<bool> FetchedSeries::next(std::size_t shard, engine::Series& series) {
  Answer& answer = answers_[shard];
  if (answer.stream == nullptr) return false;
  series.clear();
  Result<bool> more = answer.stream->next(series);
  if (!more) return more;
  if (*more) {
    for (std::size_t step = 0; step < answer.filled.size(); ++step) {
      if (series.present(step)) answer.filled[step] = true;
    }
    return true;
  }
  answer.incomplete = answer.stream->histogramsIncomplete();
  for (const ShardAnnotation& said : answer.stream->annotations()) {
    answer.warned = answer.warned || warnsOfHistograms(said);
    if (auto note = operationNote(said)) answer.notes.push_back(*std::move(note));
    context_.annotations.add(said, context_.evaluation.annotations());
  }
  answer.stream.reset();
  return false;
}

std::vector<std::uint32_t> FetchedSeries::disagreements() const {
  struct Told {
    std::set<std::string_view> texts;
    std::set<std::size_t> shards;
  };
  std::map<std::uint32_t, Told> told;
  for (std::size_t shard = 0; shard < answers_.size(); ++shard) {
    for (const OperationNote& note : answers_[shard].notes) {
      told[note.position].texts.insert(note.text);
      told[note.position].shards.insert(shard);
    }
  }
  std::vector<std::uint32_t> out;
  for (const auto& [position, of_it] : told) {
    if (of_it.texts.size() > 1 && of_it.shards.size() > 1) out.push_back(position);
  }
  return out;
}

void FetchedSeries::trackSteps() {
  for (Answer& answer : answers_) answer.filled.assign(steps_, false);
}

bool FetchedSeries::filled(std::size_t shard) const {
  const std::vector<bool>& filled = answers_[shard].filled;
  return std::ranges::find(filled, false) == filled.end();
}

}  // namespace prome::querier
