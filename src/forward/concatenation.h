// Concatenation: one query whose answer is the answers of several shards side by side, merged while they
// come.
//
// All shards are asked at once. Each one's answer is read as far as the merger has room for it; what it makes
// of them goes to the client piece by piece, so that the slowest of shards and client sets the pace. The
// first byte leaves when the first series of every shard is known; an error before that is returned and the
// caller answers, one behind it cuts the answer. Lives in one request's coroutine, on one event loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forward/answer_body.h"
#include "forward/answer_merger.h"
#include "http/exchange.h"

namespace prome::forward {

struct ShardPart {
  std::unique_ptr<AnswerBody> body;
  const SplicedLabels* labels = nullptr;  // every series gets them; must outlive the concatenation
};

struct ConcatenationRequest {
  AnswerShape shape = AnswerShape::kMatrix;
  MergeOptions merge = {};
  std::string answer_fields = {};  // complete header lines
  http::Clock::time_point deadline{};
  std::chrono::nanoseconds timeout{};  // of the whole query, for messages
  /// What is said behind the data, made of what the shards said.
  std::function<AnswerNotes(const AnswerMerger&)> notes = {};
};

struct ConcatenationReport {
  std::optional<Error> error;  // set: the caller answers (if nothing was begun) or the client was cut
  std::optional<std::size_t> failed_shard;  // a part's index
  bool client_gone = false;
  std::uint64_t series = 0;
  std::uint64_t foreign_labels = 0;
  std::uint64_t misplaced_series = 0;
  std::vector<std::size_t> empty_shards;  // parts without a series, where another had one
};

class Concatenation {
 public:
  Concatenation(http::Loop& loop, http::Exchange& exchange, std::vector<ShardPart> parts,
                const ConcatenationRequest& request);
  ~Concatenation();
  Concatenation(const Concatenation&) = delete;
  Concatenation& operator=(const Concatenation&) = delete;

  /// Once. Returns when no shard is being asked any more.
  http::Awaitable<ConcatenationReport> run();

 private:
  class Readers;
  class Guard;

  http::Awaitable<void> pass();
  http::Awaitable<bool> awaitMore();
  http::Awaitable<bool> flush(http::Exchange::Part part);
  http::Awaitable<void> finish();
  void fail(Error error, std::optional<std::size_t> shard);
  void clientGone();
  http::Clock::time_point deadline() const { return request_.deadline + exchange_.blocked(); }
  Error timedOut() const;
  void fillReport();

  http::Exchange& exchange_;
  const ConcatenationRequest& request_;
  std::shared_ptr<Readers> readers_;
  std::unique_ptr<Guard> guard_;
  http::BufferPool::Block scratch_;
  http::SliceSink sink_;
  ConcatenationReport report_;
};

}  // namespace prome::forward
