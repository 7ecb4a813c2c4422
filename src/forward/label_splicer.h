// LabelSplicer: inserts routing labels into every label set of a Prometheus JSON answer while its bytes pass.
//
// Bytes go in as they come from the shard, in any pieces, and come out with the labels at their sorted
// places. A series that has the label already keeps its own (Prometheus' external-label rule). Where the
// answer's series are sorted they come out sorted: SeriesOrder holds back those that the labels move, nothing
// else is held. One object per answer; not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "forward/answer_shape.h"
#include "forward/series_order.h"
#include "forward/spliced_labels.h"
#include "http/slices.h"

namespace prome::forward {

/// Bytes of a label name that is cut by the end of a piece; a longer one ends the answer.
inline constexpr std::size_t kMaxHeldBytes = 1000;
static_assert(kMaxHeldBytes < http::SliceSink::kCopyBelow);
/// Brackets nested deeper than this are not an answer of a Prometheus.
inline constexpr std::size_t kMaxJsonDepth = 64;

class LabelSplicer {
 public:
  /// Holds back so many bytes at most.
  LabelSplicer(AnswerShape shape, const SplicedLabels& labels, std::size_t held_limit = kMaxHeldSeriesBytes);

  /// Passes bytes from the front of `in` to `out` until `in` is empty or `out` is full. What is passed may
  /// refer to `in` and to this object, and stays until `out` was emptied. Returns false if the bytes are not
  /// JSON of the expected shape; nothing more may be sent then.
  bool feed(std::string_view& in, http::SliceSink& out);
  /// True if feed() has more to pass even without more bytes.
  bool owes() const { return order_.owes(); }

  /// Label sets that had one of the labels already.
  std::uint64_t foreignLabels() const { return foreign_; }
  /// Series that came out of order because too much would have had to be held; see SeriesOrder.
  std::uint64_t misplaced() const { return order_.misplaced(); }

 private:
  enum class State : std::uint8_t { kWalk, kSeek, kList, kElement, kLabels, kName, kAfterName, kValue };

  /// What one look over a label set told.
  struct Scan {
    enum class Outcome : std::uint8_t { kPlaced, kLast, kCut };
    static constexpr std::size_t kMaxPlaces = 16;

    Outcome outcome = Outcome::kCut;  // kLast: labels belong at the end; kCut: the set does not end here
    const char* stop = nullptr;       // nothing of the set before it is left to look at
    std::size_t count = 0;            // labels that have a place before `stop`:
    std::array<const char*, kMaxPlaces> places;  // in front of which name; nullptr: the set has its own
  };

  void put(std::string_view bytes, http::SliceSink& out);

  bool walk(std::string_view& in, http::SliceSink& out);
  void walkString(std::string_view in, std::size_t& at);
  bool open(char bracket);
  bool close(char bracket);
  bool onPath(char bracket) const;
  bool atLabelSet() const;
  std::size_t listDepth() const { return shape_ == AnswerShape::kSeries ? 2 : 3; }
  bool atList() const;

  bool startsCompact(std::string_view& in, http::SliceSink& out);
  void seek(std::string_view& in, http::SliceSink& out);
  bool resumeHeld(std::string_view& in, http::SliceSink& out);
  bool likeLast(const char* at, const char* end) const;
  void scanLabels(const char* at, const char* end, Scan& scan);
  const char* seekLabel(const char*& base, const char* at, const char* end, http::SliceSink& out);
  const char* seekLabels(const char*& base, const char* at, const char* end, http::SliceSink& out);

  void enterList();
  bool list(std::string_view& in, http::SliceSink& out);
  bool startElement(std::string_view& in, http::SliceSink& out);
  void startCompactElement(std::string_view& in, http::SliceSink& out);
  void passElement(std::string_view& in, http::SliceSink& out);
  void passLabels(std::string_view& in, http::SliceSink& out);
  void settle(std::string_view key, SeriesOrder::Place place);

  bool placeLabels(std::string_view& in, http::SliceSink& out);
  bool readName(std::string_view& in, http::SliceSink& out);
  bool readAfterName(std::string_view& in, http::SliceSink& out);
  void readValue(std::string_view& in, http::SliceSink& out);
  void enterLabelSet();
  void leaveLabelSet();
  bool precedes(std::string_view name) const;
  void skipOwn(std::string_view name);

  std::span<const SplicedLabels::Label> labels_;
  AnswerShape shape_;
  State state_ = State::kWalk;

  // Walking by brackets: what is open, and how much of it leads to the label sets.
  std::vector<char> open_;
  std::size_t on_path_ = 0;
  std::string key_;               // the last string on the path, cut at kMaxKey
  std::uint64_t position_ = 0;    // bytes walked
  std::uint64_t element_at_ = 0;  // position_ after the last `{` of a result element
  bool in_string_ = false;
  bool escaped_ = false;
  bool seen_value_ = false;

  // The last label set placed in one step: its bytes up to the end of the name behind the labels, and where
  // they went. The next series' often starts with the very same bytes.
  std::string last_start_;
  std::size_t last_place_ = 0;

  // Across pieces: the start of a compact opening (kSeek) or of a label name (kName).
  std::string held_;

  // Inside a label set.
  State outer_ = State::kWalk;  // where to go after it
  std::size_t next_label_ = 0;  // the first label not yet placed
  bool any_label_ = false;
  std::uint64_t foreign_ = 0;

  // Keeping the order.
  SeriesOrder order_;
  bool ordered_;
  bool compact_ = false;        // the element begun is in Prometheus' own form
  bool comma_dropped_ = false;  // since the last element; SeriesOrder puts its own
  unsigned braces_ = 0;         // open in the element, itself included
  std::string set_key_;         // what SeriesOrder::place() takes, where the states read the set
};

}  // namespace prome::forward
