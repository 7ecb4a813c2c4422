// HTTP/1.0, so that an answer comes without framing and ends with the connection.
#include "tests/differential/loopback_http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>

namespace prome::differential {
namespace {

/// A TCP socket of IPv4, closed at the end.
class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) std::abort();
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() { close(fd_); }

  int fd() const { return fd_; }

 private:
  int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// sockets(7) take any kind of address by a pointer to its head.
sockaddr* head(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

bool sendAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t sent = send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

}  // namespace

std::uint16_t freePort() {
  const Socket socket;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  if (bind(socket.fd(), head(address), size) != 0) std::abort();
  if (getsockname(socket.fd(), head(address), &size) != 0) std::abort();
  return ntohs(address.sin_port);
}

std::optional<HttpAnswer> post(std::uint16_t port, const std::string& path, const std::string& headers,
                               const std::string& body) {
  const Socket socket;
  sockaddr_in address = loopback(port);
  if (connect(socket.fd(), head(address), sizeof(address)) != 0) return std::nullopt;
  const std::string request = "POST " + path + " HTTP/1.0\r\n" + headers +
                              "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  if (!sendAll(socket.fd(), request)) return std::nullopt;
  std::string text;
  char block[16'384];
  ssize_t got = 0;
  while ((got = recv(socket.fd(), block, sizeof(block), 0)) > 0) {
    text.append(block, static_cast<std::size_t>(got));
  }
  constexpr std::string_view kEndOfHead = "\r\n\r\n";
  const std::size_t end = text.find(kEndOfHead);
  const std::size_t status = text.find(' ');
  if (got < 0 || end == std::string::npos || status > end) return std::nullopt;
  HttpAnswer answer;
  std::from_chars(text.data() + status + 1, text.data() + end, answer.status);
  answer.body = text.substr(end + kEndOfHead.size());
  return answer;
}

}  // namespace prome::differential
