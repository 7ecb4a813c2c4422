// SpareHeads: heads of answers, used again. They are large: 128 fields lie in each.
//
// Belongs to one event loop.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "http/message.h"

namespace prome::http {

class SpareHeads {
 public:
  static constexpr std::size_t kMaxSpare = 128;

  /// What it holds is whatever its last user left, or nothing defined.
  std::unique_ptr<ResponseHead> take() {
    if (spare_.empty()) return std::make_unique_for_overwrite<ResponseHead>();
    auto head = std::move(spare_.back());
    spare_.pop_back();
    return head;
  }
  void giveBack(std::unique_ptr<ResponseHead> head) {
    if (spare_.size() < kMaxSpare) spare_.push_back(std::move(head));
  }

 private:
  std::vector<std::unique_ptr<ResponseHead>> spare_;
};

}  // namespace prome::http
