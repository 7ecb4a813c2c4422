// Forwarder: asks one shard and streams its answer to the client.
//
// One object per event loop. The answer starts to leave when its first byte has come, passes through at
// constant memory, and is held back by a slow client and a slow shard alike. Until the first byte is out an
// error is returned and the caller answers; after it a broken answer is cut, never ended as if it were whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "forward/label_splicer.h"
#include "http/exchange.h"
#include "remote/client_options.h"
#include "remote/connection.h"
#include "remote/name_resolver.h"
#include "remote/replica_call.h"

namespace prome::forward {

/// What is asked, independent of the replica that will be asked.
struct ShardRequest {
  using Method = remote::CallText::Method;

  Method method = Method::kGet;
  std::string_view path;               // `/api/v1/query`; goes behind the replica's path prefix
  std::string parameters;              // urlencoded, without `timeout`
  std::string client_fields;           // complete header lines of the client that are passed on
  std::string_view authorization;      // the client's own, sent where the shard is configured so
  std::string_view accept_encoding;    // the client's own
  bool pass_timeout = false;           // send `timeout`: what is left until `deadline`
  http::Clock::time_point received{};  // when the client's request was whole
  http::Clock::time_point deadline{};
  std::chrono::nanoseconds timeout{};  // of the whole query, for messages
  std::string_view answer_fields;      // complete header lines added to the answer
  const SplicedLabels* labels = nullptr;
  AnswerShape shape = AnswerShape::kInstant;
};

/// What happened, for metrics and the access log.
struct ForwardReport {
  const remote::RemoteShard* shard = nullptr;  // the last one asked
  const remote::Replica* replica = nullptr;
  std::optional<Error> error;  // set: the caller answers (if nothing was begun) or the client was cut
  bool client_gone = false;
  int status = 0;  // the shard's, 0 where none came
  unsigned attempts = 0;
  std::uint64_t bytes_in = 0;  // of the shard's answer, as they came
  std::uint64_t foreign_labels = 0;
  std::uint64_t misplaced_series = 0;
  http::Clock::duration first_byte{};  // from the last attempt's start
  http::Clock::duration total{};       // from the first attempt's start
};

class Forwarder {
 public:
  Forwarder(http::Loop& loop, remote::NameResolver& resolver, const remote::ClientOptions& options)
      : loop_(loop), resolver_(resolver), options_(options), pool_(loop, options) {}

  /// Asks the candidates in turn (usually one), each one's replicas in turn, until one answers; passes that
  /// answer.
  http::Awaitable<ForwardReport> forward(http::Exchange& exchange,
                                         std::span<const remote::RemoteShard* const> candidates,
                                         const ShardRequest& request);

  void setOptions(const remote::ClientOptions& options);
  remote::ShardPort port() { return {loop_, resolver_, pool_, options_}; }
  remote::ConnectionPool& pool() { return pool_; }
  std::size_t idleConnections() const { return pool_.idleCount(); }

 private:
  friend class Relay;

  http::Loop& loop_;
  remote::NameResolver& resolver_;
  remote::ClientOptions options_;
  remote::ConnectionPool pool_;
};

}  // namespace prome::forward
