#include "engine/column_block.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace prome::engine {

void ColumnBlock::Free::operator()(double* memory) const {
  std::free(memory);
}

ColumnBlock::ColumnBlock(std::size_t bytes) {
  constexpr std::size_t kCacheLine = 64;
  const std::size_t unit = bytes < kHugePage ? kCacheLine : kHugePage;
  const std::size_t rounded = (bytes + unit - 1) / unit * unit;
  memory_.reset(static_cast<double*>(std::aligned_alloc(unit, rounded)));
  if (memory_ == nullptr) throw std::bad_alloc();
  size_ = rounded / sizeof(double);
#ifdef MADV_HUGEPAGE
  // Where the kernel would rather not, nothing is lost but speed.
  if (unit == kHugePage) static_cast<void>(madvise(memory_.get(), rounded, MADV_HUGEPAGE));
#endif
}

}  // namespace prome::engine
