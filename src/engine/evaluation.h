// One evaluation of one query: what all its operators share.
//
// Owned by Engine::evaluate, used by one thread; only `Cancellation` is touched by others.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "engine/column.h"
#include "engine/engine_options.h"
#include "engine/memory_budget.h"
#include "engine/profile.h"
#include "engine/sample_ledger.h"
#include "engine/step_grid.h"
#include "model/annotations.h"
#include "promql/ast.h"

namespace prome::engine {

/// Ends an evaluation from outside: takes effect at its next checkpoint. Thread-safe.
class Cancellation {
 public:
  void cancel() { canceled_.store(true, std::memory_order_relaxed); }
  bool canceled() const { return canceled_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> canceled_{false};
};

using Clock = std::chrono::steady_clock;

struct EvaluationLimits {
  MemoryBudget* process_budget = nullptr;      // null: only the query's own
  const Cancellation* cancellation = nullptr;  // null: none
  Clock::time_point deadline = Clock::time_point::max();
  Profile* profile = nullptr;  // null: nothing is measured
};

class Evaluation {
 public:
  Evaluation(const EngineOptions& options, const StepGrid& query_grid, const EvaluationLimits& limits)
      : options_(options),
        query_grid_(query_grid),
        limits_(limits),
        budget_(options.max_query_bytes, limits.process_budget),
        columns_(budget_),
        ledger_(options.max_samples) {}

  const EngineOptions& options() const { return options_; }
  bool is3x() const { return options_.dialect == Dialect::kPrometheus3; }
  bool delaysNameRemoval() const { return options_.name_removal == NameRemoval::kDelayed; }
  /// The grid of the whole query: what start(), end() and the warning of sort() go by.
  const StepGrid& queryGrid() const { return query_grid_; }
  bool isRangeQuery() const { return is_range_query_; }
  void setRangeQuery() { is_range_query_ = true; }

  model::Annotations& annotations() { return annotations_; }
  void warn(std::string text, const promql::Expr& about) {
    annotations_.warn(std::move(text), about.pos.start, about.pos.end);
  }
  void inform(std::string text, const promql::Expr& about) {
    annotations_.inform(std::move(text), about.pos.start, about.pos.end);
  }

  ColumnPool& columns() { return columns_; }
  MemoryBudget& budget() { return budget_; }
  SampleLedger& ledger() { return ledger_; }
  Profile* profile() { return limits_.profile; }

  /// To be called at least once in a millisecond or so of work (Operator::next does, for each series; a loop
  /// over windows or over many series calls it for some thousands of values). Throws EvaluationStopped:
  /// "query was canceled in expression evaluation", "query timed out in expression evaluation".
  void checkpoint() { checkpointAfter(1); }
  /// As many checkpoints at once: after a piece of work that was longer.
  void checkpointAfter(std::size_t checkpoints) {
    if ((checkpoints_ += checkpoints) < kCheckpointsPerLook) return;
    checkpoints_ = 0;
    look();
  }
  /// To be called after every wait.
  void checkAfterWait() const { look(); }
  /// For loops over steps without a column: steps may then be any number, and no budget ends them.
  void checkpointAtStep(std::size_t step) {
    if (step % kStepsPerCheckpoint == kStepsPerCheckpoint - 1) checkpoint();
  }

 private:
  static constexpr std::size_t kCheckpointsPerLook = 16;
  static constexpr std::size_t kStepsPerCheckpoint = 4096;
  void look() const;

  const EngineOptions& options_;
  const StepGrid query_grid_;
  const EvaluationLimits limits_;
  bool is_range_query_ = false;
  std::size_t checkpoints_ = 0;  // since the last look
  MemoryBudget budget_;
  ColumnPool columns_;
  SampleLedger ledger_;
  model::Annotations annotations_;
};

}  // namespace prome::engine
