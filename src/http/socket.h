// Socket: a non-blocking TCP socket of one event loop, and ReadySet, which tells when it can be read or
// written.
//
// Asio tries each read before it waits, and the try fails on nearly every request of a kept-alive connection:
// two system calls in six. A Socket knows from its last read whether more can be there, and waits without
// asking. All sockets of a loop stand in one edge-triggered epoll set, which stands, as one descriptor, in
// Asio's own.
//
// Not thread-safe. A Socket may be closed or destroyed while a coroutine waits on it; the wait then fails.
#pragma once

#include <array>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "http/asio.h"
#include "http/suspend.h"

namespace prome::http {

class Socket;

class ReadySet {
 public:
  explicit ReadySet(asio::io_context& io);
  ~ReadySet();
  ReadySet(const ReadySet&) = delete;
  ReadySet& operator=(const ReadySet&) = delete;

  /// Waits until the events found ready together with the current one have been handled. Writes that are put
  /// off to then go out in a row, which finds a peer on another core awake: it is woken once a batch, not
  /// once a write.
  Awaitable<void> endOfBatch();

 private:
  friend class Socket;
  static constexpr std::size_t kBatch = 256;

  void add(Socket& socket);
  void remove(const Socket& socket);
  void await();
  void handleBatch();
  void resumePutOff();

  asio::posix::basic_stream_descriptor<Executor> epoll_;
  std::size_t members_ = 0;
  bool awaiting_ = false;
  std::array<Socket*, kBatch> batch_{};  // sockets of the batch being handled; removed ones are nulled
  std::size_t batch_size_ = 0;
  std::vector<Waiter> put_off_;  // those that wait for the end of the batch
  std::vector<Waiter> resuming_;
};

class Socket {
 public:
  /// Takes over `fd`, a connected or connecting non-blocking socket.
  Socket(ReadySet& set, int fd);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool isOpen() const { return fd_ >= 0; }
  int fd() const { return fd_; }
  /// False if nothing has come since the last read that emptied the socket. Costs no system call.
  bool maybeReadable() const { return readable_; }
  /// Closes at once; a waiting read or write fails with operation_aborted.
  void close();

  /// Reads at least one byte; eof or another error otherwise.
  Awaitable<std::tuple<ErrorCode, std::size_t>> read(std::span<char> room);
  /// Waits until the socket may take bytes (or has failed). False once it is closed.
  Awaitable<bool> waitWritable();

 private:
  friend class ReadySet;
  enum class Tried : std::uint8_t { kDone, kWait };
  Tried tryRead(std::span<char> room, ErrorCode& error, std::size_t& size);
  void ready(std::uint32_t events);

  ReadySet& set_;
  int fd_;
  bool readable_ = true;  // a read may find something
  bool hung_up_ = false;  // the peer's end has come: every read tells
  Waiter reader_;
  Waiter writer_;
};

}  // namespace prome::http
