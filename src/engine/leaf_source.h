// Where leaves come from: the engine's one seam to storage, shards and caches.
//
// The engine opens every leaf of a query before it asks any for its first series, so that a source over the
// network fetches them all at once; `next` may then block. A source decides which expressions it answers
// whole (`answers`): the memory storage only selectors, shards whatever subtree may be pushed down to them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/error.h"
#include "engine/series.h"
#include "engine/step_grid.h"
#include "promql/ast.h"

namespace prome::engine {

/// Series by series, in any order, each labels set once. Used by one thread.
class SampleStream {
 public:
  virtual ~SampleStream() = default;
  /// The next series' samples in `run`; false at the end.
  virtual Result<bool> next(SampleRun& run) = 0;
};

class SeriesStream {
 public:
  virtual ~SeriesStream() = default;
  /// The next series, over all steps of the grid asked for; false at the end.
  virtual Result<bool> next(Series& series) = 0;
};

enum class SamplesUse : std::uint8_t {
  kLatest,  // the latest sample before a time, which a stale marker ends
  kRanges,  // all samples of a range, among which stale markers count nothing
};

/// All samples with start_ms <= t <= end_ms, stale markers included where the use needs them, of the series
/// that match.
struct SamplesRequest {
  std::span<const promql::LabelMatcher> matchers;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  promql::PositionRange pos;  // of the selector in the query's text
  SamplesUse use = SamplesUse::kLatest;
};

class LeafSource {
 public:
  virtual ~LeafSource() = default;

  /// Called once, before any leaf is opened. What the source holds for the evaluation counts against its
  /// budget, columns come from its pool, annotations go to it.
  virtual void begin(Evaluation& evaluation) { static_cast<void>(evaluation); }

  virtual Result<std::unique_ptr<SampleStream>> samples(const SamplesRequest& request) = 0;

  /// Is `expr` (of type vector or scalar) answered as a whole, by `columns`?
  virtual bool answers(const promql::Expr& expr) const {
    static_cast<void>(expr);
    return false;
  }
  /// The values of `expr` at the steps of `grid`. Only asked where `answers` said so.
  virtual Result<std::unique_ptr<SeriesStream>> columns(const promql::Expr& expr, const StepGrid& grid) {
    static_cast<void>(expr), static_cast<void>(grid);
    return fail(ErrorKind::kInternal, "this source answers selectors only");
  }
};

}  // namespace prome::engine
