#include "remote/remote_samples.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "remote/remote_querier.h"
#include "remote/shard_annotations.h"

namespace prome::remote {
namespace {

/// The query for what lies in the range, and perhaps one millisecond before it: in 3.x a range is open on
/// the left.
ShardQuestion rangeQuestion(const querier::SamplesQuestion& samples, const QuerierContext& context) {
  const std::int64_t range_ms = samples.end_ms - samples.start_ms + 1;
  querier::Question question;
  question.kind = querier::QuestionKind::kInstant;
  question.grid = engine::StepGrid::at(samples.end_ms);
  const std::string text = samples.selector->text + "[" + std::to_string(range_ms) + "ms]";
  return questionFor(question, text, context.extra_parameters, context.client_fields);
}

}  // namespace

RemoteSamples::RemoteSamples(const QuestionGround& ground, querier::SamplesQuestion question,
                             ShardQuestion read, engine::Evaluation& evaluation)
    : ground_(ground),
      question_(std::move(question)),
      read_(std::move(read)),
      evaluation_(evaluation),
      decoder_(question_.start_ms, question_.end_ms, {}, evaluation),
      added_(question_.labels),
      held_(evaluation.budget()),
      reads_all_(question_.use == engine::SamplesUse::kLatest) {
  answer_.emplace(ground_, question_.shard, rangeQuestion(question_, *ground_.context), evaluation_);
}

Result<bool> RemoteSamples::next(engine::SampleRun& run) {
  if (stage_ == Stage::kQuery) {
    const Result<bool> more = nextFloats(run);
    if (!more) return more;
    if (*more) return join(run);
    stage_ = Stage::kQueryOver;
  }
  if (read_again_.empty() && !reads_all_) return false;
  if (stage_ == Stage::kQueryOver) {
    if (const Result<void> read = readWhole(); !read) return std::unexpected(read.error());
    stage_ = Stage::kRemoteRead;
  }
  const Result<bool> more = nextWhole(run);
  if (!more || !*more) return more;
  return join(run);
}

/// The next series that the query tells all of.
Result<bool> RemoteSamples::nextFloats(engine::SampleRun& run) {
  while (true) {
    while (decoder_.next(run)) {
      held_.add(run.labels.bytes().size());
      own_.add(run.labels);
      if (run.histograms.empty() && !reads_all_) return true;
      noteForRemoteRead(run);
    }
    if (!answer_) return false;
    if (Result<void> fed = feedMore(); !fed) return std::unexpected(std::move(fed).error());
  }
}

Result<void> RemoteSamples::feedMore() {
  const Result<std::string_view> run = answer_->next();
  if (!run) return std::unexpected(run.error());
  bytes_ += run->size();
  Result<void> read = run->empty() ? decoder_.finish() : decoder_.feed(*run);
  if (!read && !decoder_.isShardError()) return named(std::move(read).error());
  if (!read || !run->empty()) return read;
  annotations_ = annotationsOf(decoder_, question_.selector);
  answer_->noteForeignLabels(added_.foreign());
  answer_.reset();
  return {};
}

/// Asks for all series by remote read.
Result<void> RemoteSamples::readWhole() {
  PumpedAnswer answer(ground_, question_.shard, std::move(read_), evaluation_);
  std::string body;
  while (true) {
    const Result<std::string_view> run = answer.next();
    if (!run) return std::unexpected(run.error());
    if (run->empty()) break;
    held_.add(run->size());
    bytes_ += run->size();
    body += *run;
  }
  auto whole = RemoteReadAnswer::read(body, {}, evaluation_.budget());
  if (!whole) return named(std::move(whole).error());
  whole_.emplace(*std::move(whole));
  return {};
}

void RemoteSamples::noteForRemoteRead(const engine::SampleRun& run) {
  std::vector<std::int64_t>& zeros = read_again_[run.labels];
  for (std::size_t i = 0; i < run.floats.size(); ++i) {
    if (run.floats.values[i] == 0 && std::signbit(run.floats.values[i])) zeros.push_back(run.floats.times[i]);
  }
  held_.add(zeros.size() * sizeof(std::int64_t));
}

/// Gives -0 its sign back.
void RemoteSamples::mendZeros(engine::SampleRun& run) {
  const auto known = read_again_.find(run.labels);
  if (known == read_again_.end() || known->second.empty()) return;
  mended_.assign(run.floats.values.begin(), run.floats.values.end());
  for (const std::int64_t time : known->second) {
    const auto at = std::ranges::lower_bound(run.floats.times, time);
    if (at == run.floats.times.end() || *at != time) continue;
    double& value = mended_[static_cast<std::size_t>(at - run.floats.times.begin())];
    if (value == 0) value = -0.0;
  }
  run.floats.values = mended_;
}

/// The next series that the query does not tell all of.
Result<bool> RemoteSamples::nextWhole(engine::SampleRun& run) {
  while (true) {
    const Result<bool> more = whole_->next(run);
    if (!more || !*more) return more;
    run.labels = own_.of(run.labels);
    if (!reads_all_ && !read_again_.contains(run.labels)) continue;
    mendZeros(run);
    return true;
  }
}

/// Adds the labels that series of the shard get.
Result<bool> RemoteSamples::join(engine::SampleRun& run) {
  own_list_.assign(run.labels.begin(), run.labels.end());
  Result<model::Labels> joined = added_.join(own_list_);
  if (!joined) return std::unexpected(std::move(joined).error());
  run.labels = *std::move(joined);
  return true;
}

/// Says which shard's answer is not what it should be.
std::unexpected<Error> RemoteSamples::named(Error error) const {
  const std::string& name = ground_.context->fleet->shards[question_.shard].shard.name;
  return fail(error.kind, "shard \"" + name + "\": " + error.message);
}

}  // namespace prome::remote
