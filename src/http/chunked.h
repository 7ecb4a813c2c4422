// The chunked coding (RFC 9112, 7.1), decoded in place and strictly.
//
// ChunkDecoder is a small value; one per message. It is given the bytes as they come, in any pieces, and says
// which of them are payload. Extensions are skipped (bounded), trailers too; bare LF and malformed sizes are
// refused.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace prome::http {

/// Bytes of chunk extensions and trailers accepted in one message.
inline constexpr std::size_t kMaxChunkOverhead = 16u << 10;

class ChunkDecoder {
 public:
  enum class State : std::uint8_t { kRunning, kDone, kBad };

  /// Takes bytes from the front of `in`. Returns the next run of payload (possibly empty) and removes it and
  /// the framing before it from `in`. Call until `in` is empty or state() is not kRunning; bytes after the
  /// message's end stay in `in`.
  std::string_view next(std::string_view& in);

  State state() const { return state_; }

 private:
  enum class Step : std::uint8_t {
    kSize,
    kExtension,
    kSizeLf,
    kData,
    kDataCr,
    kDataLf,
    kTrailer,
    kTrailerLine,
    kTrailerLf,
    kLastLf
  };

  bool stepFraming(char c);
  bool spendOverhead();

  State state_ = State::kRunning;
  Step step_ = Step::kSize;
  std::uint64_t left_ = 0;  // payload bytes of the current chunk still to come
  int digits_ = 0;
  std::size_t overhead_ = 0;
};

}  // namespace prome::http
