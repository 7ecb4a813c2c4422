#include "http/watchdog.h"

#include <poll.h>

#include <cassert>

namespace prome::http {

void Watch::arm(Clock::time_point deadline, Pace pace) {
  deadline_ = deadline;
  if (armed_ && pace_ == pace) return;
  if (armed_) watchdog_.unlink(*this);
  pace_ = pace;
  watchdog_.link(*this);
}

void Watch::disarm() {
  if (armed_) watchdog_.unlink(*this);
}

Watchdog::Watchdog(Executor executor) : fast_(executor), slow_(executor) {}

Watchdog::~Watchdog() {
  assert(fast_.first == nullptr && slow_.first == nullptr);
}

void Watchdog::link(Watch& watch) {
  List& in = list(watch.pace_);
  watch.previous_ = nullptr;
  watch.next_ = in.first;
  if (in.first != nullptr) in.first->previous_ = &watch;
  in.first = &watch;
  watch.armed_ = true;
  if (!in.ticking) schedule(in, watch.pace_ == Watch::Pace::kFast ? kFastTick : kSlowTick);
}

void Watchdog::unlink(Watch& watch) {
  List& in = list(watch.pace_);
  (watch.previous_ != nullptr ? watch.previous_->next_ : in.first) = watch.next_;
  if (watch.next_ != nullptr) watch.next_->previous_ = watch.previous_;
  watch.armed_ = false;
  for (Due& due : due_) {
    if (due.watch == &watch) due.watch = nullptr;
  }
}

void Watchdog::schedule(List& in, std::chrono::milliseconds tick) {
  in.ticking = true;
  in.timer.expires_after(tick);
  in.timer.async_wait([this, &in, tick](ErrorCode error) {
    if (error) return;
    in.ticking = false;
    collectExpired(in, Clock::now());
    if (&in == &fast_) collectGone();
    fireCollected();
    if (in.first != nullptr && !in.ticking) schedule(in, tick);
  });
}

void Watchdog::collectExpired(List& in, Clock::time_point now) {
  for (Watch* watch = in.first; watch != nullptr; watch = watch->next_) {
    if (watch->deadline_ <= now) due_.push_back({watch, Watch::Cause::kDeadline});
  }
}

void Watchdog::collectGone() {
  std::vector<pollfd> polls;
  std::vector<Watch*> owners;
  for (Watch* watch = fast_.first; watch != nullptr; watch = watch->next_) {
    if (watch->client_fd_ < 0) continue;
    polls.push_back({.fd = watch->client_fd_, .events = POLLRDHUP, .revents = 0});
    owners.push_back(watch);
  }
  if (polls.empty() || ::poll(polls.data(), polls.size(), 0) <= 0) return;
  for (std::size_t i = 0; i < polls.size(); ++i) {
    if ((polls[i].revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0) {
      due_.push_back({owners[i], Watch::Cause::kClientGone});
    }
  }
}

void Watchdog::fireAll() {
  collectExpired(fast_, Clock::time_point::max());
  collectExpired(slow_, Clock::time_point::max());
  fireCollected();
}

void Watchdog::fireCollected() {
  // fire() may disarm or destroy any watch; unlink() nulls its entries here.
  for (std::size_t i = 0; i < due_.size(); ++i) {
    Watch* const watch = due_[i].watch;
    if (watch == nullptr) continue;
    const auto cause = due_[i].cause;
    unlink(*watch);
    watch->fire(cause);
  }
  due_.clear();
}

}  // namespace prome::http
