// Streaming gzip, both ways, over zlib.
//
// One object per message body; memory is zlib's own (about 256 KiB to deflate, 40 KiB to inflate) and does
// not grow with the body. Not thread-safe.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace prome::http {

class GzipEncoder {
 public:
  GzipEncoder();
  ~GzipEncoder();
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;

  /// Appends what `in` compresses to so far. kFlush makes everything given until now readable by the client.
  enum class Flush : std::uint8_t { kNone, kFlush, kFinish };
  void encode(std::string_view in, Flush flush, std::string& out);

 private:
  z_stream stream_{};
};

class GzipDecoder {
 public:
  GzipDecoder();
  ~GzipDecoder();
  GzipDecoder(const GzipDecoder&) = delete;
  GzipDecoder& operator=(const GzipDecoder&) = delete;

  enum class State : std::uint8_t { kRunning, kDone, kBad };
  /// Decodes from the front of `in` until `out` (a caller's buffer of `capacity` bytes) is full or `in` is
  /// empty. Returns the bytes written; removes what was read. Memory is bounded by `capacity` whatever the
  /// ratio.
  std::size_t decode(std::string_view& in, char* out, std::size_t capacity);
  State state() const { return state_; }

 private:
  z_stream stream_{};
  State state_ = State::kRunning;
};

/// True if an Accept-Encoding value accepts gzip (`gzip` or `*` with a quality above zero).
bool acceptsGzip(std::string_view accept_encoding);

}  // namespace prome::http
