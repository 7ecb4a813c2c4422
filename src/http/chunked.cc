#include "http/chunked.h"

#include <algorithm>

namespace prome::http {
namespace {

int hexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// A chunk of more digits than this (256 PiB) is a mistake or an attack.
constexpr int kMaxSizeDigits = 14;

bool isVisible(char c) {
  return static_cast<unsigned char>(c) >= 0x20 || c == '\t';
}

}  // namespace

bool ChunkDecoder::spendOverhead() {
  return ++overhead_ <= kMaxChunkOverhead;
}

/// Advances over one framing byte; false if it must not stand there.
bool ChunkDecoder::stepFraming(char c) {
  switch (step_) {
    case Step::kSize: {
      const int digit = hexValue(c);
      if (digit >= 0) {
        if (++digits_ > kMaxSizeDigits) return false;
        left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
        return true;
      }
      if (digits_ == 0) return false;
      if (c == '\r')
        step_ = Step::kSizeLf;
      else if (c == ';' || c == ' ' || c == '\t')
        step_ = Step::kExtension;
      else
        return false;
      return true;
    }
    case Step::kExtension:
      if (c == '\r') step_ = Step::kSizeLf;
      return c == '\r' || (isVisible(c) && spendOverhead());
    case Step::kSizeLf:
      step_ = left_ == 0 ? Step::kTrailer : Step::kData;
      return c == '\n';
    case Step::kDataCr:
      step_ = Step::kDataLf;
      return c == '\r';
    case Step::kDataLf:
      step_ = Step::kSize;
      digits_ = 0;
      left_ = 0;
      return c == '\n';
    case Step::kTrailer:
      step_ = c == '\r' ? Step::kLastLf : Step::kTrailerLine;
      return c == '\r' || (c != ' ' && c != '\t' && isVisible(c) && spendOverhead());
    case Step::kTrailerLine:
      if (c == '\r') step_ = Step::kTrailerLf;
      return c == '\r' || (isVisible(c) && spendOverhead());
    case Step::kTrailerLf:
      step_ = Step::kTrailer;
      return c == '\n';
    case Step::kLastLf:
      state_ = State::kDone;
      return c == '\n';
    case Step::kData:
      break;
  }
  return false;
}

std::string_view ChunkDecoder::next(std::string_view& in) {
  while (!in.empty() && state_ == State::kRunning) {
    if (step_ == Step::kData) {
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
      const auto payload = in.substr(0, size);
      in.remove_prefix(size);
      left_ -= size;
      if (left_ == 0) step_ = Step::kDataCr;
      return payload;
    }
    const char c = in.front();
    in.remove_prefix(1);
    if (!stepFraming(c)) state_ = State::kBad;
  }
  return {};
}

}  // namespace prome::http
