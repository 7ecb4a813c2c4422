#include "http/server.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <cassert>
#include <ctime>

#include "http/connection.h"

namespace prome::http {
namespace {

using asio::ip::tcp;

constexpr std::chrono::milliseconds kAcceptBackoff{50};
constexpr std::chrono::milliseconds kForcedDrainTick{50};
constexpr int kBacklog = 4096;
constexpr std::size_t kMaxSpareExchanges = 256;

/// `host:port`, `:port` or `[v6]:port`. An empty host means every address (v6 with v4 mapped, else v4).
Result<tcp::endpoint> parseAddress(const std::string& text) {
  const auto colon = text.rfind(':');
  std::uint64_t port = 65536;
  if (colon != std::string::npos && colon + 1 < text.size() && text.size() - colon <= 6) {
    port = 0;
    for (const char c : text.substr(colon + 1))
      port = c >= '0' && c <= '9' ? port * 10 + static_cast<unsigned>(c - '0') : 65536;
  }
  if (port > 65535) return fail(ErrorKind::kBadData, "listen address \"" + text + "\" is not host:port");
  std::string host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  if (host.empty()) return tcp::endpoint(tcp::v6(), static_cast<std::uint16_t>(port));
  ErrorCode error;
  const auto address = asio::ip::make_address(host, error);
  if (error)
    return fail(ErrorKind::kBadData,
                "listen address \"" + text + "\": \"" + host + "\" is not an IP address");
  return tcp::endpoint(address, static_cast<std::uint16_t>(port));
}

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

template <class Acceptor>
ErrorCode bindAcceptor(Acceptor& acceptor, const tcp::endpoint& endpoint) {
  ErrorCode error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.set_option(ReusePort(true), error);
  if (!error && endpoint.address().is_v6() && endpoint.address().is_unspecified()) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kBacklog, error);
  if (error) {
    ErrorCode ignored;
    acceptor.close(ignored);
  }
  return error;
}

/// Every connection is a descriptor on each side: take what the hard limit allows.
void raiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
}

Awaitable<void> runConnection(std::unique_ptr<Connection> connection) {
  co_await connection->run();
}

constexpr std::string_view kTooMany =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 21\r\n"
    "Connection: close\r\n\r\ntoo many connections\n";

}  // namespace

LoopServer::LoopServer(const ServerOptions& server_options, ServerStats& server_stats, unsigned index)
    : loop(index),
      options(server_options),
      stats(server_stats),
      acceptor(loop.io.get_executor()),
      drain_timer_(loop.io.get_executor()) {}

LoopServer::~LoopServer() = default;

Awaitable<void> LoopServer::accept() {
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (!acceptor.is_open()) break;
    if (error) {
      if (error == asio::error::connection_aborted) continue;
      Timer backoff(loop.io.get_executor(), kAcceptBackoff);  // out of descriptors, say
      co_await backoff.async_wait(kAwait);
      continue;
    }
    stats.connections_accepted.fetch_add(1, std::memory_order_relaxed);
    if (stats.connections_open.load(std::memory_order_relaxed) >= options.max_connections) {
      stats.connections_refused.fetch_add(1, std::memory_order_relaxed);
      ::send(socket.native_handle(), kTooMany.data(), kTooMany.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      continue;
    }
    ErrorCode ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    socket.native_non_blocking(true, ignored);
    auto connection = std::make_unique<Connection>(*this, socket.release(ignored));
    asio::co_spawn(loop.io.get_executor(), runConnection(std::move(connection)), asio::detached);
  }
}

void LoopServer::add(Connection& connection) {
  connection.next_ = first_;
  if (first_ != nullptr) first_->previous_ = &connection;
  first_ = &connection;
  connection.draining_ = draining_;
  stats.connections_open.fetch_add(1, std::memory_order_relaxed);
}

void LoopServer::remove(Connection& connection) {
  (connection.previous_ != nullptr ? connection.previous_->next_ : first_) = connection.next_;
  if (connection.next_ != nullptr) connection.next_->previous_ = connection.previous_;
  stats.connections_open.fetch_sub(1, std::memory_order_relaxed);
  closeWhenEmpty();
}

