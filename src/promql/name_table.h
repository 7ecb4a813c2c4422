// A fixed set of names, hashed at compile time: find() gives the index of a name in the array it was built
// from.
//
// Open addressing over a power-of-two number of slots. Immutable, thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace prome::promql {

template <std::size_t kCount, std::size_t kSlots>
class NameTable {
  static_assert(kCount < 255 && kCount * 2 <= kSlots && (kSlots & (kSlots - 1)) == 0);

 public:
  consteval explicit NameTable(const std::array<std::string_view, kCount>& names) : names_(names) {
    slots_.fill(kFree);
    for (std::size_t i = 0; i < kCount; ++i) {
      std::size_t slot = hash(names[i]);
      while (slots_[slot] != kFree) slot = (slot + 1) % kSlots;
      slots_[slot] = static_cast<std::uint8_t>(i);
    }
  }

  constexpr std::optional<std::size_t> find(std::string_view name) const {
    if (name.empty()) return std::nullopt;
    for (std::size_t slot = hash(name); slots_[slot] != kFree; slot = (slot + 1) % kSlots) {
      if (names_[slots_[slot]] == name) return slots_[slot];
    }
    return std::nullopt;
  }

 private:
  static constexpr std::uint8_t kFree = 255;

  /// Length, both ends and the middle tell the few names of a language apart well enough.
  static constexpr std::size_t hash(std::string_view name) {
    const auto byte = [&](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(name[i]));
    };
    return (name.size() * 7 + byte(0) * 31 + byte(name.size() - 1) * 17 + byte(name.size() / 2) * 5) % kSlots;
  }

  std::array<std::string_view, kCount> names_;
  std::array<std::uint8_t, kSlots> slots_{};
};

}  // namespace prome::promql
