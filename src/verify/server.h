// Server: asks one Prometheus-compatible server over HTTP and waits for the answer.
//
// For tools and threads of their own, not for an event loop: one blocking connection, kept between requests.
// Movable; not thread-safe but for cancel().
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "topology/shard.h"
#include "verify/answer.h"
#include "verify/question.h"

namespace prome::verify {

/// The header an answer's grade is told by: exact, rounding or partial.
inline constexpr std::string_view kGradeHeader = "X-Prome-Route-Grade";

/// Whether the proxy is used that the environment names (http_proxy and its like).
enum class Proxy : std::uint8_t { kOfEnvironment, kNone };

struct ServerOptions {
  std::string url;  // what stands before `/api/v1`: `http://127.0.0.1:9090`, with user and password if needed
  std::chrono::milliseconds timeout{120'000};              // of a whole question
  std::size_t max_answer_bytes = std::size_t{256} << 20U;  // a larger body is an error
  topology::RequestOptions request = {};
  Proxy proxy = Proxy::kOfEnvironment;
};

class Server {
 public:
  explicit Server(ServerOptions options);
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;

  /// Asks by POST; `authorization` is sent where the options forward a client's. Errors: kUnavailable where
  /// nothing comes back, kTimeout where it does not in time, kExecution where it is too large, kCanceled
  /// after cancel(), kInternal where it is no answer of Prometheus' form. What the server itself answers as
  /// an error is an Answer.
  Result<Answer> ask(const Question& question, const std::string& authorization = {});
  /// Makes ask() fail, from now on and the one that waits. From any thread.
  void cancel();

  struct Reply {
    int status = 0;
    std::string body;
    std::string grade;  // as the header says it
  };
  /// A POST of `parameters` to `path`, whatever is answered. Errors: kUnavailable, kTimeout.
  Result<Reply> post(const std::string& path, const Parameters& parameters);

 private:
  class Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace prome::verify
