// OracleHealth: whether the oracle can be asked, and how long it is left alone where it cannot.
//
// Thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <mutex>

namespace prome::verify {

/// After the first failure, doubled by each further one.
inline constexpr std::chrono::seconds kFirstPause{1};
inline constexpr std::chrono::seconds kLongestPause{60};

class OracleHealth {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether it has only now come to be so, and is to be told.
  enum class News : std::uint8_t { kNone, kChanged };

  News failed(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    const bool was_up = pause_.count() == 0;
    if (now < quiet_until_) return News::kNone;  // asked before the last failure was known
    pause_ = was_up ? kFirstPause : std::min(pause_ * 2, kLongestPause);
    quiet_until_ = now + pause_;
    return was_up ? News::kChanged : News::kNone;
  }

  News answered() {
    const std::lock_guard lock(mutex_);
    const bool was_up = pause_.count() == 0;
    pause_ = {};
    quiet_until_ = {};
    return was_up ? News::kNone : News::kChanged;
  }

  /// It is not asked before this.
  Clock::time_point quietUntil() const {
    const std::lock_guard lock(mutex_);
    return quiet_until_;
  }

 private:
  mutable std::mutex mutex_;
  std::chrono::seconds pause_{0};  // 0 while it is up
  Clock::time_point quiet_until_;
};

}  // namespace prome::verify
