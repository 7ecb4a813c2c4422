// Counts samples against max-samples as Prometheus' depth-first evaluator would.
//
// Prometheus evaluates a node's arguments one after the other, holds their samples, evaluates the node beside
// them, and then holds only the node's own. Operators here stream and hold less, but the limit is a promise
// to users ("query processing would load too many samples into memory in query execution"), so the ledger
// works out from each node's counts what Prometheus would have held at its worst moment:
//   peak(node) = max( max_i( total(arg_1) + ... + total(arg_{i-1}) + peak(arg_i) ), sum_i total(arg_i) +
//   own(node) )
// Counts only grow, so the figure is a lower bound at any time and the query can be stopped early.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace prome::engine {

class SampleLedger {
 public:
  using Node = std::uint32_t;
  static constexpr Node kRoot = 0;
  static constexpr Node kUncounted = ~Node{0};  // for operators that only pass on what another counted

  explicit SampleLedger(std::size_t max_samples) : max_samples_(max_samples), nodes_(1) {}

  /// A node under `parent`; arguments are added in the order Prometheus evaluates them.
  Node add(Node parent);

  /// `samples` more in the result of `node`; throws EvaluationStopped where the limit is passed.
  void count(Node node, std::size_t samples);
  /// `samples` held beside the results for a moment (a range window): only the largest counts.
  void hold(Node node, std::size_t samples);

  /// Samples Prometheus would have held at its worst moment.
  std::size_t peak() const { return peakOf(kRoot); }

 private:
  struct Entry {
    std::size_t own = 0;
    std::size_t held = 0;
    std::vector<Node> arguments;
  };

  std::size_t peakOf(Node node) const;
  void check();

  const std::size_t max_samples_;
  std::size_t unchecked_ = 0;
  std::size_t slack_ = 0;  // samples that cannot pass the limit whatever node they fall on
  std::vector<Entry> nodes_;
};

}  // namespace prome::engine
