// SeriesOrder: puts the series of a sorted list back in order after labels were added to all of them.
//
// Adding the same labels to sorted label sets moves only those that others begin with: with zone added,
// {a="1"} comes behind {a="1", job="x"}. Such a series, whose last label is the last added one, is held until
// the series that go before it have passed; nothing else is. Series whose own labels win over an added one
// are not compared by their values: they keep their places.
//
// Bytes given are referred to until keep(), which copies what is still needed; bytes sent to a sink stay
// where they are until it was emptied. One object per answer; not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "http/slices.h"

namespace prome::forward {

/// Bytes of held series, their label sets twice, in one answer. What would go beyond is sent on in the order
/// in which it came.
inline constexpr std::size_t kMaxHeldSeriesBytes = 8u << 20;

class SeriesOrder {
 public:
  /// Where the last added label stands in a label set.
  enum class Place : std::uint8_t { kLast, kWithin };

  explicit SeriesOrder(std::size_t limit) : limit_(limit) {}

  /// A list begins, or goes on where the next series needs no comma in front of it.
  void restart();
  /// A series begins: its bytes are put in until end().
  void begin();
  /// Tells where the series begun belongs. `key`: its own labels before the last added one, as JSON without
  /// white space, comma between them, none behind.
  void place(std::string_view key, Place place);
  void end();
  /// Lets all go that is held. False if that is nothing.
  bool release();

  /// Takes bytes of the series begun, or of what comes behind all that was let go.
  void put(std::string_view bytes, http::SliceSink& out);
  /// Sends what was let go. False if the sink is full before all is sent.
  bool send(http::SliceSink& out);
  /// True if there is something to send.
  bool owes() const { return sent_ < outgoing_.size(); }
  /// True if the series begun has no place yet.
  bool unplaced() const { return coming_ && !placed_; }
  /// True if no series is begun or held.
  bool idle() const { return series_.empty(); }
  /// Copies what refers to the caller's bytes.
  void keep();
  /// To be called when the sink was emptied.
  void emptied();

  /// Series that came out behind one they belong in front of, because that was too large to be held, and
  /// those too large to be held until their labels were known.
  std::uint64_t misplaced() const { return misplaced_; }

 private:
  using Bytes = std::vector<char>;  // unlike a string's its bytes stay in place when it is moved

  struct Series {
    Bytes kept;                           // comes first
    std::vector<std::string_view> parts;  // the caller's bytes
    Bytes key;
    std::string_view key_part;  // the key while it is the caller's
    std::size_t size = 0;       // of kept, parts and key
    bool passed = false;        // too large: only the key is left

    std::string_view keyText() const {
      return key.empty() ? key_part : std::string_view(key.data(), key.size());
    }
  };
  struct Outgoing {
    std::string_view bytes;
    bool callers;
  };

  static bool goesBefore(std::string_view key, std::string_view held);
  Series take();
  void giveBack(Series series);
  void letGo(Series& series);
  void releaseLast();
  void passComing();

  std::size_t limit_;
  std::vector<Series> series_;  // each begins all that follow; the last may still be coming
  std::vector<Series> spare_;
  std::vector<Outgoing> outgoing_;
  std::size_t sent_ = 0;     // of outgoing_
  std::vector<Bytes> lent_;  // what outgoing_ and the sink refer to
  std::size_t held_size_ = 0;
  bool coming_ = false;  // bytes belong to series_.back()
  bool placed_ = false;
  bool comma_ = false;  // the next series let go needs one
  std::uint64_t misplaced_ = 0;
};

}  // namespace prome::forward
