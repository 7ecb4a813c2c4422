// SeenSeries: which label sets have been met, by 128 bits of each, for answers in which equal ones may come
// from several shards.
//
// Bounded; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace prome::forward {

/// Label sets remembered in one answer (16 MiB, half of it empty).
inline constexpr std::size_t kMaxSeenSeries = 512u << 10;

class SeenSeries {
 public:
  explicit SeenSeries(std::size_t limit = kMaxSeenSeries) : limit_(limit) {}

  enum class Met : std::uint8_t { kNew, kAgain, kTooMany };
  Met meet(std::string_view key);

 private:
  struct Mark {
    std::uint64_t first = 0;
    std::uint64_t second = 0;

    friend bool operator==(const Mark&, const Mark&) = default;
  };

  Mark& slot(const Mark& mark);
  void grow();

  std::size_t limit_;
  std::vector<Mark> slots_;  // a power of two, no more than half of them taken
  std::size_t count_ = 0;
};

}  // namespace prome::forward
