// Answers: head text, framing, compression, and the one place that writes to a client.
//
// A streamed piece leaves in a single sendmsg: pending head, chunk size line, the piece's slices, chunk end.
// The call is made at once, without waiting for readiness; only when the socket is full does the coroutine
// suspend.
#include "http/exchange.h"

#include <sys/socket.h>

#include <cassert>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "http/connection.h"

namespace prome::http {
namespace {

constexpr std::size_t kSendCopied = 2048;
constexpr std::string_view kCrLf = "\r\n";
constexpr std::string_view kLastChunk = "0\r\n\r\n";

iovec asSlice(std::string_view text) {
  return {const_cast<char*>(text.data()), text.size()};
}

void appendNumber(std::string& out, std::uint64_t value, int base = 10) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, base).ptr;
  out.append(digits.data(), end);
}

/// Bytes of [slices] that are left after the kernel took `sent`: shifts the span and its first slice.
std::span<iovec> advance(std::span<iovec> slices, std::size_t sent) {
  while (!slices.empty() && sent >= slices.front().iov_len) {
    sent -= slices.front().iov_len;
    slices = slices.subspan(1);
  }
  if (!slices.empty()) {
    slices.front().iov_base = static_cast<char*>(slices.front().iov_base) + sent;
    slices.front().iov_len -= sent;
  }
  return slices;
}

