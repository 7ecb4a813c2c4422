#include "engine/sample_ledger.h"

#include <algorithm>

#include "engine/memory_budget.h"

namespace prome::engine {

SampleLedger::Node SampleLedger::add(Node parent) {
  const auto node = static_cast<Node>(nodes_.size());
  nodes_.emplace_back();
  nodes_[parent].arguments.push_back(node);
  return node;
}

void SampleLedger::count(Node node, std::size_t samples) {
  if (node == kUncounted) return;
  nodes_[node].own += samples;
  unchecked_ += samples;
  if (unchecked_ > slack_) check();
}

void SampleLedger::hold(Node node, std::size_t samples) {
  if (node == kUncounted) return;
  Entry& entry = nodes_[node];
  if (samples <= entry.held) return;
  unchecked_ += samples - entry.held;
  entry.held = samples;
  if (unchecked_ > slack_) check();
}

std::size_t SampleLedger::peakOf(Node node) const {
  const Entry& entry = nodes_[node];
  std::size_t before = 0;
  std::size_t peak = 0;
  for (const Node argument : entry.arguments) {
    peak = std::max(peak, before + peakOf(argument));
    before += nodes_[argument].own;
  }
  return std::max(peak, before + entry.own + entry.held);
}

// Any sample adds at most one to the peak, so as many as are left below the limit need no second look.
void SampleLedger::check() {
  const std::size_t held = peak();
  if (held > max_samples_) {
    throw EvaluationStopped({ErrorKind::kExecution,
                             "query processing would load too many samples into memory in query execution"});
  }
  unchecked_ = 0;
  slack_ = max_samples_ - held;
}

}  // namespace prome::engine
