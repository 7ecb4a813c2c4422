// Passes over a JSON value of any size that comes in parts, holding none of it but a string.
//
// Brackets must match; the order of what is between them is not looked at. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/json_cursor.h"
#include "base/json_reader.h"

namespace prome::querier {

class JsonSkipper {
 public:
  /// Before a value.
  void begin() {
    depth_ = 0;
    objects_ = 0;
  }
  /// True behind the value. False where it goes on, or fails: `json` then stands where it must be gone on
  /// with, and has failed only if nothing was passed. Nesting deeper than kMaxJsonDepth is refused.
  bool pass(JsonCursor& json);

 private:
  bool passToken(JsonCursor& json);
  bool open(bool object);
  bool close(bool object);

  std::size_t depth_ = 0;
  std::uint64_t objects_ = 0;  // which of the open brackets are braces, the innermost lowest
  std::string room_;
  static_assert(kMaxJsonDepth <= 64);
};

/// Passes over a value that must lie whole before `json`.
bool skipValue(JsonCursor& json);

}  // namespace prome::querier
