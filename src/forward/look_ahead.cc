#include "forward/look_ahead.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace prome::forward {

BlockStore::Bytes BlockStore::take() {
  if (spare_.empty()) return std::make_unique_for_overwrite<char[]>(block_bytes_);
  Bytes bytes = std::move(spare_.back());
  spare_.pop_back();
  return bytes;
}

void BlockStore::giveBack(Bytes bytes) {
  if (spare_.size() * block_bytes_ < kMaxSpareBytes) spare_.push_back(std::move(bytes));
}

LookAhead::~LookAhead() {
  store_.held_ -= size();
}

void LookAhead::append(std::string_view bytes) {
  store_.held_ += bytes.size();
  while (!bytes.empty()) {
    if (blocks_.empty() || blocks_.back().size == store_.block_bytes_)
      blocks_.push_back({.bytes = store_.take(), .begin = end_, .size = 0});
    Block& block = blocks_.back();
    const std::size_t size = std::min(bytes.size(), store_.block_bytes_ - block.size);
    std::memcpy(block.bytes.get() + block.size, bytes.data(), size);
    block.size += size;
    end_ += size;
    bytes.remove_prefix(size);
  }
}

std::string_view LookAhead::from(std::uint64_t position) const {
  if (position >= end_) return {};
  assert(position >= blocks_.front().begin);
  const auto behind = std::ranges::upper_bound(blocks_, position, {}, &Block::begin);
  const Block& block = *(behind - 1);
  const auto at = static_cast<std::size_t>(position - block.begin);
  return {block.bytes.get() + at, block.size - at};
}

void LookAhead::copy(std::uint64_t begin, std::uint64_t end, std::string& out) const {
  while (begin < end) {
    const std::string_view run = from(begin).substr(0, end - begin);
    assert(!run.empty());
    out.append(run);
    begin += run.size();
  }
}

void LookAhead::release(std::uint64_t position) {
  const std::size_t before = size();
  auto keep = blocks_.begin();
  while (keep != blocks_.end() && keep->begin + keep->size <= position) {
    store_.giveBack(std::move(keep->bytes));
    ++keep;
  }
  blocks_.erase(blocks_.begin(), keep);
  store_.held_ -= before - size();
}

}  // namespace prome::forward
