// A shard waits until its next series is known, is ready until that is the first of all that are known, and
// is passing until it is through. In order, nothing is passed while a shard waits.
#include "forward/answer_merger.h"

#include <algorithm>
#include <utility>

#include "base/json_writer.h"
#include "forward/json_scan.h"

namespace prome::forward {
namespace {

void appendTexts(std::string& out, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  out.append(",\"").append(key).append("\":[");
  for (const std::string& text : texts) {
    if (&text != &texts.front()) out += ',';
    appendJsonString(out, text);
  }
  out += ']';
}

}  // namespace

std::string answerTail(const AnswerNotes& notes) {
  std::string out;
  appendTexts(out, "warnings", notes.warnings);
  appendTexts(out, "infos", notes.infos);
  return out += '}';
}

AnswerMerger::AnswerMerger(AnswerShape shape, std::span<const SplicedLabels* const> shards,
                           const MergeOptions& options)
    : shape_(shape),
      options_(options),
      blocks_(options.block_bytes),
      held_{.limit = options.held_bytes},
      seen_(options.seen_series),
      waiting_(shards.size()),
      unfinished_(shards.size()) {
  for (const SplicedLabels* labels : shards)
    parts_.push_back({.reader = std::make_unique<SeriesReader>(shape, *labels, blocks_, held_)});
}

// Feeding.

void AnswerMerger::touch(std::size_t shard) {
  Part& part = parts_[shard];
  if (!std::exchange(part.due, true)) due_.push_back(shard);
}

void AnswerMerger::feed(std::size_t shard, std::string_view bytes) {
  parts_[shard].reader->append(bytes);
  touch(shard);
}

void AnswerMerger::end(std::size_t shard) {
  parts_[shard].reader->end();
  touch(shard);
}

bool AnswerMerger::awaits(std::size_t shard) const {
  const Part& part = parts_[shard];
  if (part.due) return false;
  return part.phase == Phase::kWaiting || part.phase == Phase::kStarved || part.phase == Phase::kTail;
}

bool AnswerMerger::wants(std::size_t shard) const {
  if (awaits(shard)) return true;
  return parts_[shard].reader->buffered() < options_.shard_look_ahead &&
         blocks_.held() < options_.query_look_ahead;
}

// Finding the next series.

bool AnswerMerger::fail(std::size_t shard, Error error) {
  error_ = std::move(error);
  failed_shard_ = shard;
  return false;
}

/// True if the next series of `a` sorts behind that of `b`.
bool AnswerMerger::comesLater(std::size_t a, std::size_t b) const {
  const int order = parts_[a].reader->key().compare(parts_[b].reader->key());
  return order != 0 ? order > 0 : a > b;
}

/// Looks for the next series of a shard that waits. False on an error.
bool AnswerMerger::prepare(std::size_t shard) {
  Part& part = parts_[shard];
  if (!std::exchange(part.read, true)) read_.push_back(shard);
  switch (part.reader->prepare()) {
    case SeriesReader::State::kNeedsBytes:
      return true;
    case SeriesReader::State::kBroken:
      return fail(shard, *part.reader->error());
    case SeriesReader::State::kListEnd:
      --waiting_;
      part.phase = Phase::kTail;
      return finish(shard);
    case SeriesReader::State::kSeries:
      break;
  }
  --waiting_;
  part.phase = Phase::kReady;
  ready_.push_back(shard);
  std::ranges::push_heap(ready_, [this](std::size_t a, std::size_t b) { return comesLater(a, b); });
  return true;
}

/// Reads what stands behind a shard's series. False on an error.
bool AnswerMerger::finish(std::size_t shard) {
  Part& part = parts_[shard];
  if (!std::exchange(part.read, true)) read_.push_back(shard);
  switch (part.reader->finish()) {
    case SeriesReader::Tail::kNeedsBytes:
      return true;
    case SeriesReader::Tail::kBroken:
      return fail(shard, *part.reader->error());
    case SeriesReader::Tail::kEnd:
      break;
  }
  part.phase = Phase::kDone;
  --unfinished_;
  return true;
}

/// Goes on with the shards that were fed. False on an error.
bool AnswerMerger::useFed() {
  while (!due_.empty()) {
    const std::size_t shard = due_.back();
    due_.pop_back();
    Part& part = parts_[shard];
    part.due = false;
    if (part.phase == Phase::kWaiting && !prepare(shard)) return false;
    if (part.phase == Phase::kTail && !finish(shard)) return false;
    if (part.phase == Phase::kStarved) part.phase = Phase::kPassing;
  }
  return true;
}

// Passing.

void AnswerMerger::release() {
  for (const std::size_t shard : read_) {
    parts_[shard].reader->release();
    parts_[shard].read = false;
  }
  read_.clear();
}

AnswerMerger::Step AnswerMerger::advance(http::SliceSink& out) {
  if (out.empty()) release();
  while (!error_) {
    if (!useFed()) break;
    if (closed_) return Step::kDone;
    if (out.full() || out.size() >= kMergedPieceBytes) return Step::kFlush;
    const Step step = turn(out);
    if (step != Step::kFlush) return step;
  }
  return error_ ? Step::kBroken : Step::kDone;
}

/// Does one thing. kFlush: there may be more to do.
AnswerMerger::Step AnswerMerger::turn(http::SliceSink& out) {
  if (passing_) {
    if (parts_[*passing_].phase == Phase::kStarved) return Step::kWait;
    return pass(out) ? Step::kFlush : Step::kBroken;
  }
  const bool in_order = shape_ != AnswerShape::kInstant || !began_;
  if (waiting_ > 0 && (in_order || ready_.empty())) return Step::kWait;
  if (!began_) {
    begin(out);
    return Step::kFlush;
  }
  if (!ready_.empty()) return pick(out) ? Step::kFlush : Step::kBroken;
  if (unfinished_ > 0) return Step::kWait;
  out.append(shape_ == AnswerShape::kSeries ? "]" : "]}");
  closed_ = true;
  return Step::kDone;
}

void AnswerMerger::begin(http::SliceSink& out) {
  began_ = true;
  switch (shape_) {
    case AnswerShape::kInstant:
      return out.append(kCompactVector);
    case AnswerShape::kMatrix:
      return out.append(kCompactMatrix);
    case AnswerShape::kSeries:
      return out.append(kCompactSeries);
  }
}

/// Takes the next series. False on an error.
bool AnswerMerger::pick(http::SliceSink& out) {
  std::ranges::pop_heap(ready_, [this](std::size_t a, std::size_t b) { return comesLater(a, b); });
  const std::size_t shard = ready_.back();
  ready_.pop_back();
  passing_ = shard;
  parts_[shard].phase = Phase::kPassing;
  dropping_ = false;
  if (options_.equal == MergeOptions::Equal::kOnce) {
    const auto met = seen_.meet(parts_[shard].reader->key());
    if (met == SeenSeries::Met::kTooMany) {
      return fail(shard,
                  {ErrorKind::kExecution, "answer has more than " + std::to_string(options_.seen_series) +
                                              " series, which several shards may share"});
    }
    dropping_ = met == SeenSeries::Met::kAgain;
  }
  if (dropping_) return true;
  if (options_.limit != 0 && count_ == options_.limit) {
    truncated_ = dropping_ = true;
    return true;
  }
  if (count_++ > 0) out.append(",");
  return true;
}

/// Passes what has come of the series taken. False on an error.
bool AnswerMerger::pass(http::SliceSink& out) {
  const std::size_t shard = *passing_;
  Part& part = parts_[shard];
  if (!std::exchange(part.read, true)) read_.push_back(shard);
  switch (part.reader->pass(dropping_ ? nullptr : &out)) {
    case SeriesReader::Passed::kSinkFull:
      return true;
    case SeriesReader::Passed::kNeedsBytes:
      part.phase = Phase::kStarved;
      return true;
    case SeriesReader::Passed::kBroken:
      return fail(shard, *part.reader->error());
    case SeriesReader::Passed::kWhole:
      break;
  }
  passing_.reset();
  part.phase = Phase::kWaiting;
  ++waiting_;
  return prepare(shard);
}

// What was met.

std::vector<std::size_t> AnswerMerger::emptyShards() const {
  std::vector<std::size_t> out;
  for (std::size_t shard = 0; shard < parts_.size(); ++shard) {
    if (parts_[shard].reader->count() == 0) out.push_back(shard);
  }
  if (out.size() == parts_.size()) out.clear();
  return out;
}

std::uint64_t AnswerMerger::misplaced() const {
  std::uint64_t sum = 0;
  for (const Part& part : parts_) sum += part.reader->misplaced();
  return sum;
}

}  // namespace prome::forward
