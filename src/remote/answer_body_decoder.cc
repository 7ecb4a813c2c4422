#include "remote/answer_body_decoder.h"

namespace prome::remote {

std::optional<AnswerBodyDecoder::Coding> AnswerBodyDecoder::codingOf(const http::ResponseHead& head) {
  const auto encoding = head.find(http::FieldName::kContentEncoding).value_or("");
  if (encoding.empty() || http::equalsNoCase(encoding, "identity")) return Coding::kIdentity;
  if (http::equalsNoCase(encoding, "gzip") || http::equalsNoCase(encoding, "x-gzip")) return Coding::kGzip;
  return std::nullopt;
}

void AnswerBodyDecoder::begin(const http::ResponseHead& head, Coding coding) {
  framing_.emplace(head);
  inflate_.reset();
  if (coding == Coding::kGzip) inflate_ = std::make_unique<http::GzipDecoder>();
  packed_ = {};
  filled_ = 0;
  block_full_ = false;
  inflate_full_ = false;
  problem_ = {};
}

/// The next piece of packed_; kNeedsBytes where there is none.
AnswerBodyDecoder::Step AnswerBodyDecoder::inflate(std::string_view& run) {
  if (!inflated_) inflated_.emplace(buffers_.take());
  const auto block = inflated_->bytes();
  if (block_full_) filled_ = 0;
  const auto room = block.subspan(filled_);
  const std::size_t size = inflate_->decode(packed_, room.data(), room.size());
  run = {room.data(), size};
  filled_ += size;
  block_full_ = filled_ == block.size();
  inflate_full_ = size == room.size();
  using State = http::GzipDecoder::State;
  if (inflate_->state() == State::kBad) {
    problem_ = "answer is not valid gzip";
    return Step::kBroken;
  }
  if (inflate_->state() == State::kDone && !packed_.empty()) {
    problem_ = "answer goes on behind its gzip stream";
    return Step::kBroken;
  }
  return size > 0 ? Step::kRun : Step::kNeedsBytes;
}

AnswerBodyDecoder::Step AnswerBodyDecoder::next(std::string_view& bytes, std::string_view& run) {
  while (true) {
    if (inflate_ != nullptr && (!packed_.empty() || inflate_full_)) {
      const Step step = inflate(run);
      if (step != Step::kNeedsBytes) return step;
    } else if (framing_->done()) {
      return Step::kDone;
    } else if (framing_->broken()) {
      problem_ = "answer has a malformed chunk";
      return Step::kBroken;
    } else if (bytes.empty()) {
      return Step::kNeedsBytes;
    } else {
      std::string_view payload = framing_->next(bytes);
      if (inflate_ != nullptr) {
        packed_ = payload;
      } else if (!payload.empty()) {
        run = payload;
        return Step::kRun;
      }
    }
  }
}

}  // namespace prome::remote
