// Connection: one accepted socket, its read buffer and the requests that follow each other on it.
//
// Owned by the coroutine that runs it; registered in its LoopServer so that a drain can reach it. One event
// loop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "http/exchange.h"
#include "http/server.h"

namespace prome::http {

class Connection final : private Watch {
 public:
  Connection(LoopServer& server, int fd);
  ~Connection() override;

  /// Serves requests until the connection ends.
  Awaitable<void> run();

  /// Closes at once if no request is in flight, else after the current one.
  void drain();
  void close();

 private:
  friend class Exchange;
  friend class LoopServer;

  enum class Read : std::uint8_t { kRequest, kEnd };

  bool takeWhole(Exchange& exchange);
  Awaitable<Read> readRequest(Exchange& exchange);
  Awaitable<bool> readMore(std::size_t limit);
  Awaitable<Read> readBody(Exchange& exchange, std::size_t head_size);
  Awaitable<Read> readChunkedBody(Exchange& exchange, std::size_t head_size);
  Awaitable<void> refuse(Exchange& exchange, int status, std::string_view reason);
  bool sendContinue(const Exchange& exchange);
  Awaitable<void> linger();
  bool grow(std::size_t limit);
  void shrink();
  void fire(Cause cause) override;
  std::string_view unread() const { return {buffer_.get() + begin_, end_ - begin_}; }

  LoopServer& server_;
  Socket socket_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t consumed_ = 0;  // bytes of the request being served
  bool in_request_ = false;
  bool draining_ = false;
  bool end_is_whole_ =
      false;  // an unfinished answer is under way that the end of the connection would complete
  Connection* previous_ = nullptr;
  Connection* next_ = nullptr;
};

/// The server's part on one loop: acceptor, live connections, spare Exchanges.
class LoopServer {
 public:
  LoopServer(const ServerOptions& options, ServerStats& stats, unsigned index);
  ~LoopServer();

  Loop loop;
  const ServerOptions& options;
  ServerStats& stats;
  asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor;
  std::unique_ptr<Handler> handler;

  Awaitable<void> accept();
  void drain();
  void add(Connection& connection);
  void remove(Connection& connection);
  std::unique_ptr<Exchange> takeExchange();
  void giveBack(std::unique_ptr<Exchange> exchange);
  /// The current time as an HTTP date line, made once a second.
  std::string_view dateLine();
  bool draining() const { return draining_; }

 private:
  void closeWhenEmpty();
  void forceDrain(const ErrorCode& error);

  Connection* first_ = nullptr;
  std::vector<std::unique_ptr<Exchange>> spare_;
  Timer drain_timer_;
  bool draining_ = false;
  std::int64_t date_second_ = -1;
  std::string date_line_;
};

}  // namespace prome::http
