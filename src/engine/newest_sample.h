// The newest of ascending times not after a reference that only grows. One walk for all steps of a series.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace prome::engine {

/// The times must outlive it.
class NewestSample {
 public:
  explicit NewestSample(std::span<const std::int64_t> times) : times_(times) {}

  /// Moves to the newest sample with t <= `reference`; false if there is none.
  bool moveTo(std::int64_t reference) {
    while (next_ < times_.size() && times_[next_] <= reference) ++next_;
    return next_ > 0;
  }
  std::size_t index() const { return next_ - 1; }
  std::int64_t time() const { return times_[next_ - 1]; }

 private:
  std::span<const std::int64_t> times_;
  std::size_t next_ = 0;
};

}  // namespace prome::engine
