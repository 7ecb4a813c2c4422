#include "remote/shard_gates.h"

#include <algorithm>

namespace prome::remote {

http::Awaitable<void> ShardGates::Pass::enter() {
  Gate& gate = gates_.gates_[shard_];
  if (gate.inside >= gates_.questions_per_shard_ && !hurried_) {
    gate.waiting.push_back(this);
    co_await signal_.wait();
    co_return;  // whoever told us has counted us in
  }
  ++gate.inside;
  in_ = true;
}

void ShardGates::Pass::hurry() {
  hurried_ = true;
  const auto entry = gates_.gates_.find(shard_);
  if (entry == gates_.gates_.end()) return;
  Gate& gate = entry->second;
  const auto at = std::ranges::find(gate.waiting, this);
  if (at == gate.waiting.end()) return;
  gate.waiting.erase(at);
  ++gate.inside;
  in_ = true;
  signal_.notify();
}

ShardGates::Pass::~Pass() {
  const auto entry = gates_.gates_.find(shard_);
  if (entry == gates_.gates_.end()) return;
  Gate& gate = entry->second;
  std::erase(gate.waiting, this);
  if (!in_) return;
  --gate.inside;
  if (!gate.waiting.empty() && gate.inside < gates_.questions_per_shard_) {
    Pass* next = gate.waiting.front();
    gate.waiting.pop_front();
    ++gate.inside;
    next->in_ = true;
    next->signal_.notify();
  }
  if (gate.inside == 0 && gate.waiting.empty()) gates_.gates_.erase(entry);
}

}  // namespace prome::remote
