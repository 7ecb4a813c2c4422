// A binary heap that moves its elements exactly as Go's container/heap does, so that of equal values the same
// ones survive; and the order of the values in an answer. Pure.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace prome::engine {

struct RankedValue {
  double value = 0;
  std::uint32_t owner = 0;  // the series it is of, numbered as the caller likes
};

enum class Best : std::uint8_t { kGreatest, kLeast };

/// Ranks before in a heap whose top is the worst. A NaN is worse than anything, another NaN included.
template <Best best>
bool isWorse(double a, double b) {
  return std::isnan(a) || (best == Best::kGreatest ? a < b : a > b);
}

/// Takes `value` in place of `top`, the worst of a full heap?
template <Best best>
bool replacesTop(double value, double top) {
  const bool better = best == Best::kGreatest ? top < value : top > value;
  return better || (std::isnan(top) && !std::isnan(value));
}

/// Moves the last element, which is new, up to its place.
template <Best best>
void siftUp(std::span<RankedValue> heap) {
  std::size_t at = heap.size() - 1;
  while (at > 0) {
    const std::size_t parent = (at - 1) / 2;
    if (!isWorse<best>(heap[at].value, heap[parent].value)) return;
    std::swap(heap[at], heap[parent]);
    at = parent;
  }
}

/// Moves the top, which has been replaced, down to its place.
template <Best best>
void siftDown(std::span<RankedValue> heap) {
  std::size_t at = 0;
  while (true) {
    std::size_t child = 2 * at + 1;
    if (child >= heap.size()) return;
    if (child + 1 < heap.size() && isWorse<best>(heap[child + 1].value, heap[child].value)) ++child;
    if (!isWorse<best>(heap[child].value, heap[at].value)) return;
    std::swap(heap[at], heap[child]);
    at = child;
  }
}

/// How `value` takes the place of a full heap's top: it decides which of equal values go next.
enum class Replacement : std::uint8_t {
  kInPlace,     // 3.x
  kPopAndPush,  // 2.x, as of 2.42
};

template <Best best>
void replaceTop(std::span<RankedValue> heap, RankedValue value, Replacement replacement) {
  if (replacement == Replacement::kInPlace) {
    heap.front() = value;
    siftDown<best>(heap);
  } else {
    std::swap(heap.front(), heap.back());
    siftDown<best>(heap.first(heap.size() - 1));
    heap.back() = value;
    siftUp<best>(heap);
  }
}

/// The best first, NaNs last. Up to twelve values ties fall as in Go, whose sort inserts so few; beyond, they
/// keep their order, and Go's is nobody's promise.
template <Best best>
void sortBestFirst(std::span<RankedValue> values) {
  constexpr std::size_t kSortedByInsertion = 12;
  if (values.size() > kSortedByInsertion) {
    std::stable_sort(values.begin(), values.end(), [](const RankedValue& a, const RankedValue& b) {
      return !std::isnan(a.value) && isWorse<best>(b.value, a.value);
    });
    return;
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    for (std::size_t j = i; j > 0 && isWorse<best>(values[j - 1].value, values[j].value); --j) {
      std::swap(values[j], values[j - 1]);
    }
  }
}

}  // namespace prome::engine
