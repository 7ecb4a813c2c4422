// AnswerElements: the list of series in one shard's answer, element by element, while it comes.
//
// Bytes are pushed in. An element is known by its labels, read with the shard's added; what follows them
// stays where it lies and is passed unread, as much of it as has come. Of an element that does not begin as
// Prometheus begins it, by its metric and without white space, a copy is rearranged. One object per answer;
// not thread-safe.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "forward/answer_envelope.h"
#include "forward/answer_shape.h"
#include "forward/label_set.h"
#include "forward/look_ahead.h"
#include "http/slices.h"

namespace prome::forward {

/// Bytes of a label set as the shard sent it, without the braces.
inline constexpr std::size_t kMaxLabelSetBytes = 1u << 20;
/// Bytes of an element that has to be rearranged.
inline constexpr std::size_t kMaxOddElementBytes = 8u << 20;

struct Element {
  LabelSet labels;
  std::string apart;          // what follows the labels, where it is not in the answer's bytes
  std::uint64_t at = 0;       // else: where in these the part begins that was not passed
  std::uint64_t scanned = 0;  // and the part whose braces were not counted
  unsigned braces = 0;        // open there; none: the element ends at `scanned`
  bool began = false;         // its labels were passed
};

/// Finds the end of a JSON object by its brackets.
class ObjectExtent {
 public:
  /// Takes bytes from the front of `in`, up to behind the brace that closes the object. False if that has not
  /// come.
  bool read(std::string_view& in);

 private:
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
};

class AnswerElements {
 public:
  AnswerElements(AnswerShape shape, const SplicedLabels& labels, BlockStore& blocks)
      : shape_(shape), labels_(labels), ahead_(blocks), envelope_(shape) {}

  void append(std::string_view bytes) { ahead_.append(bytes); }
  /// No more bytes come.
  void end() { ended_ = true; }
  const LookAhead& ahead() const { return ahead_; }

  enum class Step : std::uint8_t { kElement, kListEnd, kEnd, kNeedsBytes, kBroken };
  /// Reads the labels of the next element. The one before must have been scanned to its end.
  Step next(Element& element);
  /// Behind the list: reads the rest. kEnd: that was all.
  Step finish();

  /// Looks for the end of the last element read: kElement.
  Step scan(Element& element);
  /// Copies what is not passed of an element scanned to its end, so that later ones can be passed before it.
  void setApart(Element& element) const;

  enum class Passed : std::uint8_t { kWhole, kNeedsBytes, kSinkFull, kBroken };
  /// Passes the element, or as much of it as has come and fits. What `out` refers to stays until release().
  Passed pass(Element& element, http::SliceSink& out);
  /// Reads on to the end of the element without passing it.
  Passed drop(Element& element);
  /// The sink was emptied; nothing in front of `position` is needed any more.
  void release(std::uint64_t position);
  /// The first byte that is not read.
  std::uint64_t position() const { return at_; }

  /// Behind the end.
  const AnswerNotes& notes() const { return notes_; }
  /// Set once broken.
  const std::optional<Error>& error() const { return error_; }

 private:
  enum class Stage : std::uint8_t { kBeforeList, kList, kBehindList, kWhole };

  Step readEnvelope();
  Step toElement();
  Step readLabels(std::uint64_t begin, Element& element);
  Step readOdd(Element& element);
  bool rearrange(std::string_view text, Element& element);
  bool closesSince(std::uint64_t begin) const;
  std::string_view together(std::uint64_t begin, std::size_t size);
  bool scanRun(Element& element);
  void passOwned(std::string& text, http::SliceSink& out);

  KeyUse keyUse() const { return shape_ == AnswerShape::kInstant ? KeyUse::kNone : KeyUse::kSorted; }
  Step fail(Error error);
  Step refuse(std::string_view why);
  Step starve();
  static Passed starved(Step step);

  AnswerShape shape_;
  const SplicedLabels& labels_;
  LookAhead ahead_;
  AnswerEnvelope envelope_;
  Stage stage_ = Stage::kBeforeList;
  bool ended_ = false;
  bool listed_ = false;  // an element came
  bool comma_ = false;   // since the last one

  std::uint64_t at_ = 0;
  std::uint64_t searched_ = 0;  // no brace closes between the labels begun and here
  std::uint64_t odd_at_ = 0;    // how far the odd element begun was looked at
  ObjectExtent odd_;
  std::string gathered_;          // what had to lie together
  std::deque<std::string> lent_;  // until release()

  AnswerNotes notes_;
  std::optional<Error> error_;
};

}  // namespace prome::forward
