// ShardBody: a shard's answer over HTTP, as a concatenation reads it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "forward/answer_body.h"
#include "remote/shard_answer.h"

namespace prome::api {

/// What an answer says whose series were more than `limit`.
inline constexpr std::string_view kTruncated = "results truncated due to limit";

class ShardBody final : public forward::AnswerBody {
 public:
  ShardBody(const remote::ShardPort& port, const remote::RemoteShard& shard, remote::ShardQuestion question)
      : answer_(port, shard, std::move(question)) {}

  http::Awaitable<std::optional<Error>> open() override { return answer_.open(); }
  http::Awaitable<Result<std::string_view>> read() override { return answer_.read(); }
  void cancel() override { answer_.cancel(); }
  std::string name() const override { return answer_.name(); }

 private:
  remote::ShardAnswer answer_;
};

}  // namespace prome::api
