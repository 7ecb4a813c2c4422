// Sampler: says of each event in turn whether it belongs to the sample.
//
// The choices are those of a seed, one after the other: the same for the same seed and ratio. Thread-safe,
// never waits.
#pragma once

#include <atomic>
#include <cassert>
#include <cstdint>

namespace prome::verify {

class Sampler {
 public:
  explicit Sampler(std::uint64_t seed) : seed_(seed) {}

  /// The share of later events that is sampled: 0 none, 1 all.
  void setRatio(double ratio) {
    assert(ratio >= 0 && ratio <= 1);
    limit_.store(static_cast<std::uint64_t>(ratio * kScale), std::memory_order_relaxed);
  }

  bool next() {
    const std::uint64_t limit = limit_.load(std::memory_order_relaxed);
    if (limit == 0) return false;
    const std::uint64_t number = count_.fetch_add(1, std::memory_order_relaxed) + 1;
    return mixed(seed_ + number * 0x9E3779B97F4A7C15U) >> 11U < limit;
  }

 private:
  static constexpr double kScale = 9007199254740992.0;  // 2^53: what is left of 64 bits without the low 11

  /// The finalizer of SplitMix64.
  static std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
  }

  const std::uint64_t seed_;
  std::atomic<std::uint64_t> count_{0};
  std::atomic<std::uint64_t> limit_{0};
};

}  // namespace prome::verify
