// Operators: a tree that is pulled from the root, a series at a time, each series over all steps.
//
// So a step's loop runs over contiguous values, an operator that needs no more than one series at a time
// holds no more, and instant and range queries are the same code (an instant is a grid of one step). A scalar
// is one series without labels, present at every step. Used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.h"
#include "engine/evaluation.h"
#include "engine/series.h"
#include "promql/ast.h"

namespace prome::engine {

/// Where an operator stands: the expression it evaluates, its steps, its place in the ledger.
struct Place {
  Evaluation& evaluation;
  const promql::Expr& expr;
  StepGrid grid;
  SampleLedger::Node ledger;
};

class Operator {
 public:
  explicit Operator(const Place& place) : place_(place) {}
  Operator(const Operator&) = delete;
  Operator& operator=(const Operator&) = delete;
  virtual ~Operator() = default;

  /// The next series in `series` (whatever was in it is replaced); false at the end, after which it is not
  /// called again. A series may have no value at any step: it is then as if it were not there.
  Result<bool> next(Series& series);

  const StepGrid& grid() const { return place_.grid; }

 protected:
  virtual Result<bool> produce(Series& series) = 0;

  Evaluation& evaluation() { return place_.evaluation; }
  const promql::Expr& expr() const { return place_.expr; }
  std::size_t steps() const { return place_.grid.steps(); }
  SampleLedger::Node ledger() const { return place_.ledger; }

 private:
  Place place_;
};

using OperatorPtr = std::unique_ptr<Operator>;

/// A range vector before it is cut into windows: series by series, all samples any window needs.
class RangeSource {
 public:
  virtual ~RangeSource() = default;
  /// Stale markers are left out. The run holds until the next call.
  virtual Result<bool> next(SampleRun& run) = 0;
};

/// How windows lie on the steps: ending at the step's reference time, (ref - range, ref], in 2.x
/// [ref - range, ref].
struct WindowGrid {
  StepGrid grid;
  std::int64_t range_ms = 0;
  std::int64_t offset_ms = 0;
  std::optional<std::int64_t> at_ms;  // of an `@`: every step's window is the same
  /// Of an `@` in 2.x: windows begin there and go on moving, though later samples are not selected. Seen only
  /// where something else in the call varies.
  bool moves = false;
  promql::RangeMode mode = promql::RangeMode::kPlain;

  std::int64_t reference(std::size_t step) const {
    if (!at_ms) return grid.time(step) - offset_ms;
    return *at_ms - offset_ms + (moves ? grid.time(step) - grid.start_ms : 0);
  }
  /// The last time that is selected.
  std::int64_t last() const { return reference(at_ms ? 0 : grid.steps() - 1); }
};

struct RangeOperand {
  std::unique_ptr<RangeSource> source;
  WindowGrid windows;
  const promql::Expr* expr = nullptr;  // the matrix selector or subquery
};

/// All series of `input` with the next() loop done: for operators that need every series at once.
Result<std::vector<Series>> drain(Operator& input);

/// Reads `input` to its end for its errors and annotations.
Result<void> discard(Operator& input);

}  // namespace prome::engine
