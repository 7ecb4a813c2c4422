// Feeds answers to an AnswerMerger in pieces and collects what it makes of them. For tests.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forward/answer_merger.h"

namespace prome::forward {

using LabelPairs = std::vector<std::pair<std::string, std::string>>;

struct ShardAnswer {
  LabelPairs labels;
  std::string body;
};

struct MergedAnswer {
  std::string text;
  std::optional<Error> error;
  std::size_t failed_shard = 0;
  std::vector<AnswerNotes> notes;
  std::vector<std::size_t> empty_shards;
  bool truncated = false;
  std::uint64_t misplaced = 0;
  std::uint64_t foreign = 0;
  std::size_t most_buffered = 0;  // of bytes fed and not yet sent
};

/// How much of which shard's answer comes next, among those that may be fed: an index into them, and bytes.
using NextPiece = std::function<std::pair<std::size_t, std::size_t>(std::size_t choices)>;

inline NextPiece piecesOf(std::size_t bytes) {
  return [bytes](std::size_t) { return std::pair(std::size_t{0}, bytes); };
}

class MergeRun {
 public:
  MergeRun(AnswerShape shape, const std::vector<ShardAnswer>& shards, const MergeOptions& options)
      : shards_(shards), fed_(shards.size()), sink_(scratch_) {
    for (const ShardAnswer& shard : shards) labels_.emplace_back(shard.labels);
    std::vector<const SplicedLabels*> pointers;
    for (const SplicedLabels& labels : labels_) pointers.push_back(&labels);
    merger_.emplace(shape, pointers, options);
  }

  MergedAnswer run(const NextPiece& next) {
    while (true) {
      const auto step = merger_->advance(sink_);
      send();
      if (step == AnswerMerger::Step::kFlush) continue;
      if (step != AnswerMerger::Step::kWait) break;
      if (!feed(next)) {
        ADD_FAILURE() << "the merger waits for nothing";
        break;
      }
    }
    finish();
    return std::move(out_);
  }

 private:
  void send() {
    for (const iovec& slice : sink_.slices()) {
      out_.text.append(static_cast<const char*>(slice.iov_base), slice.iov_len);
      sent_ += slice.iov_len;
    }
    sink_.clear();
  }

  /// Feeds until one that was awaited is.
  bool feed(const NextPiece& next) {
    while (true) {
      std::vector<std::size_t> choices;
      for (std::size_t i = 0; i < shards_.size(); ++i) {
        if (fed_[i] <= shards_[i].body.size() && merger_->wants(i)) choices.push_back(i);
      }
      if (choices.empty()) return false;
      const auto [choice, size] = next(choices.size());
      const std::size_t shard = choices[choice];
      const bool awaited = merger_->awaits(shard);
      feed(shard, size);
      if (awaited) return true;
    }
  }

  void feed(std::size_t shard, std::size_t size) {
    const std::string_view body = shards_[shard].body;
    if (fed_[shard] == body.size()) {
      merger_->end(shard);
      ++fed_[shard];  // nothing more comes
      return;
    }
    const std::string piece(body.substr(fed_[shard], size));  // so that a view beyond it is seen
    merger_->feed(shard, piece);
    fed_[shard] += piece.size();
    all_fed_ += piece.size();
    out_.most_buffered = std::max(out_.most_buffered, all_fed_ - std::min(all_fed_, sent_));
  }

  void finish() {
    out_.error = merger_->error();
    out_.failed_shard = merger_->failedShard();
    out_.misplaced = merger_->misplaced();
    for (std::size_t i = 0; i < shards_.size(); ++i) out_.foreign += merger_->foreignLabels(i);
    if (out_.error) return;
    AnswerNotes all;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
      const AnswerNotes& notes = merger_->notes(i);
      out_.notes.push_back(notes);
      all.warnings.insert(all.warnings.end(), notes.warnings.begin(), notes.warnings.end());
      all.infos.insert(all.infos.end(), notes.infos.begin(), notes.infos.end());
    }
    out_.text += answerTail(all);
    out_.truncated = merger_->truncated();
    out_.empty_shards = merger_->emptyShards();
  }

  const std::vector<ShardAnswer>& shards_;
  std::vector<std::size_t> fed_;
  std::vector<SplicedLabels> labels_;
  std::optional<AnswerMerger> merger_;
  alignas(iovec) std::array<char, http::SliceSink::kMinScratch> scratch_;
  http::SliceSink sink_;
  std::size_t all_fed_ = 0;
  std::size_t sent_ = 0;
  MergedAnswer out_;
};

inline MergedAnswer merge(AnswerShape shape, const std::vector<ShardAnswer>& shards,
                          const MergeOptions& options, const NextPiece& next) {
  return MergeRun(shape, shards, options).run(next);
}

}  // namespace prome::forward
