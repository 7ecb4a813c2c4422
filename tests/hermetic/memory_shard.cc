#include "memory_shard.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "http/form.h"
#include "http/gzip.h"
#include "http/message.h"

namespace prome::hermetic {
namespace {

std::string lowerCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

/// A socket bound to a free port of 127.0.0.1, which is returned in `port`.
Socket bindLoopback(std::uint16_t& port) {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(socket.fd(), reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

Fields parseFields(std::string_view head) {
  Fields fields;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    const auto line = head.substr(0, end);
    head = end == std::string_view::npos ? std::string_view{} : head.substr(end + 2);
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return fields;
}

}  // namespace

std::optional<std::string> onlyField(const Fields& fields, std::string_view name) {
  const std::string lower = lowerCase(name);
  std::optional<std::string> found;
  for (const auto& [known, value] : fields) {
    if (!http::equalsNoCase(known, lower)) continue;
    if (found) return std::nullopt;
    found = value;
  }
  return found;
}

std::vector<std::string> SeenRequest::parameters(std::string_view name) const {
  const auto mark = target.find('?');
  const std::string query = mark == std::string::npos ? std::string() : target.substr(mark + 1);
  std::vector<http::Parameter> all;
  http::appendUrlencoded(method == "POST" ? body : query, all);
  std::vector<std::string> out;
  for (auto& parameter : all) {
    if (parameter.name == name) out.push_back(std::move(parameter.value));
  }
  return out;
}

std::string SeenRequest::parameter(std::string_view name) const {
  const auto all = parameters(name);
  if (all.empty()) return "<none>";
  return all.size() == 1 ? all.front() : "<several>";
}

// Answers.

std::string gzipped(std::string_view text) {
  std::string out;
  http::GzipEncoder().encode(text, http::GzipEncoder::Flush::kFinish, out);
  return out;
}

std::string codedBody(const ShardAnswer& answer) {
  return answer.coding == ShardAnswer::Coding::kGzip ? gzipped(answer.body) : answer.body;
}

std::string chunked(std::string_view body, std::size_t chunk) {
  std::string out;
  while (!body.empty()) {
    const auto piece = body.substr(0, chunk);
    body.remove_prefix(piece.size());
    std::array<char, 16> digits{};
    out.append(digits.data(), std::to_chars(digits.data(), digits.data() + 16, piece.size(), 16).ptr);
    out.append("\r\n").append(piece).append("\r\n");
  }
  return out + "0\r\n\r\n";
}

std::string render(const ShardAnswer& answer) {
  const std::string body = codedBody(answer);
  std::string out = "HTTP/1.1 " + std::to_string(answer.status) + " Status\r\n" + answer.fields;
  if (!answer.content_type.empty()) out += "Content-Type: " + answer.content_type + "\r\n";
  if (answer.coding == ShardAnswer::Coding::kGzip) out += "Content-Encoding: gzip\r\n";
  switch (answer.framing) {
    case ShardAnswer::Framing::kLength:
      return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    case ShardAnswer::Framing::kChunked:
      return out + "Transfer-Encoding: chunked\r\n\r\n" + chunked(body, answer.chunk);
    case ShardAnswer::Framing::kClose:
      break;
  }
  return out + "\r\n" + body;
}

Script say(ShardAnswer answer) {
  const bool close = answer.framing == ShardAnswer::Framing::kClose;
  return close ? sayRawAndClose(render(answer)) : sayRaw(render(answer));
}

Script sayBody(std::string body) {
  return say({.body = std::move(body)});
}

Script sayRaw(std::string bytes) {
  return [bytes = std::move(bytes)](const SeenRequest&, Peer& peer) { peer.send(bytes); };
}

Script sayRawAndClose(std::string bytes) {
  return [bytes = std::move(bytes)](const SeenRequest&, Peer& peer) {
    peer.send(bytes);
    peer.close();
  };
}

Script sayRawAndReset(std::string bytes) {
  return [bytes = std::move(bytes)](const SeenRequest&, Peer& peer) {
    peer.send(bytes);
    peer.reset();
  };
}

Script sayRawAndStall(std::string bytes) {
  return [bytes = std::move(bytes)](const SeenRequest&, Peer& peer) {
    peer.send(bytes);
    peer.awaitHangUp();
    peer.close();
  };
}

bool Peer::awaitHangUp(Milliseconds patience) const {
  return socket_.open() && awaitEvents(socket_.fd(), POLLRDHUP, patience);
}

void Peer::close() {
  const std::lock_guard lock(mutex_);
  socket_.close();
}

void Peer::reset() {
  const std::lock_guard lock(mutex_);
  socket_.reset();
}

void Peer::interrupt() {
  const std::lock_guard lock(mutex_);
  if (socket_.open()) ::shutdown(socket_.fd(), SHUT_RDWR);
}

bool Peer::awaitRoom(Milliseconds patience) const {
  return socket_.open() && awaitEvents(socket_.fd(), POLLOUT, patience);
}

// The server.

MemoryShard::MemoryShard(Script script) : script_(std::move(script)) {
  listener_ = bindLoopback(port_);
  if (::listen(listener_.fd(), 1024) != 0) std::abort();
  acceptor_ = std::thread([this] { accept(); });
}

MemoryShard::~MemoryShard() {
  stopping_ = true;
  ::shutdown(listener_.fd(), SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (Connection& connection : connections_) connection.peer.interrupt();
  }
  for (Connection& connection : connections_) connection.thread.join();
}

void MemoryShard::accept() {
  while (true) {
    Socket socket(::accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
    if (stopping_ || !socket.open()) return;
    const int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::size_t number = ++accepted_;
    const std::lock_guard lock(mutex_);
    Connection& connection = connections_.emplace_back(std::move(socket));
    connection.thread = std::thread([this, &connection, number] { run(connection, number); });
  }
}

void MemoryShard::run(Connection& connection, std::size_t number) {
  std::string buffer;
  while (connection.peer.open() && !stopping_) {
    SeenRequest request;
    request.connection = number;
    if (!readRequest(connection, buffer, request)) break;
    const Script script = note(connection, request);
    script(request, connection.peer);
    const std::lock_guard lock(mutex_);
    connection.idle = true;
  }
  connection.peer.close();
}

bool MemoryShard::readRequest(Connection& connection, std::string& buffer, SeenRequest& request) {
  const int fd = connection.peer.socket_.fd();
  std::array<char, 65536> piece;
  const auto more = [&] {
    const ssize_t size = ::recv(fd, piece.data(), piece.size(), 0);
    if (size <= 0) return false;
    buffer.append(piece.data(), static_cast<std::size_t>(size));
    return true;
  };
  std::size_t end = 0;
  while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!more()) return false;
  }
  const std::string head = buffer.substr(0, end);
  const auto line_end = head.find("\r\n");
  const std::string line = head.substr(0, line_end);
  request.method = line.substr(0, line.find(' '));
  request.target = line.substr(request.method.size() + 1, line.rfind(' ') - request.method.size() - 1);
  if (line_end != std::string::npos)
    request.fields = parseFields(std::string_view(head).substr(line_end + 2));
  const std::size_t length = std::stoul(onlyField(request.fields, "content-length").value_or("0"));
  while (buffer.size() < end + 4 + length) {
    if (!more()) return false;
  }
  request.body = buffer.substr(end + 4, length);
  buffer.erase(0, end + 4 + length);
  return true;
}

Script MemoryShard::note(Connection& connection, const SeenRequest& request) {
  const std::lock_guard lock(mutex_);
  connection.idle = false;
  requests_.push_back(request);
  changed_.notify_all();
  return script_;
}

void MemoryShard::setScript(Script script) {
  const std::lock_guard lock(mutex_);
  script_ = std::move(script);
}

std::vector<SeenRequest> MemoryShard::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t MemoryShard::requestCount() const {
  const std::lock_guard lock(mutex_);
  return requests_.size();
}

SeenRequest MemoryShard::lastRequest() const {
  const std::lock_guard lock(mutex_);
  return requests_.empty() ? SeenRequest{} : requests_.back();
}

bool MemoryShard::awaitRequests(std::size_t count, Milliseconds patience) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return requests_.size() >= count; });
}

void MemoryShard::closeIdle() {
  const std::lock_guard lock(mutex_);
  for (Connection& connection : connections_) {
    if (connection.idle) connection.peer.interrupt();
  }
}

// Ports without a server.

ClosedPort::ClosedPort() : socket_(bindLoopback(port_)) {}

FullPort::FullPort() : listener_(bindLoopback(port_)) {
  ::listen(listener_.fd(), 0);
  for (int i = 0; i < 4; ++i) {
    Socket& socket = waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port_);
    ::connect(socket.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
}

}  // namespace prome::hermetic
