// RemoteQuerier: asks shards over HTTP, one object a query.
//
// Questions are put on the query's event loop, which reads the answers into bounded queues; the thread that
// evaluates takes the bytes out and decodes them. All questions start at once, but for shards that have as
// many under way as they may: those wait in order, and one whose answer is being waited for goes first. The
// thread's side is used by that thread alone; the context must outlive the querier, and the loop its
// questions.
#pragma once

#include <memory>
#include <string_view>

#include "querier/querier.h"
#include "remote/pumped_answer.h"
#include "remote/querier_context.h"
#include "remote/shard_answer.h"

namespace prome::remote {

/// The request for `text` at the times of `question`. Deadline and authorization are left to be set.
ShardQuestion questionFor(const querier::Question& question, std::string_view text,
                          std::string_view extra_parameters, std::string_view client_fields);

class RemoteQuerier final : public querier::Querier {
 public:
  explicit RemoteQuerier(QuerierContext context);
  ~RemoteQuerier() override;

  std::unique_ptr<querier::AnswerStream> ask(querier::Question question,
                                             engine::Evaluation& evaluation) override;
  std::unique_ptr<querier::SampleAnswerStream> askSamples(querier::SamplesQuestion question,
                                                          engine::Evaluation& evaluation) override;

  /// Ends every wait for an answer: the query is not wanted any more. From any thread.
  void wake();

 private:
  const QuestionGround ground_;
};

}  // namespace prome::remote
