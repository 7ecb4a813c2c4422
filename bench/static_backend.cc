// A backend that costs as little as possible: fixed answers, whatever is asked.
//
//   static_backend [--big-bytes=N] KIND=PORT...
//
// listens on 127.0.0.1:PORT for each KIND: `small` (1.2 KB, Content-Length), `chunked` (the same, chunked),
// `64k` and `1m` (chunked), `big` (a matrix of N bytes, chunked, made while it is sent; default 1 GB). Every
// body is what Prometheus would send: a vector or matrix without a routing label. One thread, one epoll; ends
// with SIGTERM.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <string>
#include <string_view>

namespace {

constexpr int kBacklog = 4096;
constexpr std::size_t kReadBytes = 64u << 10;
constexpr std::size_t kChunkBytes = 64u << 10;
constexpr std::size_t kMaxRequestBytes = 16u << 20;
constexpr std::uint64_t kDefaultBigBytes = 1'000'000'000;

[[noreturn]] void die(std::string_view what) {
  std::fprintf(stderr, "static_backend: %.*s: %s\n", static_cast<int>(what.size()), what.data(),
               std::strerror(errno));
  std::exit(1);
}

/// An answer as the bytes `head`, then `block` repeated, then `tail`.
struct Answer {
  std::string head;
  std::string block;
  std::uint64_t repeats = 0;
  std::string tail;

  std::uint64_t size() const { return head.size() + block.size() * repeats + tail.size(); }

  /// The longest contiguous piece that starts at `at`.
  std::string_view from(std::uint64_t at) const {
    if (at < head.size()) return std::string_view(head).substr(at);
    at -= head.size();
    if (at < block.size() * repeats) return std::string_view(block).substr(at % block.size());
    return std::string_view(tail).substr(at - block.size() * repeats);
  }
};

const std::string kFields =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\n"
    "Vary: Accept-Encoding, Origin\r\n";

std::string metric(int number) {
  std::array<char, 128> text;
  const int size = std::snprintf(text.data(), text.size(),
                                 R"({"metric":{"code":"200","instance":"10.0.%d.%d:9090","job":"api"},)",
                                 number / 250 % 250, number % 250);
  return {text.data(), static_cast<std::size_t>(size)};
}

/// A vector answer of exactly `bytes` bytes; spaces fill the end up.
std::string vectorBody(std::size_t bytes) {
  std::string body = R"({"status":"success","data":{"resultType":"vector","result":[)";
  for (int number = 0; body.size() + 160 < bytes; ++number) {
    if (number > 0) body += ',';
    body += metric(number) + R"("value":[1700000000.123,")" + std::to_string(number * 17) + ".25\"]}";
  }
  body += "]}}";
  body.resize(std::max(bytes, body.size()), ' ');
  return body;
}

std::string chunk(std::string_view bytes) {
  std::array<char, 16> size;
  const auto end = std::to_chars(size.data(), size.data() + size.size(), bytes.size(), 16).ptr;
  return std::string(size.data(), end) + "\r\n" + std::string(bytes) + "\r\n";
}

/// `bytes` in chunks as Prometheus' own server sends them, without the last, empty one.
std::string chunks(std::string_view bytes) {
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), kChunkBytes)))
    out += chunk(bytes.substr(0, kChunkBytes));
  return out;
}

Answer lengthAnswer(const std::string& body) {
  return {.head = kFields + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body,
          .block = {},
          .tail = {}};
}

Answer chunkedAnswer(const std::string& body) {
  return {.head = kFields + "Transfer-Encoding: chunked\r\n\r\n" + chunks(body) + "0\r\n\r\n",
          .block = {},
          .tail = {}};
}

