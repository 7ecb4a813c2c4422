// BodyFraming: where the body of a shard's answer ends.
//
// Content-Length, chunked or until close (RFC 9112, 6.3); one object per answer, not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/chunked.h"
#include "http/message.h"

namespace prome::http {

class BodyFraming {
 public:
  enum class Kind : std::uint8_t { kLength, kChunked, kUntilClose };

  explicit BodyFraming(const ResponseHead& head);

  /// Takes the next run of payload from the front of `in` (framing bytes are dropped). Empty when `in` has
  /// none.
  std::string_view next(std::string_view& in);

  Kind kind() const { return kind_; }
  /// The whole length where the head tells it.
  std::optional<std::uint64_t> length() const;
  bool done() const;
  /// The bytes were not what the framing allows.
  bool broken() const { return kind_ == Kind::kChunked && chunks_.state() == ChunkDecoder::State::kBad; }

 private:
  Kind kind_;
  std::uint64_t length_ = 0;
  std::uint64_t left_ = 0;
  ChunkDecoder chunks_;
};

}  // namespace prome::http
