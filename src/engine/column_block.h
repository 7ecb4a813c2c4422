// A run of memory for many columns. Owned by a ColumnPool; a plain owner, not thread-safe.
#pragma once

#include <cstddef>
#include <memory>

namespace prome::engine {

/// Uninitialized doubles. A block of kHugePage bytes or more asks the kernel for huge pages: a query over
/// many series touches its memory once, and would spend as long on page faults as on the values.
class ColumnBlock {
 public:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;  // bytes, on x86-64 and AArch64

  /// Of `bytes`, from kHugePage on rounded up to whole huge pages. Throws std::bad_alloc.
  explicit ColumnBlock(std::size_t bytes);

  double* begin() const { return memory_.get(); }
  std::size_t size() const { return size_; }  // doubles

 private:
  struct Free {
    void operator()(double* memory) const;
  };

  std::unique_ptr<double, Free> memory_;
  std::size_t size_;
};

}  // namespace prome::engine
