// MemoryQuerier: shards in memory, asked as the router asks real ones. Used by one thread.
#pragma once

#include <deque>

#include "engine/engine_options.h"
#include "promqltest/memory_storage.h"
#include "querier/querier.h"

namespace prome::differential {

class MemoryQuerier final : public querier::Querier {
 public:
  /// `storages` are by ShardId; they must outlive the querier.
  MemoryQuerier(std::deque<promqltest::MemoryStorage>& storages, const engine::EngineOptions& options)
      : storages_(storages), options_(options) {}

  std::unique_ptr<querier::AnswerStream> ask(querier::Question question,
                                             engine::Evaluation& evaluation) override;
  std::unique_ptr<querier::SampleAnswerStream> askSamples(querier::SamplesQuestion question,
                                                          engine::Evaluation& evaluation) override;

 private:
  std::deque<promqltest::MemoryStorage>& storages_;
  const engine::EngineOptions options_;
};

}  // namespace prome::differential
