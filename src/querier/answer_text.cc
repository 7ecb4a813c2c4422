#include "querier/answer_text.h"

#include <algorithm>
#include <cassert>

namespace prome::querier {
namespace {

/// Bytes copied of a piece at first, enough for a sample; the more an item takes, the more are copied next.
constexpr std::size_t kFirstCopy = 128;

}  // namespace

void AnswerText::feed(std::string_view bytes) {
  assert(copying_ ? appended_ == piece_.size() : at_ == end_);
  piece_ = bytes;
  appended_ = 0;
  if (copying_ && at_ != end_) {
    copy_.erase(0, static_cast<std::size_t>(at_ - copy_.data()));
    append(std::min(bytes.size(), std::max(copy_.size(), kFirstCopy)));
    return;
  }
  copying_ = false;
  at_ = bytes.data();
  end_ = at_ + bytes.size();
}

void AnswerText::take(const char* at) {
  assert(at_ <= at && at <= end_);
  taken_ += static_cast<std::uint64_t>(at - at_);
  at_ = at;
  if (!copying_) return;
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (left > appended_) return;
  copying_ = false;
  at_ = piece_.data() + (appended_ - left);
  end_ = piece_.data() + piece_.size();
}

bool AnswerText::lengthen() {
  if (copying_) {
    if (appended_ == piece_.size()) return false;
    append(std::min(piece_.size() - appended_, copy_.size()));
    return true;
  }
  if (at_ == end_) return false;
  copying_ = true;
  copy_.clear();
  const std::string_view rest = piece_.substr(static_cast<std::size_t>(at_ - piece_.data()));
  appended_ = piece_.size() - rest.size();
  append(rest.size());
  return false;
}

/// Copies the next bytes of the piece; the window is all of the copy.
void AnswerText::append(std::size_t bytes) {
  const std::size_t needed = copy_.size() + bytes;
  if (needed > claimed_) {
    claim_.add(std::max(needed, 2 * claimed_) - claimed_);
    claimed_ = std::max(needed, 2 * claimed_);
    copy_.reserve(claimed_);
  }
  copy_.append(piece_.substr(appended_, bytes));
  appended_ += bytes;
  at_ = copy_.data();
  end_ = at_ + copy_.size();
}

}  // namespace prome::querier
