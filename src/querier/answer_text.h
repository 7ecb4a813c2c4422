// AnswerText: the text of an answer that comes in pieces, looked at where it lies.
//
// Only what a piece ends in the middle of is copied, and then as much of the next piece as is needed to bring
// it to its end; what is copied counts against the evaluation's budget. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/memory_budget.h"

namespace prome::querier {

class AnswerText {
 public:
  explicit AnswerText(engine::MemoryBudget& budget) : claim_(budget) {}

  /// The next bytes, which must stay where they are until lengthen() is false. Those before must be used up.
  void feed(std::string_view bytes);
  /// Bytes to be read; what begins here may go on beyond the end.
  std::string_view window() const { return {at_, end_}; }
  /// What lies before `at`, of the window, is done with.
  void take(const char* at);
  /// The window's first item goes on beyond its end: makes the window longer. False where more must be fed.
  bool lengthen();

  /// Bytes held of what is cut.
  std::size_t held() const { return copying_ ? static_cast<std::size_t>(end_ - at_) : 0; }
  /// Bytes done with, of all that were fed.
  std::uint64_t taken() const { return taken_; }

 private:
  void append(std::size_t bytes);

  const char* at_ = nullptr;
  const char* end_ = nullptr;
  bool copying_ = false;      // the window is of copy_, else of piece_
  std::string_view piece_;    // what was fed last
  std::size_t appended_ = 0;  // of it to copy_
  std::string copy_;
  std::size_t claimed_ = 0;
  std::uint64_t taken_ = 0;
  engine::MemoryClaim claim_;
};

}  // namespace prome::querier
