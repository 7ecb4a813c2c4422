#include "api/series_answer.h"

#include <set>

#include "api/answers.h"
#include "api/shard_body.h"
#include "forward/concatenation.h"
#include "http/form.h"

namespace prome::api {
namespace {

constexpr std::string_view kFields =
    "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n";

/// Each text once.
forward::AnswerNotes notesOf(const forward::AnswerMerger& merger, std::size_t shards) {
  std::set<std::string> warnings;
  std::set<std::string> infos;
  for (std::size_t i = 0; i < shards; ++i) {
    const forward::AnswerNotes& notes = merger.notes(i);
    warnings.insert(notes.warnings.begin(), notes.warnings.end());
    infos.insert(notes.infos.begin(), notes.infos.end());
  }
  forward::AnswerNotes out{.warnings = {warnings.begin(), warnings.end()},
                           .infos = {infos.begin(), infos.end()}};
  if (merger.truncated()) out.warnings.emplace_back(kTruncated);
  return out;
}

}  // namespace

http::Awaitable<std::optional<Error>> SeriesAnswer::run() {
  const remote::ShardPort port{service_.loop_, service_.context_.resolver, service_.forwarder_.pool(),
                               snapshot_->client};
  std::vector<std::unique_ptr<forward::SplicedLabels>> labels;
  std::vector<forward::ShardPart> parts;
  for (const plan::SeriesPiece& piece : request_.pieces) {
    remote::ShardQuestion question;
    question.path = "/api/v1/series";
    question.body = request_.parameters;
    for (const std::string& match : piece.matches) {
      question.body.append(question.body.empty() ? "" : "&").append("match[]=");
      http::appendEscaped(question.body, match);
    }
    question.fields = std::string(kFields).append(request_.client_fields);
    question.authorization = request_.authorization;
    question.deadline = request_.deadline;
    question.timeout = request_.timeout;
    labels.push_back(std::make_unique<forward::SplicedLabels>(piece.labels));
    auto body = std::make_unique<ShardBody>(port, snapshot_->fleet->shards[piece.shard], std::move(question));
    parts.push_back({std::move(body), labels.back().get()});
  }
  forward::ConcatenationRequest request;
  request.shape = forward::AnswerShape::kSeries;
  request.merge.limit = request_.limit;
  request.merge.equal = forward::MergeOptions::Equal::kOnce;
  request.answer_fields = "Content-Type: application/json\r\n" + commonFields(exchange_);
  request.deadline = request_.deadline;
  request.timeout = request_.timeout;
  const std::size_t shards = request_.pieces.size();
  request.notes = [shards](const forward::AnswerMerger& merger) { return notesOf(merger, shards); };
  forward::Concatenation concatenation(service_.loop_, exchange_, std::move(parts), request);
  const forward::ConcatenationReport report = co_await concatenation.run();
  co_return report.error;
}

}  // namespace prome::api
