// LogAllowance: how many lines of one kind may be logged in a while, and how many were not.
//
// Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

namespace prome::verify {

class LogAllowance {
 public:
  using Clock = std::chrono::steady_clock;

  LogAllowance(std::uint64_t lines, Clock::duration window) : lines_(lines), window_(window) {}

  /// How many lines were left out since the last one; nothing where this one is to be left out too.
  std::optional<std::uint64_t> take(Clock::time_point now) {
    const std::lock_guard lock(mutex_);
    if (used_ == 0 || now - began_ >= window_) {
      began_ = now;
      used_ = 0;
    }
    if (used_ >= lines_) {
      ++left_out_;
      return std::nullopt;
    }
    ++used_;
    const std::uint64_t out = left_out_;
    left_out_ = 0;
    return out;
  }

 private:
  const std::uint64_t lines_;
  const Clock::duration window_;
  std::mutex mutex_;
  Clock::time_point began_;
  std::uint64_t used_ = 0;
  std::uint64_t left_out_ = 0;
};

}  // namespace prome::verify
