// ShardAnswer: one question of the router's own to one shard, and its answer as a coroutine reads it.
//
// The replicas are asked in turn until one gives an answer whose first bytes look like one; from then on what
// breaks is an error. Held is one block of bytes, two where the answer is compressed. Belongs to one event
// loop and one reader; whatever waits is bounded. Destroying it ends what is under way.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "remote/answer_body_decoder.h"
#include "remote/replica.h"
#include "remote/replica_call.h"
#include "remote/shard_port.h"

namespace prome::remote {

/// A POST, the same whatever replica gets it.
struct ShardQuestion {
  std::string path;  // behind the replica's path prefix
  std::string body;
  std::string fields;         // complete header lines: the body's type, what is passed on of the client's
  std::string authorization;  // the client's own, sent where the shard is configured so
  CallText::Timeout timeout_parameter = CallText::Timeout::kUnsaid;  // kSaid: of an urlencoded body
  http::Clock::time_point deadline{};
  std::chrono::nanoseconds timeout{};  // of the whole query, for messages
};

/// Of an answer that is an error.
inline constexpr std::size_t kMaxErrorBytes = 64u << 10;

class ShardAnswer {
 public:
  /// `shard` must outlive it.
  ShardAnswer(const ShardPort& port, const RemoteShard& shard, ShardQuestion question);
  ShardAnswer(const ShardAnswer&) = delete;
  ShardAnswer& operator=(const ShardAnswer&) = delete;

  /// Asks. Returns when the head of a success and the first bytes behind it have come, or the error: the
  /// shard's own, kUnavailable, kTimeout, kCanceled.
  http::Awaitable<std::optional<Error>> open();
  /// The next bytes of the plain body; none at its end. They stay until the next read().
  http::Awaitable<Result<std::string_view>> read();
  /// Whatever waits fails soon, all that follows at once.
  void cancel() { call_.abort(); }

  /// Is open()'s error one that the shard told itself?
  bool isShardError() const { return is_shard_error_; }
  /// For messages: `shard "a" (http://...)`.
  std::string name() const { return call_.name(); }
  std::uint64_t bytesIn() const { return call_.bytesIn(); }
  unsigned attempts() const { return call_.attempts(); }

 private:
  http::Awaitable<bool> askReplica(const std::shared_ptr<const Replica>& replica, bool last);
  http::Awaitable<bool> settle(bool last);
  http::Awaitable<bool> settleError(bool last);
  http::Awaitable<Result<std::string_view>> nextRun();
  std::unexpected<Error> broken(std::string_view why) const;
  void noteEnd();

  const ShardPort port_;
  const RemoteShard& shard_;
  const ShardQuestion question_;
  ReplicaCall call_;
  AnswerBodyDecoder body_;
  std::string_view first_;  // the first bytes of the body, read to judge the answer
  bool ended_ = false;
  bool is_shard_error_ = false;
  std::optional<Error> error_;
};

}  // namespace prome::remote
