#include "forward/seen_series.h"

#include <functional>
#include <utility>

namespace prome::forward {
namespace {

constexpr std::size_t kFirstSlots = 256;

/// FNV-1a.
std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3;
  }
  return hash;
}

}  // namespace

/// Where `mark` is, or the empty slot where it belongs.
SeenSeries::Mark& SeenSeries::slot(const Mark& mark) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = mark.first & mask;
  while (slots_[at] != Mark{} && slots_[at] != mark) at = (at + 1) & mask;
  return slots_[at];
}

void SeenSeries::grow() {
  std::vector<Mark> old(slots_.empty() ? kFirstSlots : 2 * slots_.size());
  std::swap(old, slots_);
  for (const Mark& mark : old) {
    if (mark != Mark{}) slot(mark) = mark;
  }
}

SeenSeries::Met SeenSeries::meet(std::string_view key) {
  if (2 * (count_ + 1) > slots_.size()) grow();
  const Mark mark{.first = std::hash<std::string_view>{}(key), .second = fnv(key) | 1};  // never Mark{}
  Mark& place = slot(mark);
  if (place == mark) return Met::kAgain;
  if (count_ == limit_) return Met::kTooMany;
  place = mark;
  ++count_;
  return Met::kNew;
}

}  // namespace prome::forward
