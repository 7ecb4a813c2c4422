// AnswerEnvelope: what stands around the list of series in an answer, whatever white space and order of keys.
//
// It takes the bytes in front of the list and behind it, and reads them as one small document. One object per
// answer; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "forward/answer_shape.h"

namespace prome::forward {

/// Bytes in front of and behind the list, together.
inline constexpr std::size_t kMaxEnvelopeBytes = 1u << 20;

/// What a shard says of its answer, as sent.
struct AnswerNotes {
  std::vector<std::string> warnings;
  std::vector<std::string> infos;

  friend bool operator==(const AnswerNotes&, const AnswerNotes&) = default;
};

class AnswerEnvelope {
 public:
  explicit AnswerEnvelope(AnswerShape shape) : shape_(shape) {}

  /// kList: the bracket that opens the list was taken; what comes next goes elsewhere, up to the one that
  /// closes it. kWhole: the answer is closed. kBroken: no JSON, or over kMaxEnvelopeBytes.
  enum class Step : std::uint8_t { kNeedsBytes, kList, kWhole, kBroken };
  /// Takes bytes from the front of `in`.
  Step read(std::string_view& in);

  /// What was told so far; behind the end, all of it. An error: the shard's own, or kUnavailable where this
  /// is no answer of the shape.
  Result<AnswerNotes> notes() const;

 private:
  bool walk(char c);
  bool close(char bracket);
  bool opensList() const;
  std::string_view expectedType() const;

  AnswerShape shape_;
  std::string text_;
  std::vector<char> open_;
  std::size_t on_path_ = 0;  // how much of open_ leads to the list
  std::string key_;          // the last string on the path
  bool in_string_ = false;
  bool escaped_ = false;
  bool list_seen_ = false;
};

}  // namespace prome::forward
