// What both ends of the hermetic tests share: plain blocking sockets on 127.0.0.1 and bounded waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace prome::hermetic {

using Milliseconds = std::chrono::milliseconds;
using SteadyClock = std::chrono::steady_clock;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

/// The longest that a test waits for something that must happen. Nothing waits so long in a test that passes.
inline constexpr Milliseconds kPatience{kSanitized ? 20'000 : 10'000};

/// A socket, closed with its owner.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  int fd() const { return fd_; }
  bool open() const { return fd_ >= 0; }
  void close();
  /// Closes so that the peer sees a reset in place of an end.
  void reset();

 private:
  int fd_ = -1;
};

/// Sends all of `bytes`; false once the peer is gone.
bool sendAll(int fd, std::string_view bytes);

/// Waits for any of poll(2)'s `events`. False if none comes in time.
bool awaitEvents(int fd, short events, Milliseconds patience);

/// Something that happens once, and those who wait for it.
class Event {
 public:
  void set() {
    const std::lock_guard lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  /// False if it does not happen in time.
  [[nodiscard]] bool await(Milliseconds patience = kPatience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace prome::hermetic
