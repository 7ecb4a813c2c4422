// Exchange: one request and the answer to it, as a handler sees them.
//
// The request's views (head, body) are valid until the handler returns. An answer is either given whole
// (respond) or streamed: begin() fixes the head, write() sends pieces, the last one marked. What is written
// goes out at once; write() returns when the kernel has taken it all, which is the back-pressure. Belongs to
// one event loop.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/asio.h"
#include "http/gzip.h"
#include "http/loop.h"
#include "http/message.h"
#include "http/slices.h"

namespace prome::http {

class Connection;

/// An answer body shorter than this is not worth compressing.
inline constexpr std::size_t kCompressFrom = 1024;

class Exchange {
 public:
  enum class Part : std::uint8_t { kMore, kLast };

  RequestHead head;
  std::string_view body;
  bool body_dropped = false;  // the body was over the limit and was not kept
  Clock::time_point received{};

  /// The client's socket, for Watch::watchClient.
  int clientFd() const;

  /// Sends a whole answer. `fields` are complete extra lines (`Name: value\r\n`).
  Awaitable<void> respond(int status, std::string_view content_type, std::string_view text,
                          std::string_view fields = {});

  /// Fixes status and fields of a streamed answer. `length` where it is known; nullopt sends chunked (or, to
  /// an HTTP/1.0 client, until close). `compressible` bodies are gzipped for a client that asked for it.
  enum class Coding : std::uint8_t { kAsIs, kCompressible };
  void begin(int status, std::string_view fields, std::optional<std::uint64_t> length, Coding coding);
  /// Sends a piece (may be empty when kLast), as much of it as the socket takes at once. kBlocked: the slices
  /// must stay until finishWrite() is done. kGone: the client is gone, the answer is over.
  enum class Sent : std::uint8_t { kAll, kBlocked, kGone };
  Sent tryWrite(std::span<const iovec> slices, Part part);
  /// Waits until the rest of the piece is sent. False once the client is gone.
  Awaitable<bool> finishWrite();
  /// tryWrite() and, if need be, finishWrite().
  Awaitable<bool> write(std::span<const iovec> slices, Part part);
  /// Ends the connection here and now, so that the client sees a broken answer, never a short one: by a reset
  /// where a mere end would pass for the answer's.
  void cut();

  /// True once begin() or respond() was called: no other status can be sent any more.
  bool begun() const { return begun_; }
  /// True where the client got no whole answer: it went, or cut() was called.
  bool wasCut() const { return cut_; }
  int status() const { return status_; }
  std::uint64_t bytesSent() const { return bytes_sent_; }
  /// Time spent waiting for the client to take bytes.
  Clock::duration blocked() const { return blocked_; }

 private:
  friend class Connection;

  void reset(Connection& connection);
  void startHead(int status);
  void finishHead(std::optional<std::uint64_t> length);
  Sent trySend();
  std::span<iovec> frame(std::span<const iovec> slices, Part part);

  Connection* connection_ = nullptr;
  std::string out_head_;      // head not yet sent
  std::string body_storage_;  // a decoded chunked request body
  std::unique_ptr<GzipEncoder> gzip_;
  std::string gzip_out_;
  std::array<iovec, SliceSink::kMaxSlices + 8> framed_;  // the piece being sent, with its framing
  std::span<iovec> unsent_;                              // what is left of framed_
  std::array<char, 20> size_line_{};
  bool begun_ = false;
  bool chunked_ = false;
  bool cut_ = false;
  bool close_after_ = false;
  int status_ = 0;
  std::uint64_t bytes_sent_ = 0;
  Clock::duration blocked_{};
};

/// Serves requests on one event loop. One object a loop; serve() runs once per request, possibly many at a
/// time.
class Handler {
 public:
  virtual ~Handler() = default;
  virtual Awaitable<void> serve(Exchange& exchange) = 0;
};

}  // namespace prome::http