/// A matrix answer of about `bytes` bytes: the same megabyte of series again and again.
Answer bigAnswer(std::uint64_t bytes) {
  std::string block;
  for (int number = 0; block.size() < (1u << 20); ++number) {
    block += ',' + metric(number) + R"("values":[)";
    for (int step = 0; step < 500; ++step) {
      if (step > 0) block += ',';
      block += '[' + std::to_string(1'700'000'000 + step * 15) + ",\"" + std::to_string(step * 17) + ".25\"]";
    }
    block += "]}";
  }
  const std::string first = R"({"status":"success","data":{"resultType":"matrix","result":[)" + metric(0) +
                            R"("values":[[1700000000,"1"]]})";
  Answer answer{.head = kFields + "Transfer-Encoding: chunked\r\n\r\n" + chunk(first),
                .block = chunks(block),
                .tail = chunk("]}}") + "0\r\n\r\n"};
  answer.repeats = std::max<std::uint64_t>(1, bytes / block.size());
  return answer;
}

Answer makeAnswer(std::string_view kind, std::uint64_t big_bytes) {
  if (kind == "small") return lengthAnswer(vectorBody(1'200));
  if (kind == "chunked") return chunkedAnswer(vectorBody(1'200));
  if (kind == "64k") return chunkedAnswer(vectorBody(64u << 10));
  if (kind == "1m") return chunkedAnswer(vectorBody(1u << 20));
  if (kind == "big") return bigAnswer(big_bytes);
  errno = EINVAL;
  die(kind);
}

struct Connection;

struct Listener {
  Answer answer;
  int fd = -1;
};

/// What an epoll event points to: a listener or a connection.
struct Source {
  Listener* listener = nullptr;
  Connection* connection = nullptr;
};

struct Connection {
  Source source;
  const Answer* answer = nullptr;
  int fd = -1;
  std::string in;              // the start of a request that is not whole yet
  std::uint64_t owed = 0;      // answers still to be sent, the current one among them
  std::uint64_t position = 0;  // in the current answer
  bool waits_to_write = false;
};

/// The size of the first request in `bytes`, 0 while it is not whole.
std::size_t requestSize(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos) return 0;
  std::size_t body = 0;
  std::string_view head = bytes.substr(0, end + 2);
  while (!head.empty()) {
    const auto line = head.substr(0, head.find("\r\n"));
    head.remove_prefix(line.size() + 2);
    constexpr std::string_view kName = "content-length:";
    if (line.size() > kName.size() && strncasecmp(line.data(), kName.data(), kName.size()) == 0) {
      const auto value = line.substr(line.find_first_of("0123456789"));
      std::from_chars(value.data(), value.data() + value.size(), body);
    }
  }
  const auto size = end + 4 + body;
  return bytes.size() >= size ? size : 0;
}

class Backend {
 public:
  Backend() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) die("epoll_create1");
  }

  void listenOn(std::uint16_t port, Answer answer) {
    auto& listener =
        listeners_.emplace_back(std::move(answer), socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
    const int on = 1;
    setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic;
    static_assert(sizeof generic == sizeof address);
    std::memcpy(&generic, &address, sizeof address);
    if (bind(listener.fd, &generic, sizeof generic) != 0) die("bind");
    if (listen(listener.fd, kBacklog) != 0) die("listen");
    auto& source = sources_.emplace_back(&listener, nullptr);
    watch(EPOLL_CTL_ADD, listener.fd, EPOLLIN, &source);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events;
    while (true) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        auto* source = static_cast<Source*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (source->listener != nullptr) {
          acceptAll(*source->listener);
        } else {
          serve(*source->connection, events[static_cast<std::size_t>(i)].events);
        }
      }
    }
  }

 private:
  void watch(int operation, int fd, std::uint32_t what, Source* source) {
    epoll_event event{};
    event.events = what;
    event.data.ptr = source;
    epoll_ctl(epoll_, operation, fd, &event);
  }

  void acceptAll(const Listener& listener) {
    while (true) {
      const int fd = accept4(listener.fd, nullptr, nullptr, SOCK_NONBLOCK);
      if (fd < 0) return;
      const int on = 1;
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      auto* connection = new Connection{.source = {}, .answer = &listener.answer, .fd = fd, .in = {}};
      connection->source.connection = connection;
      watch(EPOLL_CTL_ADD, fd, EPOLLIN, &connection->source);
    }
  }

  void serve(Connection& connection, std::uint32_t what) {
    const bool readable = (what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    if ((readable && !receive(connection)) || !send(connection)) {
      close(connection.fd);
      delete &connection;
    }
  }

  /// False where the connection is to be closed.
  bool receive(Connection& connection) {
    const auto size = recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (size <= 0) return size < 0 && errno == EAGAIN;
    std::string_view bytes(buffer_.data(), static_cast<std::size_t>(size));
    const bool continued = !connection.in.empty();
    if (continued) {
      connection.in += bytes;
      bytes = connection.in;
    }
    while (const auto used = requestSize(bytes)) {
      bytes.remove_prefix(used);
      ++connection.owed;
    }
    connection.in = bytes.empty() ? std::string() : std::string(bytes);
    return connection.in.size() <= kMaxRequestBytes;
  }

  /// Sends what the socket takes; false where the connection is to be closed.
  bool send(Connection& connection) {
    while (connection.owed > 0) {
      const auto piece = connection.answer->from(connection.position);
      const auto sent = ::send(connection.fd, piece.data(), piece.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return false;
      if (sent < 0) break;
      connection.position += static_cast<std::uint64_t>(sent);
      if (connection.position == connection.answer->size()) {
        connection.position = 0;
        --connection.owed;
      }
    }
    const bool waits = connection.owed > 0;
    if (waits != connection.waits_to_write) {
      watch(EPOLL_CTL_MOD, connection.fd, waits ? EPOLLIN | EPOLLOUT : EPOLLIN, &connection.source);
      connection.waits_to_write = waits;
    }
    return true;
  }

  int epoll_;
  std::list<Listener> listeners_;
  std::list<Source> sources_;
  std::string buffer_ = std::string(kReadBytes, '\0');
};

}  // namespace

int main(int argc, char** argv) {
  constexpr std::string_view kBigOption = "--big-bytes=";
  std::uint64_t big_bytes = kDefaultBigBytes;
  Backend backend;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word.starts_with(kBigOption)) {
      std::from_chars(word.data() + kBigOption.size(), word.data() + word.size(), big_bytes);
      continue;
    }
    const auto equals = word.find('=');
    std::uint16_t port = 0;
    if (equals == std::string_view::npos ||
        std::from_chars(word.data() + equals + 1, word.data() + word.size(), port).ec != std::errc()) {
      std::fprintf(stderr, "usage: static_backend [--big-bytes=N] KIND=PORT...\n");
      return 2;
    }
    backend.listenOn(port, makeAnswer(word.substr(0, equals), big_bytes));
  }
  backend.run();
}
