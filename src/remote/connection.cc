#include "remote/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>

namespace prome::remote {

namespace asio = http::asio;
using asio::ip::tcp;
using http::ErrorCode;
using http::kAwait;

void RequestGuard::fire(Cause cause) {
  fired_ = cause;
  if (connection_ != nullptr) connection_->abort();
}

ShardConnection::ShardConnection(http::Loop& loop, NameResolver& resolver,
                                 std::shared_ptr<const Replica> replica)
    : loop_(loop), resolver_(resolver), replica_(std::move(replica)) {}

void ShardConnection::abort() {
  aborted_ = true;
  if (query_ != nullptr) query_->cancel();
  if (plain_) plain_->close();
  if (tls_ == nullptr) return;
  ErrorCode ignored;
  tls_->socket.close(ignored);
}

int ShardConnection::fd() {
  return plain_ ? plain_->fd() : tls_->socket.native_handle();
}

http::Awaitable<std::string> ShardConnection::resolve() {
  const auto& endpoint = replica_->endpoint;
  ErrorCode error;
  const auto literal = asio::ip::make_address(endpoint.host, error);
  if (!error) {
    addresses_.emplace_back(literal, endpoint.port);
    co_return std::string{};
  }
  NameQuery query(resolver_, loop_.io.get_executor());
  query_ = &query;
  const NameResolver::Found found = co_await query.resolve(endpoint.host);
  query_ = nullptr;
  if (!found.error.empty()) co_return "cannot resolve " + endpoint.host + ": " + found.error;
  for (const auto& address : found.addresses) addresses_.emplace_back(address, endpoint.port);
  co_return std::string{};
}

/// One attempt. For https by Asio's socket, which its TLS stream needs; else by our own.
http::Awaitable<ErrorCode> ShardConnection::connectTo(const tcp::endpoint& address) {
  if (replica_->tls != nullptr) {
    tls_ = std::make_unique<Tls>(loop_.io.get_executor(), *replica_->tls);
    auto [error] = co_await tls_->socket.async_connect(address, kAwait);
    ErrorCode ignored;
    if (!error) tls_->socket.set_option(tcp::no_delay(true), ignored);
    co_return error;
  }
  plain_.reset();
  const int fd =
      ::socket(address.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) co_return ErrorCode(errno, asio::error::get_system_category());
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const int started = ::connect(fd, address.data(), static_cast<socklen_t>(address.size()));
  const int why = errno;
  plain_.emplace(loop_.ready, fd);
  if (started == 0) co_return ErrorCode{};
  if (why != EINPROGRESS) co_return ErrorCode(why, asio::error::get_system_category());
  const bool open = co_await plain_->waitWritable();
  if (!open) co_return asio::error::operation_aborted;
  int result = 0;
  socklen_t size = sizeof result;
  ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &result, &size);
  co_return ErrorCode(result, asio::error::get_system_category());
}

http::Awaitable<std::string> ShardConnection::connect() {
  if (addresses_.empty()) {
    const std::string why = co_await resolve();
    if (!why.empty()) co_return why;
  }
  ErrorCode error = asio::error::host_not_found;
  for (const tcp::endpoint& address : addresses_) {
    if (aborted_) co_return "connection timed out";
    error = co_await connectTo(address);
    if (!error) break;
  }
  if (error) co_return error.message();
  if (tls_ != nullptr) co_return co_await handshake();
  co_return std::string{};
}

http::Awaitable<std::string> ShardConnection::handshake() {
  const auto& options = replica_->request.tls;
  const std::string& name = options.server_name.empty() ? replica_->endpoint.host : options.server_name;
  ErrorCode error;
  asio::ip::make_address(name, error);
  if (error) {  // SNI takes names only; SSL_set_tlsext_host_name is this call with an old-style cast
    SSL_ctrl(tls_->stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name.c_str()));
  }
  if (!options.insecure_skip_verify) {
    tls_->stream.set_verify_callback(asio::ssl::host_name_verification(name), error);
  }
  auto [handshake_error] = co_await tls_->stream.async_handshake(asio::ssl::stream_base::client, kAwait);
  if (handshake_error) co_return "TLS: " + handshake_error.message();
  co_return std::string{};
}

bool ShardConnection::tryWrite(std::string_view& text) {
  if (!plain_) return tls_ != nullptr;
  while (!text.empty()) {
    const ssize_t sent = ::send(plain_->fd(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0)
      text.remove_prefix(static_cast<std::size_t>(sent));
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return true;
    else if (errno != EINTR)
      return false;
  }
  return true;
}

http::Awaitable<bool> ShardConnection::write(std::string_view text) {
  if (tls_ != nullptr) {
    const auto buffer = asio::buffer(text.data(), text.size());
    const auto [error, size] = co_await asio::async_write(tls_->stream, buffer, kAwait);
    co_return !error && size == text.size();
  }
  while (true) {
    if (!tryWrite(text)) co_return false;
    if (text.empty()) co_return true;
    const bool open = co_await plain_->waitWritable();
    if (!open) co_return false;
  }
}

http::Awaitable<std::tuple<ErrorCode, std::size_t>> ShardConnection::read(std::span<char> room) {
  if (tls_ != nullptr) return tls_->stream.async_read_some(asio::buffer(room.data(), room.size()), kAwait);
  return plain_->read(room);
}

bool ShardConnection::stale() {
  if (plain_ && !plain_->maybeReadable()) return false;
  char byte = 0;
  const ssize_t seen = ::recv(fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return seen >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

ConnectionPool::ConnectionPool(http::Loop& loop, const ClientOptions& options)
    : Watch(loop.watchdog), options_(options) {}

ConnectionPool::~ConnectionPool() = default;

std::unique_ptr<ShardConnection> ConnectionPool::take(const Replica& replica) {
  if (replica.id >= idle_.size()) return nullptr;
  auto& idle = idle_[replica.id];
  while (!idle.empty()) {
    auto connection = std::move(idle.back());
    idle.pop_back();
    --idle_count_;
    if (connection->stale()) continue;
    connection->reused_ = true;
    return connection;
  }
  return nullptr;
}

void ConnectionPool::put(std::unique_ptr<ShardConnection> connection, http::Clock::time_point now) {
  const auto id = connection->replica().id;
  if (id >= idle_.size()) idle_.resize(id + 1);
  auto& idle = idle_[id];
  if (idle.size() >= options_.max_idle_connections) return;
  connection->idle_since_ = now;
  if (idle_count_++ == 0) arm(connection->idle_since_ + options_.pool_idle_timeout / 2, Pace::kSlow);
  idle.push_back(std::move(connection));
}

void ConnectionPool::fire(Cause) {
  const auto now = http::Clock::now();
  for (auto& idle : idle_) {
    const auto fresh = std::ranges::find_if(idle, [&](const auto& connection) {
      return now - connection->idle_since_ < options_.pool_idle_timeout;
    });
    idle_count_ -= static_cast<std::size_t>(fresh - idle.begin());
    idle.erase(idle.begin(), fresh);
  }
  if (idle_count_ > 0) arm(now + options_.pool_idle_timeout / 2, Pace::kSlow);
}

}  // namespace prome::remote
