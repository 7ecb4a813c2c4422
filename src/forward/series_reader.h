// SeriesReader: the series of one shard's answer in the order of their whole label sets.
//
// Where the list is sorted, adding labels moves a series whose last label is then an added one behind those
// that its own labels begin (see SeriesOrder): it waits for the labels of the next one, and is held, a copy,
// if that goes first. Nothing else is held. One object per answer; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forward/answer_elements.h"
#include "forward/series_order.h"

namespace prome::forward {

/// Bytes of series held back, of all answers of a query together.
struct HeldBytes {
  std::size_t limit = kMaxHeldSeriesBytes;
  std::size_t held = 0;
};

class SeriesReader {
 public:
  using Passed = AnswerElements::Passed;

  SeriesReader(AnswerShape shape, const SplicedLabels& labels, BlockStore& blocks, HeldBytes& held)
      : moves_(shape != AnswerShape::kInstant && !labels.empty()),
        elements_(shape, labels, blocks),
        held_bytes_(held) {}

  void append(std::string_view bytes) { elements_.append(bytes); }
  /// No more bytes come.
  void end() { elements_.end(); }
  /// Bytes that have come and are still kept.
  std::size_t buffered() const { return elements_.ahead().size(); }

  enum class State : std::uint8_t { kSeries, kListEnd, kNeedsBytes, kBroken };
  /// Finds the next series: kSeries. The one before must have been passed whole.
  State prepare();
  /// Of the series found. Empty for an instant answer.
  std::string_view key() const { return series().labels.key; }
  /// Passes the series found, or as much of it as has come and fits. What `out` refers to stays until
  /// release(). Without `out` the series is dropped.
  Passed pass(http::SliceSink* out);
  /// The sink was emptied.
  void release();

  enum class Tail : std::uint8_t { kEnd, kNeedsBytes, kBroken };
  /// Behind kListEnd: reads the answer to its end.
  Tail finish();

  /// Behind the end.
  const AnswerNotes& notes() const { return elements_.notes(); }
  /// Set once broken.
  const std::optional<Error>& error() const { return elements_.error(); }
  /// Series found.
  std::uint64_t count() const { return count_; }
  /// Labels to be added that series had themselves.
  std::uint64_t foreignLabels() const { return foreign_; }
  /// Series that come out behind one they belong in front of, because that was too large to be held.
  std::uint64_t misplaced() const { return misplaced_; }

 private:
  using Step = AnswerElements::Step;
  enum class Front : std::uint8_t { kNone, kCurrent, kHeld };

  const Element& series() const { return front_ == Front::kHeld ? held_.back() : current_; }
  State choose(Front front);
  State stopped(Step step);
  Step readNext(Element& element);
  void arrived();
  bool goesNow();
  bool hold();
  void passed();
  static std::size_t sizeOf(const Element& element);

  bool moves_;  // labels are added where order counts
  AnswerElements elements_;
  HeldBytes& held_bytes_;
  Front front_ = Front::kNone;
  Element current_;
  Element next_;  // behind it, where that had to be known
  bool has_current_ = false;
  bool has_next_ = false;
  std::vector<Element> held_;  // each goes before those in front of it here
  std::string gone_key_;       // of a series that was not held though it might have to be
  std::uint64_t count_ = 0;
  std::uint64_t foreign_ = 0;
  std::uint64_t misplaced_ = 0;
};

}  // namespace prome::forward
