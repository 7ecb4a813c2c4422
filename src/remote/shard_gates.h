// ShardGates: how many questions of evaluated queries one loop has under way to each shard.
//
// Belongs to one event loop.
#pragma once

#include <cstddef>
#include <deque>
#include <unordered_map>

#include "http/signal.h"
#include "topology/shard_map.h"

namespace prome::remote {

/// Questions to one shard at once, of one loop.
inline constexpr std::size_t kMaxQuestionsPerShard = 32;

class ShardGates {
 public:
  explicit ShardGates(http::Executor executor, std::size_t questions_per_shard = kMaxQuestionsPerShard)
      : executor_(std::move(executor)), questions_per_shard_(questions_per_shard) {}

  /// A question on its way through; leaves when it is destroyed.
  class Pass {
   public:
    Pass(ShardGates& gates, topology::ShardId shard)
        : gates_(gates), shard_(shard), signal_(gates.executor_) {}
    ~Pass();
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

    /// Returns once there is room, or hurry() was called.
    http::Awaitable<void> enter();
    /// The answer is being waited for: goes in whatever the number.
    void hurry();

   private:
    friend class ShardGates;
    ShardGates& gates_;
    const topology::ShardId shard_;
    http::Signal signal_;
    bool in_ = false;
    bool hurried_ = false;
  };

 private:
  struct Gate {
    std::size_t inside = 0;
    std::deque<Pass*> waiting;
  };

  http::Executor executor_;
  const std::size_t questions_per_shard_;
  std::unordered_map<topology::ShardId, Gate> gates_;
};

}  // namespace prome::remote
