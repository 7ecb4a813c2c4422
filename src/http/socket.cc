// Edge-triggered readiness.
//
// A read that fills less than its room has emptied the socket; what comes later raises a new edge. Only an
// end of stream that came together with the last bytes raises none, so that EPOLLRDHUP, once seen, keeps the
// socket readable. A write is always tried first by the caller; waitWritable() is for after EAGAIN, when the
// next edge is certain to come.
#include "http/socket.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <cerrno>
#include <utility>

namespace prome::http {

ReadySet::ReadySet(asio::io_context& io) : epoll_(io.get_executor(), epoll_create1(EPOLL_CLOEXEC)) {}

ReadySet::~ReadySet() = default;

void ReadySet::add(Socket& socket) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &socket;
  epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, socket.fd_, &event);
  ++members_;
  if (!awaiting_) await();
}

void ReadySet::remove(const Socket& socket) {
  --members_;
  for (std::size_t i = 0; i < batch_size_; ++i) {
    if (batch_[i] == &socket) batch_[i] = nullptr;
  }
}

void ReadySet::await() {
  awaiting_ = true;
  epoll_.async_wait(asio::posix::descriptor_base::wait_read, [this](ErrorCode error) {
    awaiting_ = false;
    if (error) return;
    handleBatch();
    if (members_ > 0 && !awaiting_) await();
  });
}

void ReadySet::handleBatch() {
  std::array<epoll_event, kBatch> events;
  const int count = epoll_wait(epoll_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  if (count <= 0) return;
  batch_size_ = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i < batch_size_; ++i) batch_[i] = static_cast<Socket*>(events[i].data.ptr);
  for (std::size_t i = 0; i < batch_size_; ++i) {
    if (batch_[i] != nullptr) batch_[i]->ready(events[i].events);
  }
  batch_size_ = 0;
  resumePutOff();
}

/// Resumes everyone who has been put off; who is put off meanwhile waits for the next batch or turn.
void ReadySet::resumePutOff() {
  std::swap(put_off_, resuming_);
  for (Waiter& waiter : resuming_) waiter();
  resuming_.clear();
}

Awaitable<void> ReadySet::endOfBatch() {
  return suspend([this](Waiter waiter) {
    // Outside of a batch (after a timer, a posted task) the turn of the loop is the batch.
    const bool first = put_off_.empty();
    put_off_.push_back(std::move(waiter));
    if (batch_size_ == 0 && first) asio::post(epoll_.get_executor(), [this] { resumePutOff(); });
  });
}

Socket::Socket(ReadySet& set, int fd) : set_(set), fd_(fd) {
  set_.add(*this);
}

Socket::~Socket() {
  close();
}

void Socket::close() {
  if (fd_ < 0) return;
  set_.remove(*this);
  ::close(fd_);
  fd_ = -1;
  // Whoever waits goes on later, not within the caller's own steps.
  for (Waiter* slot : {&reader_, &writer_}) {
    if (*slot) asio::post(set_.epoll_.get_executor(), std::exchange(*slot, nullptr));
  }
}

void Socket::ready(std::uint32_t events) {
  if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) hung_up_ = true;
  if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) readable_ = true;
  // Either resumption may destroy this socket; at most one of the two is waited for where that happens.
  Waiter reader = readable_ ? std::exchange(reader_, nullptr) : nullptr;
  Waiter writer =
      (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0 ? std::exchange(writer_, nullptr) : nullptr;
  if (reader) reader();
  if (writer) writer();
}

Socket::Tried Socket::tryRead(std::span<char> room, ErrorCode& error, std::size_t& size) {
  if (fd_ < 0) {
    error = asio::error::operation_aborted;
    return Tried::kDone;
  }
  if (!readable_) return Tried::kWait;
  ssize_t got = 0;
  do {
    got = ::recv(fd_, room.data(), room.size(), 0);
  } while (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
    readable_ = false;
    return Tried::kWait;
  }
  if (got < 0)
    error = ErrorCode(errno, asio::error::get_system_category());
  else if (got == 0)
    error = asio::error::eof;
  else
    size = static_cast<std::size_t>(got);
  readable_ = hung_up_ || got <= 0 || size == room.size();
  return Tried::kDone;
}

Awaitable<std::tuple<ErrorCode, std::size_t>> Socket::read(std::span<char> room) {
  ErrorCode error;
  std::size_t size = 0;
  while (tryRead(room, error, size) == Tried::kWait)
    co_await suspend([this](Waiter waiter) { reader_ = std::move(waiter); });
  co_return std::tuple(error, size);
}

Awaitable<bool> Socket::waitWritable() {
  if (fd_ < 0) co_return false;
  co_await suspend([this](Waiter waiter) { writer_ = std::move(waiter); });
  co_return fd_ >= 0;
}

}  // namespace prome::http