void LoopServer::drain() {
  if (draining_) return;
  draining_ = true;
  ErrorCode ignored;
  acceptor.close(ignored);
  for (Connection* connection = first_; connection != nullptr;) {
    Connection* const next = connection->next_;
    connection->drain();
    connection = next;
  }
  drain_timer_.expires_after(options.drain_timeout);
  drain_timer_.async_wait([this](ErrorCode error) { forceDrain(error); });
  closeWhenEmpty();
}

/// Every coroutine that waits holds an armed Watch: firing them all, again and again, unwinds whatever is
/// left.
void LoopServer::forceDrain(const ErrorCode& error) {
  if (error || first_ == nullptr) return;
  loop.watchdog.fireAll();
  for (Connection* connection = first_; connection != nullptr; connection = connection->next_)
    connection->close();
  drain_timer_.expires_after(kForcedDrainTick);
  drain_timer_.async_wait([this](ErrorCode again) { forceDrain(again); });
}

void LoopServer::closeWhenEmpty() {
  if (!draining_ || first_ != nullptr) return;
  drain_timer_.cancel();
  asio::post(loop.io, [this] {
    loop.watchdog.fireAll();
    asio::post(loop.io, [this] { loop.io.stop(); });
  });
}

std::unique_ptr<Exchange> LoopServer::takeExchange() {
  if (spare_.empty()) return std::make_unique<Exchange>();
  auto exchange = std::move(spare_.back());
  spare_.pop_back();
  return exchange;
}

void LoopServer::giveBack(std::unique_ptr<Exchange> exchange) {
  if (spare_.size() < kMaxSpareExchanges) spare_.push_back(std::move(exchange));
}

std::string_view LoopServer::dateLine() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    date_second_ = now;
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 64> text{};
    const auto size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &utc);
    date_line_.assign(text.data(), size);
  }
  return date_line_;
}

Server::Server(const ServerOptions& options) : options_(options) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  const unsigned count = options_.threads != 0 ? options_.threads : cores;
  for (unsigned i = 0; i < count; ++i) loops_.push_back(std::make_unique<LoopServer>(options_, stats_, i));
}

Server::~Server() = default;

Result<void> Server::listen() {
  raiseDescriptorLimit();
  auto endpoint = parseAddress(options_.listen_addr);
  if (!endpoint) return std::unexpected(endpoint.error());
  for (auto& loop : loops_) {
    auto error = bindAcceptor(loop->acceptor, *endpoint);
    const bool any = endpoint->address().is_unspecified() && endpoint->address().is_v6();
    if (error == asio::error::address_family_not_supported && any) {
      *endpoint = tcp::endpoint(tcp::v4(), endpoint->port());
      error = bindAcceptor(loop->acceptor, *endpoint);
    }
    if (error) {
      return fail(ErrorKind::kUnavailable,
                  "cannot listen on " + options_.listen_addr + ": " + error.message());
    }
    endpoint->port(loop->acceptor.local_endpoint().port());
  }
  port_ = endpoint->port();
  return {};
}

void Server::start(const HandlerFactory& factory) {
  for (auto& loop : loops_) {
    loop->handler = factory(loop->loop);
    asio::co_spawn(loop->loop.io.get_executor(), loop->accept(), asio::detached);
  }
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    threads_.emplace_back([server = loops_[i].get()] { server->loop.io.run(); });
  }
}

void Server::run() {
  loops_[0]->loop.io.run();
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

Loop& Server::firstLoop() {
  return loops_[0]->loop;
}

void Server::drain() {
  for (auto& loop : loops_) {
    asio::post(loop->loop.io, [server = loop.get()] { server->drain(); });
  }
}

void Server::postToAll(const std::function<void(Loop&)>& task) {
  for (auto& loop : loops_) {
    asio::post(loop->loop.io, [task, server = loop.get()] { task(server->loop); });
  }
}

}  // namespace prome::http
