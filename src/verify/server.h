// Server: asks one Prometheus-compatible server over HTTP and waits for the answer.
//
// For tools, not for serving: one blocking connection, kept between requests. Movable; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/error.h"
#include "verify/answer.h"
#include "verify/question.h"

namespace prome::verify {

/// The header an answer's grade is told by: exact, rounding or partial.
inline constexpr std::string_view kGradeHeader = "X-Prome-Route-Grade";
/// A larger body is an error.
inline constexpr std::size_t kMaxAnswerBytes = std::size_t{256} << 20U;
inline constexpr std::chrono::seconds kAnswerTimeout{120};

class Server {
 public:
  /// `url` is what stands before `/api/v1`: `http://127.0.0.1:9090`, with user and password if needed.
  explicit Server(std::string url);
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;

  /// Asks by POST. Errors: kUnavailable where nothing comes back, kTimeout where it does not in time,
  /// kInternal where it is no answer of Prometheus' form. What the server itself answers as an error is an
  /// Answer.
  Result<Answer> ask(const Question& question);

  struct Reply {
    int status = 0;
    std::string body;
    std::string grade;  // as the header says it
  };
  /// A POST of `parameters` to `path`, whatever is answered. Errors: kUnavailable, kTimeout.
  Result<Reply> post(const std::string& path, const Parameters& parameters);

 private:
  struct Connection;
  std::unique_ptr<Connection> connection_;
};

}  // namespace prome::verify
