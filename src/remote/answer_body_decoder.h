// AnswerBodyDecoder: the plain body of a shard's answer from the bytes that come: framing off, inflated.
//
// One object an answer at a time; it keeps no bytes but one block of inflated ones. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/body_framing.h"
#include "http/gzip.h"
#include "http/loop.h"
#include "http/message.h"

namespace prome::remote {

class AnswerBodyDecoder {
 public:
  explicit AnswerBodyDecoder(http::BufferPool& buffers) : buffers_(buffers) {}

  /// Is the body plain, or gzip? Another coding's name is the error.
  enum class Coding : std::uint8_t { kIdentity, kGzip };
  static std::optional<Coding> codingOf(const http::ResponseHead& head);

  /// The next answer. With kIdentity its bytes are given as they are coded.
  void begin(const http::ResponseHead& head, Coding coding);

  enum class Step : std::uint8_t { kRun, kNeedsBytes, kDone, kBroken };
  /// Takes from the front of `bytes` and gives the next run, never empty. It lies in `bytes` or, behind those
  /// before it, in the block. Runs of `bytes` must stay until they have been given whole.
  Step next(std::string_view& bytes, std::string_view& run);
  /// May next() write over the runs it gave?
  bool overwrites() const { return block_full_; }

  /// What is wrong, behind kBroken.
  std::string_view problem() const { return problem_; }
  const http::BodyFraming& framing() const { return *framing_; }
  bool inflates() const { return inflate_ != nullptr; }
  /// Has the compressed stream come to its end? True where there is none.
  bool streamWhole() const {
    return inflate_ == nullptr || inflate_->state() == http::GzipDecoder::State::kDone;
  }

 private:
  Step inflate(std::string_view& run);

  http::BufferPool& buffers_;
  std::optional<http::BodyFraming> framing_;
  std::unique_ptr<http::GzipDecoder> inflate_;
  std::optional<http::BufferPool::Block> inflated_;
  std::string_view packed_;  // payload not yet inflated
  std::size_t filled_ = 0;   // bytes of the block
  bool block_full_ = false;
  bool inflate_full_ = false;  // the inflater may hold more without more input
  std::string_view problem_;
};

}  // namespace prome::remote
