#include "remote/connection.h"

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
using http::ErrorCode;
using http::kAwait;
using asio::ip::tcp;

namespace {

/// A connection idle for longer than this is looked at before it is used again.
constexpr std::chrono::milliseconds kTrustIdle{5};

}  // namespace

void RequestGuard::fire(Cause cause) {
  fired_ = cause;
  ErrorCode ignored;
  if (resolver_ != nullptr) resolver_->cancel();
  if (socket_ != nullptr) socket_->close(ignored);
}

ShardConnection::ShardConnection(http::Loop& loop, std::shared_ptr<const Replica> replica)
    : socket_(loop.io.get_executor()), replica_(std::move(replica)) {}

http::Awaitable<std::string> ShardConnection::connect(RequestGuard& guard) {
  const auto& endpoint = replica_->endpoint;
  std::vector<tcp::endpoint> addresses;
  ErrorCode error;
  const auto literal = asio::ip::make_address(endpoint.host, error);
  if (!error) {
    addresses.emplace_back(literal, endpoint.port);
  } else {
    asio::ip::basic_resolver<tcp, http::Executor> resolver(socket_.get_executor());
    guard.guardResolver(&resolver);
    const std::string port = std::to_string(endpoint.port);
    auto [resolve_error, results] = co_await resolver.async_resolve(endpoint.host, port, kAwait);
    guard.guardResolver(nullptr);
    if (resolve_error) co_return "cannot resolve " + endpoint.host + ": " + resolve_error.message();
    for (const auto& result : results) addresses.push_back(result.endpoint());
  }
  for (const tcp::endpoint& address : addresses) {
    if (guard.fired()) break;
    ErrorCode ignored;
    socket_.close(ignored);
    guard.guard(&socket_);
    auto [connect_error] = co_await socket_.async_connect(address, kAwait);
    error = connect_error;
    if (!error) break;
  }
  if (guard.fired()) co_return "connection timed out";
  if (error) co_return error.message();
  socket_.set_option(tcp::no_delay(true), error);
  if (replica_->tls != nullptr) co_return co_await handshake();
  co_return std::string{};
}

http::Awaitable<std::string> ShardConnection::handshake() {
  tls_.emplace(socket_, *replica_->tls);
  const auto& options = replica_->request.tls;
  const std::string& name = options.server_name.empty() ? replica_->endpoint.host : options.server_name;
  ErrorCode literal;
  asio::ip::make_address(name, literal);
  if (literal) {  // SNI takes names only; SSL_set_tlsext_host_name is this call with an old-style cast
    SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, const_cast<char*>(name.c_str()));
  }
  ErrorCode error;
  if (!options.insecure_skip_verify) {
    tls_->set_verify_callback(asio::ssl::host_name_verification(name), error);
  }
  auto [handshake_error] = co_await tls_->async_handshake(asio::ssl::stream_base::client, kAwait);
  if (handshake_error) co_return "TLS: " + handshake_error.message();
  co_return std::string{};
}

bool ShardConnection::tryWrite(std::string_view& text) {
  while (!text.empty() && !tls_) {
    const ssize_t sent = ::send(socket_.native_handle(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    else if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
    else if (errno != EINTR) return false;
  }
  return true;
}

http::Awaitable<bool> ShardConnection::write(std::string_view text) {
  if (tls_) {
    const auto buffer = asio::buffer(text.data(), text.size());
    const auto [error, size] = co_await asio::async_write(*tls_, buffer, kAwait);
    co_return !error && size == text.size();
  }
  while (true) {
    if (!tryWrite(text)) co_return false;
    if (text.empty()) co_return true;
    const auto [error] = co_await socket_.async_wait(tcp::socket::wait_write, kAwait);
    if (error || !socket_.is_open()) co_return false;
  }
}

http::Awaitable<std::tuple<ErrorCode, std::size_t>> ShardConnection::read(char* data, std::size_t size) {
  if (tls_) return tls_->async_read_some(asio::buffer(data, size), kAwait);
  return socket_.async_read_some(asio::buffer(data, size), kAwait);
}

bool ShardConnection::stale() {
  char byte = 0;
  const ssize_t seen = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return seen >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
}

ConnectionPool::ConnectionPool(http::Loop& loop, const ClientOptions& options) : Watch(loop.watchdog), options_(options) {}

ConnectionPool::~ConnectionPool() = default;

std::unique_ptr<ShardConnection> ConnectionPool::take(const Replica& replica, http::Clock::time_point now) {
  if (replica.id >= idle_.size()) return nullptr;
  auto& idle = idle_[replica.id];
  while (!idle.empty()) {
    auto connection = std::move(idle.back());
    idle.pop_back();
    --idle_count_;
    if (now - connection->idle_since_ > kTrustIdle && connection->stale()) continue;
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
    const auto fresh = std::ranges::find_if(
        idle, [&](const auto& connection) { return now - connection->idle_since_ < options_.pool_idle_timeout; });
    idle_count_ -= static_cast<std::size_t>(fresh - idle.begin());
    idle.erase(idle.begin(), fresh);
  }
  if (idle_count_ > 0) arm(now + options_.pool_idle_timeout / 2, Pace::kSlow);
}

}  // namespace prome::remote
