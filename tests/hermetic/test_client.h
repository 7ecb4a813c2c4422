// TestClient: a raw socket to the router, and Answer: what came back, parsed as strictly as the standard
// allows.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "memory_shard.h"
#include "socket.h"

namespace prome::hermetic {

/// One answer, parsed as its bytes come.
class Answer {
 public:
  enum class Ending : std::uint8_t {
    kRunning,
    kWhole,  // as long as its framing says
    kCut,    // the connection ended or was reset before that
    kBad,    // not HTTP, or not what the framing allows
  };
  enum class Framing : std::uint8_t { kLength, kChunked, kClose };
  enum class To : std::uint8_t { kGet, kHead };

  explicit Answer(To to = To::kGet) : to_(to) {}

  int status = 0;
  std::string head;
  Fields fields;
  std::string body;
  std::uint64_t body_size = 0;
  Framing framing = Framing::kLength;
  std::size_t interim = 0;  // 1xx answers before this one
  Ending ending = Ending::kRunning;
  bool reset = false;  // ended by a reset
  /// Where set, takes the body's bytes, and `body` stays empty.
  std::function<void(std::string_view)> consume;

  bool whole() const { return ending == Ending::kWhole; }
  std::string field(std::string_view name) const { return onlyField(fields, name).value_or("<none>"); }
  /// The body without its gzip coding; "<bad gzip>" if it is not whole gzip.
  std::string unzipped() const;

  /// Takes bytes from the front of `in`; those behind the answer stay.
  void feed(std::string& in);
  /// The connection ended.
  void finish(bool by_reset);

 private:
  enum class Step : std::uint8_t { kHead, kBody, kChunkSize, kChunkData, kChunkEnd, kLastEnd };

  bool takeHead(std::string& in);
  bool takeChunkLine(std::string& in);
  void takeBody(std::string& in);
  void bad() { ending = Ending::kBad; }

  To to_;
  Step step_ = Step::kHead;
  std::uint64_t left_ = 0;
};

class TestClient {
 public:
  struct Options {
    int receive_buffer = 0;  // SO_RCVBUF; 0: the system's
  };

  explicit TestClient(std::uint16_t port) : TestClient(port, Options{}) {}
  TestClient(std::uint16_t port, const Options& options);

  /// False once the router has hung up.
  bool send(std::string_view bytes) { return sendAll(socket_.fd(), bytes); }
  /// Reads the next answer to its end. Still kRunning if that does not come in time.
  Answer answer(Answer::To to = Answer::To::kGet, Milliseconds patience = kPatience);
  /// Reads on until the body has so many bytes, or the answer has ended.
  void read(Answer& answer, std::uint64_t body_size, Milliseconds patience = kPatience);
  /// Reads on to the answer's end.
  void finish(Answer& answer, Milliseconds patience = kPatience);
  /// Request and answer.
  Answer ask(std::string_view request) {
    send(request);
    return answer();
  }
  /// True if the router closes within `patience` and sends nothing more before.
  bool awaitClose(Milliseconds patience = kPatience);
  /// True if a byte or the end is there already.
  bool readable() const { return awaitReadable(Milliseconds(0)); }
  /// Waits for that.
  bool awaitReadable(Milliseconds patience = kPatience) const;
  void close() { socket_.close(); }
  void reset() { socket_.reset(); }
  void finishSending();

 private:
  bool readMore(SteadyClock::time_point until, bool& by_reset);

  Socket socket_;
  std::string unread_;
};

std::string get(std::string_view target, std::string_view fields = {});
std::string post(std::string_view path, std::string_view body, std::string_view fields = {},
                 std::string_view content_type = "application/x-www-form-urlencoded");

}  // namespace prome::hermetic
