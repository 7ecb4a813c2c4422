// Samples of a run that differ in some way from the one before them. Used by one thread.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace prome::engine {

/// Looked for once a run; windows that only move forwards then find theirs without looking again.
class PairMarks {
 public:
  /// Marks every sample `i` of `samples` with marked(i), which sees it beside i - 1.
  template <class Marked>
  void find(std::size_t samples, Marked marked) {
    marks_.clear();
    at_ = 0;
    for (std::size_t i = 1; i < samples; ++i) {
      if (marked(i)) marks_.push_back(i);
    }
  }

  /// The marks whose sample and the one before it are among the `count` samples from `first`.
  std::span<const std::size_t> within(std::size_t first, std::size_t count) {
    while (at_ < marks_.size() && marks_[at_] <= first) ++at_;
    std::size_t past = at_;
    while (past < marks_.size() && marks_[past] < first + count) ++past;
    return {marks_.data() + at_, past - at_};
  }

 private:
  std::vector<std::size_t> marks_;
  std::size_t at_ = 0;
};

}  // namespace prome::engine
