// One event loop: an io_context that one thread runs, its watchdog and its spare buffers.
//
// Everything a Loop owns is touched by its own thread only; other threads reach it by asio::post.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "http/asio.h"
#include "http/socket.h"
#include "http/spare_heads.h"
#include "http/watchdog.h"

namespace prome::http {

/// Equal blocks, handed out last-in first-out so that the warmest is used again.
class BufferPool {
 public:
  static constexpr std::size_t kBlockSize = 128u << 10;
  static constexpr std::size_t kMaxSpare = 32;

  class Block {
   public:
    Block(BufferPool& pool, std::unique_ptr<char[]> data) : pool_(&pool), data_(std::move(data)) {}
    Block(Block&& other) noexcept = default;
    Block& operator=(Block&&) = delete;
    ~Block() {
      if (data_ != nullptr && pool_->spare_.size() < kMaxSpare) pool_->spare_.push_back(std::move(data_));
    }

    std::span<char> bytes() { return {data_.get(), kBlockSize}; }

   private:
    BufferPool* pool_;
    std::unique_ptr<char[]> data_;
  };

  Block take() {
    if (spare_.empty()) return {*this, std::make_unique_for_overwrite<char[]>(kBlockSize)};
    auto data = std::move(spare_.back());
    spare_.pop_back();
    return {*this, std::move(data)};
  }

 private:
  std::vector<std::unique_ptr<char[]>> spare_;
};

struct Loop {
  explicit Loop(unsigned number) : index(number) {}
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  unsigned index;
  // One thread runs it: the reactor needs no locks. Posting from other threads stays safe.
  asio::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  Watchdog watchdog{io.get_executor()};
  ReadySet ready{io};
  BufferPool buffers;
  SpareHeads heads;
};

}  // namespace prome::http
