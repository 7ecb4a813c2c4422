// LabelSplicer: inserts routing labels into every label set of a Prometheus JSON answer while its bytes pass.
//
// The answer is never held: bytes go in as they come from the shard, in any pieces, and come out with the
// labels at their sorted places. A series that has the label already keeps its own (Prometheus'
// external-label rule). One object per answer; not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "http/slices.h"

namespace prome::forward {

/// The labels to add: sorted by name, names unique, values not empty. Rendered once, shared by many answers.
class SplicedLabels {
 public:
  SplicedLabels() = default;
  explicit SplicedLabels(const std::vector<std::pair<std::string, std::string>>& labels);

  bool empty() const { return labels_.empty(); }

 private:
  friend class LabelSplicer;
  struct Label {
    std::string name;    // as it stands in JSON, without quotes
    std::string json;    // "name":"value"
    std::string before;  // json and a comma: stands before another label
  };
  std::vector<Label> labels_;
};

/// Where the label sets are: `data.result[].metric` of a query, or `data[]` of a series answer.
enum class AnswerShape : std::uint8_t { kQuery, kSeries };

/// Bytes of a label name that is cut by the end of a piece; a longer one ends the answer.
inline constexpr std::size_t kMaxHeldBytes = 1000;
static_assert(kMaxHeldBytes < http::SliceSink::kCopyBelow);
/// Brackets nested deeper than this are not an answer of a Prometheus.
inline constexpr std::size_t kMaxJsonDepth = 64;

class LabelSplicer {
 public:
  LabelSplicer(AnswerShape shape, const SplicedLabels& labels);

  /// Passes bytes from the front of `in` to `out` until `in` is empty or `out` is full. Passed slices refer
  /// to `in`. Returns false if the bytes are not JSON of the expected shape; nothing more may be sent then.
  bool feed(std::string_view& in, http::SliceSink& out);

  /// True once the bytes so far are one whole JSON value. Exact where the answer is walked bracket by bracket
  /// (see walkAll); after the jump to the compact form it is not known and false.
  bool whole() const { return state_ == State::kWalk && open_.empty() && seen_value_; }
  /// Never jump: look at every bracket, so that whole() tells. Call before the first byte.
  void walkAll() { may_jump_ = false; }
  /// Label sets that had one of the labels already.
  std::uint64_t foreignLabels() const { return foreign_; }

 private:
  enum class State : std::uint8_t { kWalk, kSeek, kLabels, kName, kAfterName, kValue };

  bool startsCompact(std::string_view& in, http::SliceSink& out);
  bool walk(std::string_view& in, http::SliceSink& out);
  void walkString(std::string_view in, std::size_t& at);
  bool open(char bracket);
  bool close(char bracket);
  bool onPath(char bracket) const;
  bool atLabelSet() const;
  void seek(std::string_view& in, http::SliceSink& out);
  bool resumeHeld(std::string_view& in, http::SliceSink& out);
  bool likeLast(const char* at, const char* end) const;
  const char* seekLabels(const char*& base, const char* at, const char* end, http::SliceSink& out);
  bool placeLabels(std::string_view& in, http::SliceSink& out);
  bool readName(std::string_view& in, http::SliceSink& out);
  bool readAfterName(std::string_view& in, http::SliceSink& out);
  void readValue(std::string_view& in, http::SliceSink& out);
  void enterLabelSet();
  void leaveLabelSet();
  bool precedes(std::string_view name) const;
  void skipOwn(std::string_view name);

  const std::vector<SplicedLabels::Label>& labels_;
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
  bool may_jump_ = true;
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
};

}  // namespace prome::forward
