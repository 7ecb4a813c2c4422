// One client connection: read a request, serve it, go on with the bytes that follow.
//
// The read buffer starts small (idle connections are many) and doubles as a request's bytes actually arrive,
// so that no announced length allocates anything. Requests are served strictly in order; pipelined ones wait
// in the buffer.
#include "http/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "http/chunked.h"

namespace prome::http {
namespace {

constexpr std::size_t kIdleBuffer = 4096;
constexpr std::size_t kReadAhead = 16u << 10;  // free space wanted before a read of a growing request
constexpr std::size_t kMaxLinger = 256u << 10;
constexpr std::chrono::milliseconds kLingerTime{1000};

}  // namespace

Connection::Connection(LoopServer& server, int fd)
    : Watch(server.loop.watchdog),
      server_(server),
      socket_(server.loop.ready, fd),
      buffer_(std::make_unique_for_overwrite<char[]>(kIdleBuffer)),
      capacity_(kIdleBuffer) {
  server_.add(*this);
}

Connection::~Connection() {
  if (capacity_ > kIdleBuffer)
    server_.stats.request_bytes_buffered.fetch_sub(capacity_, std::memory_order_relaxed);
  server_.remove(*this);
}

void Connection::fire(Cause) {
  close();
}

void Connection::close() {
  if (end_is_whole_ && socket_.isOpen()) {
    const struct ::linger reset = {.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  }
  socket_.close();
}

void Connection::drain() {
  draining_ = true;
  if (!in_request_ && begin_ == end_) close();
}

/// Makes room for more bytes; false if the request would hold more than `limit` or the server too much in
/// all.
bool Connection::grow(std::size_t limit) {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  if (capacity_ - end_ > (capacity_ == kIdleBuffer ? 0 : kReadAhead / 2)) return true;
  if (end_ >= limit) return false;
  const std::size_t wanted = std::min(std::max(capacity_ * 2, kReadAhead), limit + kReadAhead);
  const std::size_t old = capacity_ > kIdleBuffer ? capacity_ : 0;
  auto& buffered = server_.stats.request_bytes_buffered;
  if (buffered.load(std::memory_order_relaxed) + wanted - old > kMaxBufferedRequestBytes) return false;
  buffered.fetch_add(wanted - old, std::memory_order_relaxed);
  auto larger = std::make_unique_for_overwrite<char[]>(wanted);
  std::memcpy(larger.get(), buffer_.get(), end_);
  buffer_ = std::move(larger);
  capacity_ = wanted;
  return true;
}

/// Gives a large buffer back once it is empty.
void Connection::shrink() {
  if (begin_ != end_) return;
  begin_ = end_ = 0;
  if (capacity_ == kIdleBuffer) return;
  server_.stats.request_bytes_buffered.fetch_sub(capacity_, std::memory_order_relaxed);
  buffer_ = std::make_unique_for_overwrite<char[]>(kIdleBuffer);
  capacity_ = kIdleBuffer;
}

/// Reads at least one byte; false at the end of the stream, on a timeout, or when `limit` is reached.
Awaitable<bool> Connection::readMore(std::size_t limit) {
  if (!grow(limit)) co_return false;
  const auto [error, size] = co_await socket_.read({buffer_.get() + end_, capacity_ - end_});
  if (error || !socket_.isOpen()) co_return false;
  end_ += size;
  co_return true;
}

Awaitable<void> Connection::refuse(Exchange& exchange, int status, std::string_view reason) {
  server_.stats.requests_malformed.fetch_add(1, std::memory_order_relaxed);
  exchange.head.version = Version::kHttp11;
  exchange.head.method = "GET";
  exchange.head.field_count = 0;
  exchange.head.keep_alive = false;
  std::string text = std::to_string(status) + " " + std::string(reasonPhrase(status));
  text.append(": ").append(reason).append("\n");
  co_await exchange.respond(status, "text/plain; charset=utf-8", text);
  co_await linger();
}

bool Connection::sendContinue(const Exchange& exchange) {
  if (!exchange.head.expect_continue) return true;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  // So few bytes are taken by a socket whose client waits for them, or never.
  const ssize_t sent = ::send(socket_.fd(), kContinue.data(), kContinue.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  arm(Clock::now() + server_.options.read_timeout, Pace::kFast);
  return sent == static_cast<ssize_t>(kContinue.size());
}

/// Takes the request that lies whole in the buffer, the common case; false if it is not whole or not right.
bool Connection::takeWhole(Exchange& exchange) {
  const auto outcome = parseRequestHead(unread(), exchange.head);
  const RequestHead& head = exchange.head;
  if (outcome.state != ParseState::kDone || outcome.size > server_.options.max_head_bytes || head.chunked) {
    return false;
  }
  if (head.content_length > std::min(server_.options.max_body_bytes, unread().size() - outcome.size))
    return false;
  consumed_ = outcome.size + static_cast<std::size_t>(head.content_length);
  exchange.body = unread().substr(outcome.size, consumed_ - outcome.size);
  exchange.received = Clock::now();
  return true;
}

/// Reads the rest of a request whose first bytes are in the buffer.
Awaitable<Connection::Read> Connection::readRequest(Exchange& exchange) {
  const auto& options = server_.options;
  arm(Clock::now() + options.read_timeout, Pace::kFast);
  while (true) {
    const auto outcome = parseRequestHead(unread(), exchange.head);
    if (outcome.state == ParseState::kRefused) {
      co_await refuse(exchange, outcome.status, outcome.reason);
      co_return Read::kEnd;
    }
    if (outcome.state == ParseState::kDone && outcome.size <= options.max_head_bytes) {
      exchange.received = Clock::now();
      co_return co_await readBody(exchange, outcome.size);
    }
    if (outcome.state == ParseState::kDone || end_ - begin_ > options.max_head_bytes) {
      co_await refuse(exchange, 431, "request head too large");
      co_return Read::kEnd;
    }
    const bool more = co_await readMore(options.max_head_bytes + 1);
    if (!more) co_return Read::kEnd;
  }
}

/// Completes the body of a request whose head is parsed. Reading may move the buffer, so the head is parsed
/// again.
Awaitable<Connection::Read> Connection::readBody(Exchange& exchange, std::size_t head_size) {
  RequestHead& head = exchange.head;
  if (head.chunked) co_return co_await readChunkedBody(exchange, head_size);
  if (head.content_length > server_.options.max_body_bytes) {
    exchange.body_dropped = true;
    consumed_ = end_ - begin_;
    co_return Read::kRequest;
  }
  const std::size_t whole = head_size + static_cast<std::size_t>(head.content_length);
  if (end_ - begin_ < whole) {
    if (!sendContinue(exchange)) co_return Read::kEnd;
    while (end_ - begin_ < whole) {
      if (!co_await readMore(whole)) co_return Read::kEnd;
    }
    parseRequestHead(unread(), head);
  }
  exchange.body = unread().substr(head_size, whole - head_size);
  consumed_ = whole;
  co_return Read::kRequest;
}

Awaitable<Connection::Read> Connection::readChunkedBody(Exchange& exchange, std::size_t head_size) {
  if (!sendContinue(exchange)) co_return Read::kEnd;
  ChunkDecoder decoder;
  std::size_t used = head_size;
  while (true) {
    auto rest = unread().substr(used);
    while (!rest.empty() && decoder.state() == ChunkDecoder::State::kRunning) {
      exchange.body_storage_ += decoder.next(rest);
    }
    if (decoder.state() == ChunkDecoder::State::kBad) {
      co_await refuse(exchange, 400, "malformed chunked body");
      co_return Read::kEnd;
    }
    if (exchange.body_storage_.size() > server_.options.max_body_bytes) {
      exchange.body_storage_.clear();
      exchange.body_dropped = true;
      consumed_ = end_ - begin_;
      co_return Read::kRequest;
    }
    used = end_ - begin_ - rest.size();
    if (decoder.state() == ChunkDecoder::State::kDone) break;
    // Only the head must stay; decoded payload lives in the exchange.
    end_ = begin_ + head_size;
    used = head_size;
    if (!co_await readMore(head_size + kReadAhead)) co_return Read::kEnd;
    parseRequestHead(unread().substr(0, head_size), exchange.head);
  }
  exchange.body = exchange.body_storage_;
  consumed_ = used;
  co_return Read::kRequest;
}

/// After the last answer: tells the client that no more comes and reads what it still sends for a moment, so
/// that the answer is not lost to a reset.
Awaitable<void> Connection::linger() {
  if (!socket_.isOpen()) co_return;
  ::shutdown(socket_.fd(), SHUT_WR);
  arm(Clock::now() + kLingerTime, Pace::kFast);
  begin_ = end_ = 0;
  std::size_t discarded = 0;
  while (socket_.isOpen() && discarded < kMaxLinger) {
    const auto [error, size] = co_await socket_.read({buffer_.get(), capacity_});
    if (error) break;
    discarded += size;
  }
}

Awaitable<void> Connection::run() {
  while (socket_.isOpen()) {
    if (begin_ == end_) {  // idle: nothing but the small buffer is held
      arm(Clock::now() + server_.options.idle_timeout, Pace::kSlow);
      const bool more = co_await readMore(server_.options.max_head_bytes + 1);
      if (!more) break;
    }
    auto exchange = server_.takeExchange();
    exchange->reset(*this);
    Read read = Read::kRequest;
    if (!takeWhole(*exchange)) read = co_await readRequest(*exchange);
    if (read == Read::kEnd) {
      server_.giveBack(std::move(exchange));
      break;
    }
    disarm();
    in_request_ = true;
    co_await server_.handler->serve(*exchange);
    in_request_ = false;
    begin_ += consumed_;
    const bool close_now = exchange->cut_ || !exchange->begun_;
    const bool close_after = exchange->close_after_;
    if (!close_now) end_is_whole_ = false;
    server_.giveBack(std::move(exchange));
    shrink();
    if (close_now) break;
    // An answer begun before the drain could not say that it is the last one.
    if (close_after || (draining_ && begin_ == end_)) {
      co_await linger();
      break;
    }
  }
  disarm();
  close();
}

}  // namespace prome::http