/// One system call's worth of `slices`. A short piece is copied together first: a plain send is cheaper than
/// a message of slices.
ssize_t sendSlices(int fd, std::span<iovec> slices) {
  std::array<char, kSendCopied> together;
  std::size_t size = 0;
  for (const iovec& slice : slices) {
    if (size + slice.iov_len > together.size()) {
      msghdr message{};
      message.msg_iov = slices.data();
      message.msg_iovlen = slices.size();
      return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    }
    std::memcpy(together.data() + size, slice.iov_base, slice.iov_len);
    size += slice.iov_len;
  }
  return ::send(fd, together.data(), size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

int Exchange::clientFd() const {
  return connection_->socket_.fd();
}

void Exchange::reset(Connection& connection) {
  connection_ = &connection;
  body = {};
  body_dropped = false;
  received = {};
  out_head_.clear();
  body_storage_.clear();
  gzip_.reset();
  gzip_out_.clear();
  begun_ = chunked_ = cut_ = close_after_ = false;
  status_ = 0;
  bytes_sent_ = 0;
  blocked_ = {};
}

void Exchange::startHead(int status) {
  assert(!begun_);
  begun_ = true;
  status_ = status;
  out_head_ += "HTTP/1.1 ";
  appendNumber(out_head_, static_cast<std::uint64_t>(status));
  out_head_ += ' ';
  out_head_ += reasonPhrase(status);
  out_head_ += kCrLf;
}

void Exchange::finishHead(std::optional<std::uint64_t> length) {
  chunked_ = !length && head.version == Version::kHttp11;
  const bool until_close = !length && !chunked_;
  if (until_close) close_after_ = true;
  connection_->end_is_whole_ = until_close;
  if (length && status_ != 204) {
    out_head_ += "Content-Length: ";
    appendNumber(out_head_, *length);
    out_head_ += kCrLf;
  } else if (chunked_) {
    out_head_ += "Transfer-Encoding: chunked\r\n";
  }
  if (!head.keep_alive || connection_->draining_ || body_dropped) close_after_ = true;
  if (close_after_) {
    out_head_ += "Connection: close\r\n";
  } else if (head.version == Version::kHttp10) {
    out_head_ += "Connection: keep-alive\r\n";
  }
  out_head_ += kCrLf;
}

void Exchange::begin(int status, std::string_view fields, std::optional<std::uint64_t> length,
                     Coding coding) {
  startHead(status);
  out_head_ += fields;
  if (coding == Coding::kCompressible && connection_->server_.options.compress &&
      (!length || *length >= kCompressFrom) &&
      acceptsGzip(head.find(FieldName::kAcceptEncoding).value_or(""))) {
    gzip_ = std::make_unique<GzipEncoder>();
    length.reset();
    out_head_ += "Content-Encoding: gzip\r\n";
  }
  finishHead(length);
}

Awaitable<void> Exchange::respond(int status, std::string_view content_type, std::string_view text,
                                  std::string_view fields) {
  std::string all(fields);
  if (!content_type.empty()) all.append("Content-Type: ").append(content_type).append(kCrLf);
  all += connection_->server_.dateLine();
  std::optional<std::uint64_t> length = text.size();
  const bool no_body = head.method == "HEAD" || status == 204;
  begin(status, all, length, no_body ? Coding::kAsIs : Coding::kCompressible);
  const std::array<iovec, 1> slices = {asSlice(no_body ? std::string_view{} : text)};
  co_await write(slices, Part::kLast);
}

Exchange::Sent Exchange::tryWrite(std::span<const iovec> slices, Part part) {
  if (cut_) return Sent::kGone;
  std::array<iovec, 1> compressed{};
  if (gzip_ != nullptr) {
    gzip_out_.clear();
    for (const iovec& slice : slices) {
      const std::string_view text{static_cast<const char*>(slice.iov_base), slice.iov_len};
      gzip_->encode(text, GzipEncoder::Flush::kNone, gzip_out_);
    }
    const auto flush = part == Part::kLast ? GzipEncoder::Flush::kFinish : GzipEncoder::Flush::kFlush;
    gzip_->encode({}, flush, gzip_out_);
    compressed[0] = asSlice(gzip_out_);
    slices = compressed;
  }
  unsent_ = frame(slices, part);
  return trySend();
}

Awaitable<bool> Exchange::write(std::span<const iovec> slices, Part part) {
  const Sent sent = tryWrite(slices, part);
  if (sent != Sent::kBlocked) co_return sent == Sent::kAll;
  co_return co_await finishWrite();
}

/// Puts the pending head before the piece and the chunk framing around it.
std::span<iovec> Exchange::frame(std::span<const iovec> slices, Part part) {
  std::size_t size = 0;
  for (const iovec& slice : slices) size += slice.iov_len;
  std::size_t count = 0;
  if (!out_head_.empty()) framed_[count++] = asSlice(out_head_);
  if (chunked_ && size > 0) {
    char* end = std::to_chars(size_line_.data(), size_line_.data() + 16, size, 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    framed_[count++] = asSlice({size_line_.data(), end});
  }
  for (const iovec& slice : slices) {
    if (slice.iov_len > 0) framed_[count++] = slice;
  }
  if (chunked_ && size > 0) framed_[count++] = asSlice(kCrLf);
  if (chunked_ && part == Part::kLast) framed_[count++] = asSlice(kLastChunk);
  return {framed_.data(), count};
}

/// Gives unsent_ to the kernel until it is empty or the socket is full.
Exchange::Sent Exchange::trySend() {
  while (!unsent_.empty()) {
    const ssize_t sent = sendSlices(connection_->socket_.fd(), unsent_);
    if (sent >= 0) {
      bytes_sent_ += static_cast<std::uint64_t>(sent);
      unsent_ = advance(unsent_, static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return Sent::kBlocked;
    } else if (errno != EINTR) {
      cut();
      return Sent::kGone;
    }
  }
  out_head_.clear();
  return Sent::kAll;
}

Awaitable<bool> Exchange::finishWrite() {
  while (true) {
    const auto since = Clock::now();
    connection_->arm(since + connection_->server_.options.write_timeout, Watch::Pace::kFast);
    const bool open = co_await connection_->socket_.waitWritable();
    connection_->disarm();
    blocked_ += Clock::now() - since;
    if (!open || cut_) {
      cut();
      co_return false;
    }
    const Sent sent = trySend();
    if (sent != Sent::kBlocked) co_return sent == Sent::kAll;
  }
}

void Exchange::cut() {
  cut_ = true;
  connection_->close();
}

}  // namespace prome::http
