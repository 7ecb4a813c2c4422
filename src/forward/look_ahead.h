// LookAhead: bytes of one answer that have come and not yet gone, in blocks, found by their position in it.
//
// Bytes are copied in once and stay where they are until release(), so that what is sent may refer to them.
// The blocks of all answers of a query come from one BlockStore, which must outlive them and counts what they
// hold. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace prome::forward {

/// Equal blocks, the warmest handed out first.
class BlockStore {
 public:
  static constexpr std::size_t kBlockBytes = 64u << 10;
  static constexpr std::size_t kMaxSpareBytes = 1u << 20;

  explicit BlockStore(std::size_t block_bytes = kBlockBytes) : block_bytes_(block_bytes) {}
  BlockStore(const BlockStore&) = delete;
  BlockStore& operator=(const BlockStore&) = delete;

  /// Bytes held by all answers.
  std::size_t held() const { return held_; }

 private:
  friend class LookAhead;
  using Bytes = std::unique_ptr<char[]>;

  Bytes take();
  void giveBack(Bytes bytes);

  std::size_t block_bytes_;
  std::size_t held_ = 0;
  std::vector<Bytes> spare_;
};

class LookAhead {
 public:
  explicit LookAhead(BlockStore& store) : store_(store) {}
  ~LookAhead();
  LookAhead(const LookAhead&) = delete;
  LookAhead& operator=(const LookAhead&) = delete;

  void append(std::string_view bytes);
  /// The bytes from `position` on, as many as lie together; none at the end. Precondition: not released.
  std::string_view from(std::uint64_t position) const;
  /// Appends the bytes in [begin, end) to `out`.
  void copy(std::uint64_t begin, std::uint64_t end, std::string& out) const;
  /// Lets go of all blocks that end before `position`.
  void release(std::uint64_t position);

  /// The position behind the last byte.
  std::uint64_t end() const { return end_; }
  /// Bytes not yet released.
  std::size_t size() const { return blocks_.empty() ? 0 : end_ - blocks_.front().begin; }

 private:
  struct Block {
    BlockStore::Bytes bytes;
    std::uint64_t begin;
    std::size_t size;
  };

  BlockStore& store_;
  std::vector<Block> blocks_;
  std::uint64_t end_ = 0;
};

}  // namespace prome::forward
