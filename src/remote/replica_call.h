// ReplicaCall: a request as it is made to one replica after the other, up to the head of an answer, and the
// bytes behind it as they come.
//
// A kept connection is taken or a new one made, the request goes out in one write, the head is read and
// judged for its form alone. Which replica is asked, what an answer is worth and what becomes of its bytes is
// the caller's. Every wait is bounded: connect, first byte and idle time by their own limits, all of them by
// the deadline. Belongs to one event loop and one coroutine at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/message.h"
#include "remote/connection.h"
#include "remote/replica.h"
#include "remote/shard_port.h"

namespace prome::remote {

inline constexpr std::string_view kFormField = "Content-Type: application/x-www-form-urlencoded\r\n";

/// What is sent, whatever replica gets it. The texts are the caller's and outlive the call.
struct CallText {
  enum class Method : std::uint8_t { kGet, kPost };
  enum class Timeout : std::uint8_t { kUnsaid, kSaid };  // the parameter `timeout`: what is left of the time

  Method method = Method::kGet;
  Timeout timeout = Timeout::kUnsaid;
  std::string_view path;           // goes behind the replica's path prefix
  std::string_view parameters;     // urlencoded; of a POST the body
  std::string_view fields;         // complete header lines
  std::string_view body_fields;    // likewise, of a POST
  std::string_view authorization;  // sent where the shard is configured so
};

class ReplicaCall {
 public:
  enum class Asked : std::uint8_t { kAnswered, kStale, kFailed };
  enum class Fresh : std::uint8_t { kPooledAllowed, kNewOnly };
  enum class Read : std::uint8_t {
    kBytes,
    kEnd,      // the peer's, in order
    kBroken,   // the connection
    kStopped,  // time is over, the client gone, or abort() was called
  };

  /// `timeout` is that of the whole query, for messages.
  ReplicaCall(const ShardPort& port, http::Clock::time_point now, std::chrono::nanoseconds timeout);
  ~ReplicaCall();
  ReplicaCall(const ReplicaCall&) = delete;
  ReplicaCall& operator=(const ReplicaCall&) = delete;

  /// Of the waits that follow.
  void setDeadline(http::Clock::time_point deadline) { deadline_ = deadline; }
  /// Waits end once this client has hung up.
  void watchClient(int fd) { guard_.watchClient(fd); }
  bool clientGone() const { return guard_.fired() == http::Watch::Cause::kClientGone; }

  /// Asks. kStale: a kept connection turned out closed, which says nothing of the replica: to be asked again
  /// with kNewOnly. kFailed: error() tells why.
  http::Awaitable<Asked> ask(const RemoteShard& shard, const std::shared_ptr<const Replica>& replica,
                             const CallText& text, std::string_view accept_encoding, Fresh fresh);

  // Behind kAnswered.

  http::ResponseHead& head() { return *head_; }  // its views are good until the next read()
  const http::ResponseHead& head() const { return *head_; }
  /// What has come and not been taken.
  std::string_view& bytes() { return bytes_; }
  /// Reads the next bytes over the last ones.
  http::Awaitable<Read> read();
  /// The error of a read that gave no bytes.
  Error readFailure() const;
  /// The answer has been read to its end: the connection is kept.
  void keepConnection();

  /// Nothing is waited for, for now.
  void disarm() { guard_.disarm(); }
  /// From the loop: whatever waits fails soon with kCanceled, all that follows likewise.
  void abort();
  bool aborted() const { return aborted_; }

  const std::optional<Error>& error() const { return error_; }
  Error unavailable(std::string_view what) const;
  /// For messages: `shard "a" (http://...)`.
  std::string name() const;

  /// Read where time matters, not at every step.
  http::Clock::time_point now() const { return now_; }
  const RemoteShard* shard() const { return shard_; }  // the last one asked
  const Replica* replica() const { return replica_; }
  unsigned attempts() const { return attempts_; }
  std::uint64_t bytesIn() const { return bytes_in_; }
  /// From the last attempt's start to the head of the answer.
  http::Clock::duration firstByte() const { return first_byte_; }

 private:
  enum class Stage : std::uint8_t { kConnect, kFirstByte, kBody };

  http::Awaitable<bool> connect(const std::shared_ptr<const Replica>& replica);
  std::optional<Asked> judgeHead(std::size_t size);
  void writeText(const CallText& text, std::string_view accept_encoding);
  void arm(Stage stage);
  Error failureOf(Stage stage, std::string_view what) const;

  const ShardPort port_;
  const std::chrono::nanoseconds timeout_;
  RequestGuard guard_;
  http::Clock::time_point now_;
  http::Clock::time_point deadline_ = http::Clock::time_point::max();
  http::Clock::time_point stage_deadline_{};
  const RemoteShard* shard_ = nullptr;
  const Replica* replica_ = nullptr;
  std::unique_ptr<ShardConnection> connection_;
  std::string text_;  // the request as sent
  std::optional<http::BufferPool::Block> block_;
  std::unique_ptr<http::ResponseHead> head_;
  std::size_t filled_ = 0;  // bytes of the block, while the head is read
  std::string_view bytes_;
  std::optional<Error> error_;
  bool aborted_ = false;
  unsigned attempts_ = 0;
  std::uint64_t bytes_in_ = 0;
  http::Clock::duration first_byte_{};
};

}  // namespace prome::remote
