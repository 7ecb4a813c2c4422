// AnswerBody: the body of one shard's answer, as a coroutine of the event loop reads it. The seam between
// Concatenation and the shards: HTTP behind it in the router, a script in tests.
//
// Belongs to one event loop; one reader. Every wait holds an armed Watch. Destroying it ends what is under
// way.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "http/asio.h"

namespace prome::forward {

class AnswerBody {
 public:
  virtual ~AnswerBody() = default;

  /// Asks; returns when the head of a success has come, or the error: the shard's own, kUnavailable,
  /// kTimeout.
  virtual http::Awaitable<std::optional<Error>> open() = 0;
  /// The next bytes of the plain body; none at its end. They stay until the next read().
  virtual http::Awaitable<Result<std::string_view>> read() = 0;
  /// Whatever waits fails soon, all that follows at once.
  virtual void cancel() = 0;
  /// For messages: `shard "a" (http://...)`.
  virtual std::string name() const = 0;
};

}  // namespace prome::forward
