// Deadlines and vanished clients, checked a few times a second per event loop.
//
// A timer per operation would cost system calls on every request. Instead each connection and each query in
// flight owns one Watch, an entry of an intrusive list; arming it again is a store. The loop walks the lists
// on a coarse tick: the fast list (queries in flight) every kFastTick, the slow list (idle connections) every
// kSlowTick. Where a Watch names a client socket, the same tick asks the kernel, for all of them in one
// poll(2), whether that client has hung up, so that its shard's request can be cancelled.
//
// Belongs to one event loop; not thread-safe. No tick runs while nothing is watched.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "http/asio.h"

namespace prome::http {

inline constexpr std::chrono::milliseconds kFastTick{20};
inline constexpr std::chrono::milliseconds kSlowTick{1000};

class Watchdog;

/// One watched activity. Derive and override fire(); it is called at most once per arming, from the loop.
class Watch {
 public:
  enum class Pace : std::uint8_t { kFast, kSlow };
  enum class Cause : std::uint8_t { kDeadline, kClientGone };

  explicit Watch(Watchdog& watchdog) : watchdog_(watchdog) {}
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  virtual ~Watch() { disarm(); }

  /// Sets the deadline; replaces an earlier one.
  void arm(Clock::time_point deadline, Pace pace);
  void disarm();
  /// Also fire (kClientGone) once the peer of `fd` has closed or reset; -1 stops it. Fast pace only.
  void watchClient(int fd) { client_fd_ = fd; }

 protected:
  virtual void fire(Cause cause) = 0;

 private:
  friend class Watchdog;

  Watchdog& watchdog_;
  Watch* previous_ = nullptr;
  Watch* next_ = nullptr;
  Clock::time_point deadline_{};
  int client_fd_ = -1;
  Pace pace_ = Pace::kFast;
  bool armed_ = false;
};

class Watchdog {
 public:
  explicit Watchdog(Executor executor);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Fires every armed watch as if its deadline had passed: the end of a forced drain.
  void fireAll();

 private:
  friend class Watch;

  struct List {
    explicit List(Executor executor) : timer(executor) {}

    Watch* first = nullptr;
    Timer timer;
    bool ticking = false;
  };

  List& list(Watch::Pace pace) { return pace == Watch::Pace::kFast ? fast_ : slow_; }
  void link(Watch& watch);
  void unlink(Watch& watch);
  void schedule(List& list, std::chrono::milliseconds tick);
  void collectExpired(List& list, Clock::time_point now);
  void collectGone();
  void fireCollected();

  List fast_;
  List slow_;
  struct Due {
    Watch* watch;
    Watch::Cause cause;
  };
  std::vector<Due> due_;  // watches to fire in this tick; an unlinked one is nulled
};

}  // namespace prome::http
