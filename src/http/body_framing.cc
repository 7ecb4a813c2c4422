#include "http/body_framing.h"

#include <algorithm>

namespace prome::http {
namespace {

BodyFraming::Kind kindOf(const ResponseHead& head) {
  if (head.status == 204 || head.status == 304) return BodyFraming::Kind::kLength;
  if (head.chunked) return BodyFraming::Kind::kChunked;
  return head.has_content_length ? BodyFraming::Kind::kLength : BodyFraming::Kind::kUntilClose;
}

}  // namespace

BodyFraming::BodyFraming(const ResponseHead& head) : kind_(kindOf(head)) {
  if (kind_ == Kind::kLength && head.status != 204 && head.status != 304) length_ = head.content_length;
  left_ = length_;
}

std::string_view BodyFraming::next(std::string_view& in) {
  if (kind_ == Kind::kChunked) {
    std::string_view run;
    while (run.empty() && !in.empty() && chunks_.state() == ChunkDecoder::State::kRunning)
      run = chunks_.next(in);
    return run;
  }
  const std::size_t size = kind_ == Kind::kUntilClose
                               ? in.size()
                               : static_cast<std::size_t>(std::min<std::uint64_t>(left_, in.size()));
  const auto run = in.substr(0, size);
  in.remove_prefix(size);
  if (kind_ == Kind::kLength) left_ -= size;
  return run;
}

std::optional<std::uint64_t> BodyFraming::length() const {
  return kind_ == Kind::kLength ? std::optional(length_) : std::nullopt;
}

bool BodyFraming::done() const {
  switch (kind_) {
    case Kind::kLength:
      return left_ == 0;
    case Kind::kChunked:
      return chunks_.state() == ChunkDecoder::State::kDone;
    case Kind::kUntilClose:
      return false;
  }
  return false;
}

}  // namespace prome::http
