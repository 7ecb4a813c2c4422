#include "promql/arena.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace prome::promql {

/// The one empty arena a thread keeps for its next query.
class SpareArena {
 public:
  SpareArena() = default;
  SpareArena(const SpareArena&) = delete;
  SpareArena& operator=(const SpareArena&) = delete;
  ~SpareArena() { delete arena_; }

  Arena* take() {
    Arena* const arena = std::exchange(arena_, nullptr);
    return arena != nullptr ? arena : new Arena;
  }

  void put(Arena* arena) {
    if (arena_ != nullptr) {
      delete arena;
      return;
    }
    arena->reset();
    arena_ = arena;
  }

  static SpareArena& ofThread() {
    thread_local SpareArena spare;
    return spare;
  }

 private:
  Arena* arena_ = nullptr;
};

Arena::Ptr Arena::acquire() {
  return Ptr(SpareArena::ofThread().take());
}

void ArenaRelease::operator()(Arena* arena) const {
  if (arena != nullptr) SpareArena::ofThread().put(arena);
}

void Arena::reset() {
  while (blocks_ != nullptr) {
    Block* const previous = blocks_->previous;
    ::operator delete(blocks_);
    blocks_ = previous;
  }
  next_ = inline_;
  end_ = inline_ + kInlineBytes;
  block_bytes_ = kInlineBytes;
  contents_ = {};
}

void* Arena::allocateSlow(std::size_t size, std::size_t alignment) {
  block_bytes_ = std::min(block_bytes_ * 2, kMaxBlockBytes);
  const std::size_t bytes = std::max(block_bytes_, size + alignment + sizeof(Block));
  auto* const block = new (::operator new(bytes)) Block{blocks_};
  blocks_ = block;
  next_ = reinterpret_cast<std::byte*>(block + 1);
  end_ = reinterpret_cast<std::byte*>(block) + bytes;
  return allocate(size, alignment);
}

}  // namespace prome::promql
