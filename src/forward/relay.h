// Relay: one forwarded request, from the choice of a replica to the last byte of the answer.
//
// Lives in the frame of Forwarder::forward; one event loop.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "forward/answer_end.h"
#include "forward/forwarder.h"
#include "remote/answer_body_decoder.h"
#include "remote/replica_call.h"

namespace prome::forward {

class Relay {
 public:
  Relay(Forwarder& forwarder, http::Exchange& exchange, const ShardRequest& request, ForwardReport& report);
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;

  http::Awaitable<void> run(std::span<const remote::RemoteShard* const> candidates);

 private:
  enum class Asked : std::uint8_t { kAnswered, kFailed, kGone };
  enum class Step : std::uint8_t { kRead, kFlush, kDone, kBroken };

  http::Awaitable<Asked> askAny(std::span<const remote::RemoteShard* const> candidates);
  bool worthAnotherReplica();
  std::string_view acceptEncoding(const remote::RemoteShard& shard, const remote::Replica& replica) const;

  http::Awaitable<bool> pass();
  void resetTransforms();
  http::Awaitable<bool> passBody();
  bool takeEnd(remote::ReplicaCall::Read read);
  http::Awaitable<bool> flush(http::Exchange::Part part);
  std::optional<std::string> chooseTransforms();
  Step advance();
  bool transform(std::string_view& payload);
  bool splice(std::string_view& payload);
  bool bodyWhole() const;
  void beginAnswer(http::Exchange::Part part);
  std::string answerFields() const;

  void clientGone();
  void fillReport();
  http::Clock::time_point deadline() const { return request_.deadline + exchange_.blocked(); }
  bool stored() const { return call_.shard()->shard.stored; }

  Forwarder& forwarder_;
  http::Exchange& exchange_;
  const ShardRequest& request_;
  ForwardReport& report_;
  const remote::CallText text_;
  remote::ReplicaCall call_;
  remote::AnswerBodyDecoder body_;
  std::string answer_fields_;
  std::optional<http::BufferPool::Block> out_;
  std::optional<http::SliceSink> sink_;
  std::optional<LabelSplicer> splicer_;
  std::optional<AnswerEnd> end_;  // where the JSON itself must tell that it is whole
  std::string_view plain_;        // not yet spliced
  bool coded_ = false;            // the body goes out in the coding it came in
  bool looked_at_ = false;        // the first payload bytes were judged
};

}  // namespace prome::forward
