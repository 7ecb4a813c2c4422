#include "test_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <vector>

#include "http/gzip.h"

namespace prome::hermetic {

// Answer.

std::string Answer::unzipped() const {
  http::GzipDecoder decoder;
  std::string out;
  std::string_view in = body;
  std::array<char, 65536> piece;
  while (decoder.state() == http::GzipDecoder::State::kRunning) {
    const std::size_t size = decoder.decode(in, piece.data(), piece.size());
    if (size == 0 && decoder.state() == http::GzipDecoder::State::kRunning) break;
    out.append(piece.data(), size);
  }
  return decoder.state() == http::GzipDecoder::State::kDone && in.empty() ? out : "<bad gzip>";
}

bool Answer::takeHead(std::string& in) {
  const auto end = in.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  head = in.substr(0, end + 4);
  in.erase(0, end + 4);
  fields.clear();
  if (!head.starts_with("HTTP/1.1 ") || head.size() < 13) {
    bad();
    return false;
  }
  std::from_chars(head.data() + 9, head.data() + 12, status);
  for (std::size_t at = head.find("\r\n") + 2; at + 2 < head.size();) {
    const auto line_end = head.find("\r\n", at);
    const auto line = head.substr(at, line_end - at);
    at = line_end + 2;
    const auto colon = line.find(": ");
    if (colon == std::string::npos || line.find('\n') != std::string::npos) {
      bad();
      return false;
    }
    fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  if (status < 200) {
    ++interim;
    return takeHead(in);
  }
  const auto length = onlyField(fields, "content-length");
  const bool chunks = onlyField(fields, "transfer-encoding") == "chunked";
  framing = chunks ? Framing::kChunked : length ? Framing::kLength : Framing::kClose;
  if (chunks && length) bad();
  left_ = length ? std::stoull(*length) : 0;
  const bool empty = to_ == To::kHead || status == 204 || (framing == Framing::kLength && left_ == 0);
  if (empty && ending == Ending::kRunning) ending = Ending::kWhole;
  step_ = chunks ? Step::kChunkSize : Step::kBody;
  return ending == Ending::kRunning;
}

void Answer::takeBody(std::string& in) {
  const bool bounded = framing != Framing::kClose;
  const auto size = bounded ? static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size())) : in.size();
  if (consume)
    consume(std::string_view(in).substr(0, size));
  else
    body.append(in, 0, size);
  body_size += size;
  in.erase(0, size);
  if (!bounded) return;
  left_ -= size;
  if (left_ > 0) return;
  if (framing == Framing::kLength)
    ending = Ending::kWhole;
  else
    step_ = Step::kChunkEnd;
}

/// Takes one framing line of a chunked body: a size, the end of a chunk, or the end of all.
bool Answer::takeChunkLine(std::string& in) {
  const auto end = in.find("\r\n");
  if (end == std::string::npos) {
    if (in.size() > 16) bad();
    return false;
  }
  const std::string line = in.substr(0, end);
  in.erase(0, end + 2);
  if (step_ != Step::kChunkSize) {
    if (!line.empty())
      bad();
    else if (step_ == Step::kLastEnd)
      ending = Ending::kWhole;
    step_ = Step::kChunkSize;
    return line.empty();
  }
  const auto [stop, error] = std::from_chars(line.data(), line.data() + line.size(), left_, 16);
  if (error != std::errc() || stop != line.data() + line.size()) {
    bad();
    return false;
  }
  step_ = left_ == 0 ? Step::kLastEnd : Step::kChunkData;
  return true;
}

void Answer::feed(std::string& in) {
  while (ending == Ending::kRunning) {
    if (step_ == Step::kHead) {
      if (!takeHead(in)) return;
    } else if (step_ == Step::kBody || step_ == Step::kChunkData) {
      if (in.empty()) return;
      takeBody(in);
    } else if (!takeChunkLine(in)) {
      return;
    }
  }
}

void Answer::finish(bool by_reset) {
  reset = by_reset;
  const bool fine = step_ == Step::kBody && framing == Framing::kClose && !by_reset;
  if (ending == Ending::kRunning) ending = fine ? Ending::kWhole : Ending::kCut;
}

// TestClient.

TestClient::TestClient(std::uint16_t port, const Options& options)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (options.receive_buffer > 0) {
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_RCVBUF, &options.receive_buffer, sizeof options.receive_buffer);
  }
  const int on = 1;
  ::setsockopt(socket_.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(socket_.fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) socket_.close();
}

bool TestClient::readMore(SteadyClock::time_point until, bool& by_reset) {
  thread_local std::vector<char> piece(256u << 10);
  by_reset = false;
  const auto left = std::chrono::ceil<Milliseconds>(until - SteadyClock::now());
  if (left.count() < 0 || !awaitEvents(socket_.fd(), POLLIN, left)) return false;
  const ssize_t size = ::recv(socket_.fd(), piece.data(), piece.size(), 0);
  if (size > 0) {
    unread_.append(piece.data(), static_cast<std::size_t>(size));
    return true;
  }
  by_reset = size < 0;
  socket_.close();
  return false;
}

void TestClient::read(Answer& answer, std::uint64_t body_size, Milliseconds patience) {
  const auto until = SteadyClock::now() + patience;
  answer.feed(unread_);
  while (answer.ending == Answer::Ending::kRunning && answer.body_size < body_size) {
    bool by_reset = false;
    const bool more = readMore(until, by_reset);
    answer.feed(unread_);
    if (more) continue;
    if (!socket_.open()) answer.finish(by_reset);
    return;
  }
}

void TestClient::finish(Answer& answer, Milliseconds patience) {
  read(answer, ~std::uint64_t{0}, patience);
}

Answer TestClient::answer(Answer::To to, Milliseconds patience) {
  Answer out(to);
  finish(out, patience);
  return out;
}

bool TestClient::awaitClose(Milliseconds patience) {
  if (!unread_.empty()) return false;
  if (!socket_.open()) return true;
  bool by_reset = false;
  return !readMore(SteadyClock::now() + patience, by_reset) && !socket_.open();
}

bool TestClient::awaitReadable(Milliseconds patience) const {
  return !unread_.empty() || awaitEvents(socket_.fd(), POLLIN, patience);
}

void TestClient::finishSending() {
  ::shutdown(socket_.fd(), SHUT_WR);
}

std::string get(std::string_view target, std::string_view fields) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: router\r\n" + std::string(fields) + "\r\n";
}

std::string post(std::string_view path, std::string_view body, std::string_view fields,
                 std::string_view content_type) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: router\r\n" + std::string(fields) +
         "Content-Type: " + std::string(content_type) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + std::string(body);
}

}  // namespace prome::hermetic
