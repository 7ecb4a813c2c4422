// Side by side: each shard's next series is known, the one with the least labels goes first.
#include <algorithm>
#include <utility>
#include <vector>

#include "querier/hidden_errors.h"

namespace prome::querier {
namespace {

class ConcatenatedSeries final : public engine::SeriesStream {
 public:
  explicit ConcatenatedSeries(const Leaf& leaf)
      : leaf_(leaf), fetched_(leaf.node.fetches[0], leaf.grid, leaf.context), heads_(fetched_.shards()) {
    expectHiddenErrors(leaf, fetched_);
  }

  Result<bool> next(engine::Series& series) override {
    if (!leaf_.sorted) return nextMerged(series);
    if (!begun_) {
      while (true) {
        engine::Series next;
        const Result<bool> more = nextMerged(next);
        if (!more) return more;
        if (!*more) break;
        sorted_.push_back(std::move(next));
      }
      std::ranges::sort(sorted_, {}, &engine::Series::labels);
    }
    if (given_ == sorted_.size()) return false;
    series = std::move(sorted_[given_++]);
    return true;
  }

 private:
  Result<bool> nextMerged(engine::Series& series) {
    if (!begun_) {
      begun_ = true;
      for (std::size_t shard = 0; shard < heads_.size(); ++shard) {
        if (const Result<void> read = advance(shard); !read) return std::unexpected(read.error());
      }
    }
    if (ready_.empty()) return atEnd();
    std::ranges::pop_heap(ready_, Later{heads_});
    const std::size_t shard = ready_.back();
    ready_.pop_back();
    series = std::move(heads_[shard]);
    if (const Result<void> read = advance(shard); !read) return std::unexpected(read.error());
    return true;
  }

  /// For a heap with the least labels on top.
  struct Later {
    const std::vector<engine::Series>& heads;
    bool operator()(std::size_t a, std::size_t b) const { return heads[b].labels < heads[a].labels; }
  };

  Result<void> advance(std::size_t shard) {
    const Result<bool> more = fetched_.next(shard, heads_[shard]);
    if (!more) return std::unexpected(more.error());
    if (*more) {
      ready_.push_back(shard);
      std::ranges::push_heap(ready_, Later{heads_});
    } else if (fetched_.histogramsIncomplete(shard)) {
      return leaf_.hazards.meet(*leaf_.node.expr);
    }
    return {};
  }

  Result<bool> atEnd() {
    if (std::exchange(ended_, true)) return false;
    if (const Result<void> sure = refuseDoubts(leaf_, fetched_); !sure) return std::unexpected(sure.error());
    return false;
  }

  const Leaf leaf_;
  FetchedSeries fetched_;
  std::vector<engine::Series> heads_;
  std::vector<std::size_t> ready_;
  std::vector<engine::Series> sorted_;
  std::size_t given_ = 0;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace

SeriesStreamPtr concatenate(const Leaf& leaf) {
  return std::make_unique<ConcatenatedSeries>(leaf);
}

}  // namespace prome::querier
