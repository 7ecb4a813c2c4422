// Relay: one forwarded request, from the choice of a replica to the last byte of the answer.
//
// Lives in the frame of Forwarder::forward; one event loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forward/answer_end.h"
#include "forward/forwarder.h"
#include "http/body_framing.h"
#include "http/gzip.h"

namespace prome::forward {

class Relay {
 public:
  Relay(Forwarder& forwarder, http::Exchange& exchange, const ShardRequest& request, ForwardReport& report);
  ~Relay();
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  http::Awaitable<void> run(std::span<const remote::RemoteShard* const> candidates);

 private:
  enum class Asked : std::uint8_t { kAnswered, kMore, kStale, kFailed, kGone };
  enum class Fresh : std::uint8_t { kPooledAllowed, kNewOnly };
  enum class Stage : std::uint8_t { kConnect, kFirstByte, kBody };
  enum class Step : std::uint8_t { kRead, kFlush, kDone, kBroken };

  http::Awaitable<Asked> askAny(std::span<const remote::RemoteShard* const> candidates);
  http::Awaitable<Asked> ask(const std::shared_ptr<const remote::Replica>& replica, Fresh fresh);
  http::Awaitable<bool> connect(const std::shared_ptr<const remote::Replica>& replica);
  Asked judgeHead(std::size_t size);
  bool worthAnotherReplica();
  bool looksLikeJson() const;
  void writeRequestText(const remote::Replica& replica);
  std::string_view acceptEncoding(const remote::Replica& replica) const;

  http::Awaitable<bool> pass();
  void resetTransforms();
  http::Awaitable<bool> passBody();
  http::Awaitable<bool> readMore();
  http::Awaitable<bool> flush(http::Exchange::Part part);
  std::optional<std::string> chooseTransforms();
  Step advance(std::string_view& bytes);
  bool inflateMore();
  bool transform(std::string_view& payload);
  bool splice(std::string_view& payload);
  bool bodyWhole() const;
  void beginAnswer(http::Exchange::Part part);
  std::string answerFields() const;

  bool gone() const { return guard_.fired() == http::Watch::Cause::kClientGone; }
  void clientGone();
  void arm(Stage stage);
  http::Clock::time_point deadline() const { return request_.deadline + exchange_.blocked(); }
  Error unavailable(const std::string& what) const;
  Error failureOf(Stage stage, const std::string& what) const;
  std::string shardText() const;

  Forwarder& forwarder_;
  http::Exchange& exchange_;
  const ShardRequest& request_;
  ForwardReport& report_;
  remote::RequestGuard guard_;
  http::Clock::time_point now_;  // read where time matters, not at every step
  http::Clock::time_point stage_deadline_{};

  std::unique_ptr<remote::ShardConnection> connection_;
  std::string text_;  // the request as sent
  std::optional<http::BufferPool::Block> in_;
  std::optional<http::BufferPool::Block> out_;
  std::optional<http::SliceSink> sink_;
  std::size_t filled_ = 0;   // bytes in in_
  std::size_t body_at_ = 0;  // where the body starts in in_
  std::unique_ptr<http::ResponseHead> head_storage_;
  http::ResponseHead& head_;  // its views are good until the body's next bytes are read over them
  std::string answer_fields_;

  std::optional<http::BodyFraming> framing_;
  std::optional<LabelSplicer> splicer_;
  std::optional<AnswerEnd> end_;  // where the JSON itself must tell that it is whole
  std::unique_ptr<http::GzipDecoder> inflate_;
  std::optional<http::BufferPool::Block> inflated_;
  std::string_view run_;       // payload not yet inflated or spliced
  std::string_view plain_;     // of it, inflated and not yet spliced
  bool inflate_full_ = false;  // the inflater may hold more without more input
  bool coded_ = false;         // the body goes out in the coding it came in
  bool looked_at_ = false;     // the first payload bytes were judged
};

}  // namespace prome::forward
