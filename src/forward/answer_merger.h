// AnswerMerger: the answers of several shards become one, series by series, while they come.
//
// Each series gets its shard's labels. Matrices and series answers are merged in the order of the whole label
// sets, as one Prometheus sorts them; instant vectors as they come. Values are neither read nor copied on
// their way out. Pure: bytes are fed in, what leaves refers to them. What is held is bounded: a shard that is
// not awaited may be fed as long as wants() says so. One object per query; not thread-safe.
//
// feed() and end() what comes, advance() when awaits() said so of the shard, send the sink at kFlush and, if
// it is worth while, at kWait.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "forward/seen_series.h"
#include "forward/series_reader.h"

namespace prome::forward {

/// Bytes of one shard's answer that wait for others' series to go first.
inline constexpr std::size_t kMaxShardLookAhead = 8u << 20;
/// The same of all shards of a query.
inline constexpr std::size_t kMaxQueryLookAhead = 48u << 20;
/// A piece is sent once it has so many bytes.
inline constexpr std::size_t kMergedPieceBytes = 256u << 10;

struct MergeOptions {
  /// Whether shards' series can be equal, and are to be given once then. Only where there are no values.
  enum class Equal : std::uint8_t { kNever, kOnce };

  std::size_t limit = 0;  // series; 0: all
  Equal equal = Equal::kNever;
  std::size_t shard_look_ahead = kMaxShardLookAhead;
  std::size_t query_look_ahead = kMaxQueryLookAhead;
  std::size_t held_bytes = kMaxHeldSeriesBytes;
  std::size_t seen_series = kMaxSeenSeries;
  std::size_t block_bytes = BlockStore::kBlockBytes;
};

class AnswerMerger {
 public:
  /// `shards`: the labels that each one's series get; must outlive the merger.
  AnswerMerger(AnswerShape shape, std::span<const SplicedLabels* const> shards, const MergeOptions& options);

  /// The next bytes of a shard's plain body, which are copied.
  void feed(std::size_t shard, std::string_view bytes);
  /// A shard's body has ended.
  void end(std::size_t shard);
  /// True if nothing can be done with what has come from this shard. Not so behind a feed(), before the next
  /// advance().
  bool awaits(std::size_t shard) const;
  /// True if the shard may be fed: it is awaited, or there is room.
  bool wants(std::size_t shard) const;

  /// kFlush: `out` is full, or a piece. kWait: nothing more can be done; `out` may hold something. kDone: all
  /// series and the end of `data` are in `out`; answerTail() is left to be written. kBroken: see error().
  enum class Step : std::uint8_t { kFlush, kWait, kDone, kBroken };
  /// Passes what can be passed. An empty `out` tells that what it held is sent: till then it stays.
  Step advance(http::SliceSink& out);

  /// The first error, and the shard whose answer it was met in.
  const std::optional<Error>& error() const { return error_; }
  std::size_t failedShard() const { return failed_shard_; }

  // Behind kDone.
  const AnswerNotes& notes(std::size_t shard) const { return parts_[shard].reader->notes(); }
  /// True if there were more series than the limit.
  bool truncated() const { return truncated_; }
  /// Shards without a series, where another had one.
  std::vector<std::size_t> emptyShards() const;
  std::uint64_t count() const { return count_; }
  std::uint64_t foreignLabels(std::size_t shard) const { return parts_[shard].reader->foreignLabels(); }
  std::uint64_t misplaced() const;

 private:
  enum class Phase : std::uint8_t {
    kWaiting,  // its next series is not known
    kReady,    // it is, and waits for its turn
    kPassing,  // it is being passed
    kStarved,  // likewise, but the rest has not come
    kTail,     // no series is left
    kDone,
  };

  struct Part {
    std::unique_ptr<SeriesReader> reader;
    Phase phase = Phase::kWaiting;
    bool due = false;   // is in due_
    bool read = false;  // is in read_
  };

  void release();
  void touch(std::size_t shard);
  bool useFed();
  bool prepare(std::size_t shard);
  bool finish(std::size_t shard);
  bool fail(std::size_t shard, Error error);
  bool comesLater(std::size_t a, std::size_t b) const;
  Step turn(http::SliceSink& out);
  void begin(http::SliceSink& out);
  bool pick(http::SliceSink& out);
  bool pass(http::SliceSink& out);

  AnswerShape shape_;
  MergeOptions options_;
  BlockStore blocks_;
  HeldBytes held_;
  std::vector<Part> parts_;
  SeenSeries seen_;

  std::vector<std::size_t> due_;    // were fed since the last advance()
  std::vector<std::size_t> read_;   // bytes of theirs may be released
  std::vector<std::size_t> ready_;  // a heap, the next series' shard on top
  std::optional<std::size_t> passing_;
  std::size_t waiting_;     // parts in that phase
  std::size_t unfinished_;  // parts not done
  bool began_ = false;      // all first series were known
  bool dropping_ = false;   // the series that is passed is not wanted
  bool closed_ = false;
  bool truncated_ = false;
  std::uint64_t count_ = 0;
  std::optional<Error> error_;
  std::size_t failed_shard_ = 0;
};

/// What stands behind `data`: `,"warnings":[...],"infos":[...]}` as far as there are any.
std::string answerTail(const AnswerNotes& notes);

}  // namespace prome::forward
