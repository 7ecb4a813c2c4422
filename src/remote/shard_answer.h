// ShardAnswer: one question of the router's own to one shard, and its answer as a coroutine reads it.
//
// The replicas are asked in turn until one gives an answer whose first bytes look like one; from then on what
// breaks is an error. Held is one block of bytes. Belongs to one event loop and one reader; every wait holds
// an armed Watch. Destroying it ends what is under way.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/body_framing.h"
#include "http/gzip.h"
#include "http/loop.h"
#include "http/message.h"
#include "remote/connection.h"
#include "remote/replica.h"

namespace prome::remote {

/// What a loop reaches shards by. All of it outlives the answers.
struct ShardPort {
  http::Loop& loop;
  NameResolver& resolver;
  ConnectionPool& pool;
  const ClientOptions& options;
};

/// A POST, the same whatever replica gets it.
struct ShardQuestion {
  std::string path;  // behind the replica's path prefix
  std::string body;
  std::string fields;         // complete header lines: the body's type, what is passed on of the client's
  std::string authorization;  // the client's own, sent where the shard is configured so
  http::Clock::time_point deadline{};
  std::chrono::nanoseconds timeout{};  // of the whole query, for messages
};

/// Of an answer that is an error.
inline constexpr std::size_t kMaxErrorBytes = 64u << 10;

class ShardAnswer {
 public:
  /// `shard` must outlive it.
  ShardAnswer(const ShardPort& port, const RemoteShard& shard, ShardQuestion question);
  ~ShardAnswer();
  ShardAnswer(const ShardAnswer&) = delete;
  ShardAnswer& operator=(const ShardAnswer&) = delete;

  /// Asks. Returns when the head of a success and the first bytes behind it have come, or the error: the
  /// shard's own, kUnavailable, kTimeout, kCanceled.
  http::Awaitable<std::optional<Error>> open();
  /// The next bytes of the plain body; none at its end. They stay until the next read().
  http::Awaitable<Result<std::string_view>> read();
  /// Whatever waits fails soon, all that follows at once.
  void cancel();

  /// For messages: `shard "a" (http://...)`.
  std::string name() const;
  std::uint64_t bytesIn() const { return bytes_in_; }

 private:
  enum class Asked : std::uint8_t { kAnswered, kStale, kFailed };
  enum class Stage : std::uint8_t { kConnect, kFirstByte, kBody };
  enum class Fresh : std::uint8_t { kPooledAllowed, kNewOnly };

  http::Awaitable<Asked> ask(const std::shared_ptr<const Replica>& replica, Fresh fresh);
  http::Awaitable<Asked> connect(const std::shared_ptr<const Replica>& replica);
  http::Awaitable<Asked> readHead();
  http::Awaitable<bool> settle(bool last);
  http::Awaitable<Error> shardsError();
  http::Awaitable<Result<std::string_view>> nextRun();
  http::Awaitable<bool> readMore();
  Result<std::string_view> plainRun();
  std::string requestText(const Replica& replica) const;
  bool prepareBody();
  void arm(Stage stage);
  void finish();
  Error failureOf(Stage stage, const std::string& what) const;
  Error unavailable(const std::string& what) const;

  ShardPort port_;
  const RemoteShard& shard_;
  const ShardQuestion question_;
  RequestGuard guard_;
  http::Clock::time_point stage_deadline_{};
  bool canceled_ = false;

  const Replica* replica_ = nullptr;
  std::unique_ptr<ShardConnection> connection_;
  std::unique_ptr<http::ResponseHead> head_;
  std::optional<http::BufferPool::Block> block_;
  std::size_t filled_ = 0;
  std::string_view bytes_;  // of the block, not yet taken
  std::optional<http::BodyFraming> framing_;
  std::unique_ptr<http::GzipDecoder> inflate_;
  std::optional<http::BufferPool::Block> inflated_;
  std::string_view run_;       // payload not yet inflated
  bool inflate_full_ = false;  // the inflater may hold more without more input
  std::string first_;          // the first bytes of the body, read to judge the answer
  bool first_taken_ = false;
  std::uint64_t bytes_in_ = 0;
  std::optional<Error> error_;
};

}  // namespace prome::remote
