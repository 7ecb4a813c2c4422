// Fewer buckets for the same observations: dropping empty ones, and halving the resolution.
#include <algorithm>
#include <utility>

#include "base/compensated_sum.h"
#include "model/bucket_layout.h"

namespace prome::model {
namespace {

/// Gaps are filled with at most this many buckets in all, whatever `max_empty` says: a histogram of a few
/// buckets may have them billions of indexes apart. All indexes doubles can have at schema 8 are 535,000.
constexpr std::size_t kMaxFilledBuckets = 1 << 20;

/// A span to be: buckets from position `begin` to `end`, the first of them at `index`.
struct Run {
  std::int64_t index = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

bool isEmpty(const Buckets& buckets, std::size_t i) {
  return buckets.counts[i] == 0 && (buckets.compensations.empty() || buckets.compensations[i] == 0);
}

/// The common case, seen without allocating.
bool isCompact(const Buckets& buckets, std::size_t max_empty) {
  bool is_first = true;  // its offset is an index, not a gap
  for (const Span& span : buckets.spans) {
    if (span.length == 0) return false;
    if (!is_first && (span.offset <= 0 || static_cast<std::size_t>(span.offset) <= max_empty)) return false;
    is_first = false;
  }
  return std::ranges::find(buckets.counts, 0.0) == buckets.counts.end();
}

/// Runs of buckets in use: at most `max_empty` empty ones in a row, none at the ends. A gap between spans
/// ends a run.
std::vector<Run> usedRuns(const Buckets& buckets, std::size_t max_empty) {
  std::vector<Run> runs;
  std::int64_t next_index = 0;  // after the bucket before
  bool in_run = false;
  for (BucketCursor at(buckets); !at.done(); at.next()) {
    if (at.index() != next_index) in_run = false;
    next_index = at.index() + 1;
    const std::size_t i = at.position();
    if (isEmpty(buckets, i)) continue;
    if (in_run && i - runs.back().end <= max_empty) {
      runs.back().end = i + 1;
    } else {
      runs.push_back({at.index(), i, i + 1});
      in_run = true;
    }
  }
  return runs;
}

void appendRange(std::vector<double>& out, const std::vector<double>& in, const Run& run) {
  if (in.empty()) return;
  const auto begin = in.begin();
  out.insert(out.end(), begin + static_cast<std::ptrdiff_t>(run.begin),
             begin + static_cast<std::ptrdiff_t>(run.end));
}

/// `runs` as spans, with gaps of at most `max_empty` buckets filled.
Buckets filled(const Buckets& buckets, const std::vector<Run>& runs, std::size_t max_empty) {
  Buckets out;
  std::size_t may_fill = kMaxFilledBuckets;
  std::int64_t end = 0;
  for (const Run& run : runs) {
    const auto gap = static_cast<std::uint64_t>(run.index - end);
    if (out.spans.empty() || gap > max_empty || gap > may_fill) {
      const std::int64_t offset = run.index - end;
      out.spans.push_back({.offset = static_cast<std::int32_t>(offset), .length = 0});
    } else {
      out.counts.resize(out.counts.size() + gap);
      if (!buckets.compensations.empty()) out.compensations.resize(out.compensations.size() + gap);
      out.spans.back().length += static_cast<std::uint32_t>(gap);
      may_fill -= gap;
    }
    appendRange(out.counts, buckets.counts, run);
    appendRange(out.compensations, buckets.compensations, run);
    out.spans.back().length += static_cast<std::uint32_t>(run.end - run.begin);
    end = run.index + static_cast<std::int64_t>(run.end - run.begin);
  }
  return out;
}

template <Summation kSummation>
Buckets coarser(BucketsView buckets, std::int32_t steps) {
  Buckets out;
  BucketWriter writer(out);
  for (BucketCursor at(buckets); !at.done(); at.next()) {
    const std::int64_t index = coarserIndex(at.index(), steps);
    const double count = buckets.counts[at.position()];
    [[maybe_unused]] double compensation = 0;
    if constexpr (kSummation == Summation::kKahan) {
      if (!buckets.compensations.empty()) compensation = buckets.compensations[at.position()];
    }
    if (!out.spans.empty() && index == writer.end() - 1) {
      if constexpr (kSummation == Summation::kPlain) {
        out.counts.back() += count;
      } else {
        CompensatedSum sum{out.counts.back(), out.compensations.back()};
        sum.add(count);
        sum.add(compensation);
        out.counts.back() = sum.sum;
        out.compensations.back() = sum.lost;
      }
      continue;
    }
    if (index != writer.end()) writer.beginSpan(index);
    if constexpr (kSummation == Summation::kPlain) {
      writer.append(count);
    } else {
      writer.append(count, compensation);
    }
  }
  return out;
}

}  // namespace

void compactBuckets(Buckets& buckets, std::size_t max_empty) {
  if (isCompact(buckets, max_empty)) return;
  buckets = filled(buckets, usedRuns(buckets, max_empty), max_empty);
}

Buckets coarserBuckets(BucketsView buckets, std::int32_t steps, Summation summation) {
  return summation == Summation::kPlain ? coarser<Summation::kPlain>(buckets, steps)
                                        : coarser<Summation::kKahan>(buckets, steps);
}

}  // namespace prome::model
