// Relay: one forwarded request, from the choice of a replica to the last byte of the answer.
//
// Lives in the frame of Forwarder::forward; one event loop.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "forward/body_framing.h"
#include "forward/forwarder.h"
#include "http/gzip.h"

namespace prome::forward {

class Relay {
 public:
  Relay(Forwarder& forwarder, http::Exchange& exchange, const ShardRequest& request, ForwardReport& report);

  http::Awaitable<void> run(std::span<const remote::RemoteShard* const> candidates);

 private:
  enum class Asked : std::uint8_t { kAnswered, kStale, kFailed, kGone };
  enum class Fresh : std::uint8_t { kPooledAllowed, kNewOnly };
  enum class Stage : std::uint8_t { kConnect, kFirstByte, kBody };

  http::Awaitable<Asked> ask(const std::shared_ptr<const remote::Replica>& replica, Fresh fresh);
  http::Awaitable<bool> connect(const std::shared_ptr<const remote::Replica>& replica);
  http::Awaitable<Asked> readHead();
  http::Awaitable<Asked> failover(const remote::RemoteShard& shard, bool last_shard);
  bool worthAnotherReplica() const;
  std::string requestText(const remote::Replica& replica) const;
  std::string_view acceptEncoding(const remote::Replica& replica) const;

  http::Awaitable<void> pass();
  std::optional<std::string> chooseTransforms();
  bool firstBytesLookRight(std::string_view payload) const;
  http::Awaitable<bool> passRuns(std::string_view bytes);
  http::Awaitable<bool> passInflated(std::string_view payload);
  bool transform(std::string_view& payload);
  http::Awaitable<bool> passPlain(std::string_view payload);
  http::Awaitable<bool> flush(http::Exchange::Part part);
  http::Awaitable<bool> readMore();
  void beginAnswer(http::Exchange::Part part);
  std::string answerFields() const;
  bool bodyWhole() const;

  void arm(Stage stage);
  http::Clock::time_point deadline() const { return request_.deadline + exchange_.blocked(); }
  Error unavailable(const std::string& what) const;
  Error failureOf(Stage stage, const std::string& what) const;
  std::string shardText() const;
  void breakOff(Error error);

  Forwarder& forwarder_;
  http::Exchange& exchange_;
  const ShardRequest& request_;
  ForwardReport& report_;
  remote::RequestGuard guard_;
  http::Clock::time_point stage_deadline_{};

  std::unique_ptr<remote::ShardConnection> connection_;
  std::string text_;  // the request as sent
  std::optional<http::BufferPool::Block> in_;
  std::optional<http::BufferPool::Block> out_;
  std::optional<http::SliceSink> sink_;
  std::size_t filled_ = 0;      // bytes in in_
  std::size_t body_at_ = 0;     // where the body starts in in_
  http::ResponseHead head_;     // its views are good until the body's next bytes are read over them
  std::string answer_fields_;

  std::optional<BodyFraming> framing_;
  std::optional<LabelSplicer> splicer_;
  std::unique_ptr<http::GzipDecoder> inflate_;
  bool coded_ = false;          // the body goes out in the coding it came in
  bool looked_at_ = false;      // the first payload bytes were judged
};

}  // namespace prome::forward
