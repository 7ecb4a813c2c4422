// A bump allocator for one query: its text, nodes, lists and strings, freed at one stroke.
//
// Only trivially destructible things live here. The first block is part of the Arena itself; further blocks
// double. Arenas come from and go back to a per-thread spare (acquire), so that parsing a small query costs
// no malloc. Not thread-safe while being filled; immutable afterwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

#include "promql/ast.h"
#include "promql/parser.h"

namespace prome::promql {

class Arena {
 public:
  using Ptr = std::unique_ptr<Arena, ArenaRelease>;

  /// An empty arena: this thread's spare one, or a new one.
  static Ptr acquire();

  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  void* allocate(std::size_t size, std::size_t alignment) {
    const std::size_t padding =
        (alignment - (reinterpret_cast<std::uintptr_t>(next_) & (alignment - 1))) & (alignment - 1);
    if (static_cast<std::size_t>(end_ - next_) < size + padding) return allocateSlow(size, alignment);
    std::byte* const result = next_ + padding;
    next_ = result + size;
    return result;
  }

  template <class T>
  T* allocateArray(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);
    return static_cast<T*>(allocate(count * sizeof(T), alignof(T)));
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* const bytes = allocateArray<char>(text.size());
    std::memcpy(bytes, text.data(), text.size());
    return {bytes, text.size()};
  }

  /// What a Query is, kept next to what it consists of.
  struct Contents {
    std::string_view text;
    const Expr* root = nullptr;
    std::span<const Expr* const> selectors;
    bool new_spelling = false;
  };

  Contents& contents() { return contents_; }

 private:
  friend class SpareArena;

  static constexpr std::size_t kInlineBytes = 4000;
  static constexpr std::size_t kMaxBlockBytes = std::size_t{1} << 20;

  struct Block {
    Block* previous;
  };

  Arena() { reset(); }
  ~Arena() { reset(); }

  void reset();
  void* allocateSlow(std::size_t size, std::size_t alignment);

  Contents contents_;
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  Block* blocks_ = nullptr;
  std::size_t block_bytes_ = kInlineBytes;
  alignas(std::max_align_t) std::byte inline_[kInlineBytes];
};

/// A list that grows in an arena; what it outgrew stays there as garbage. T is trivially copyable.
template <class T>
class ArenaList {
 public:
  explicit ArenaList(Arena& arena) : arena_(arena) {}

  void push(const T& value) {
    if (size_ == capacity_) grow();
    new (data_ + size_++) T(value);
  }

  std::size_t size() const { return size_; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::span<const T> span() const { return {data_, size_}; }

 private:
  void grow() {
    const std::size_t capacity = capacity_ == 0 ? 4 : capacity_ * 2;
    T* const data = arena_.allocateArray<T>(capacity);
    for (std::size_t i = 0; i < size_; ++i) new (data + i) T(data_[i]);
    data_ = data;
    capacity_ = capacity;
  }

  Arena& arena_;
  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace prome::promql
