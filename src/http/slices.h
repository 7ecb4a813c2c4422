// SliceSink: a body piece assembled from references to long runs and copies of short ones.
//
// A system call's price has a part per slice and a part per byte. Runs below kCopyBelow are copied together
// into a scratch block; longer ones are referenced where they lie and must stay there until the piece is
// written. The sink never grows: a producer stops when full() says so and goes on after the piece is written.
// Not thread-safe.
#pragma once

#include <sys/uio.h>

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>

namespace prome::http {

class SliceSink {
 public:
  static constexpr std::size_t kCopyBelow = 1024;
  static constexpr std::size_t kMaxSlices = 512;

  /// Bytes a sink needs at least: its slice list and room for a handful of copies.
  static constexpr std::size_t kMinScratch = kMaxSlices * sizeof(iovec) + 8 * kCopyBelow;

  /// `scratch` must hold kMinScratch bytes, be aligned as an iovec is, and outlive the sink.
  explicit SliceSink(std::span<char> scratch)
      : slices_(reinterpret_cast<iovec*>(scratch.data())),
        scratch_(scratch.subspan(kMaxSlices * sizeof(iovec))) {}

  /// True if fewer than a handful more appends are sure to fit.
  bool full() const { return used_ + 4 * kCopyBelow > scratch_.size() || count_ + 8 > kMaxSlices; }
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// Appends a run of bytes. Precondition: !full() at most three appends ago.
  void append(const char* data, std::size_t size) {
    if (size == 0) return;
    size_ += size;
    if (size < kCopyBelow) {
      std::memcpy(scratch_.data() + used_, data, size);
      used_ += size;
      return;
    }
    closeCopy();
    slices_[count_++] = {const_cast<char*>(data), size};
  }
  void append(std::string_view text) { append(text.data(), text.size()); }

  std::span<const iovec> slices() {
    closeCopy();
    return {slices_, count_};
  }
  void clear() {
    used_ = 0;
    listed_ = 0;
    count_ = 0;
    size_ = 0;
  }

 private:
  /// Lists the bytes copied since the last listed slice.
  void closeCopy() {
    if (used_ == listed_) return;
    slices_[count_++] = {scratch_.data() + listed_, used_ - listed_};
    listed_ = used_;
  }

  iovec* slices_;
  std::span<char> scratch_;
  std::size_t used_ = 0;    // bytes copied into scratch_
  std::size_t listed_ = 0;  // of them, those that a slice refers to
  std::size_t count_ = 0;
  std::size_t size_ = 0;
};

}  // namespace prome::http
