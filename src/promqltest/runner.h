// Runs test scripts against the engine.
//
// Each eval is evaluated as written; an instant one again, unless a script asks for an order, a string or a
// range vector (then only a):
//   a) with `@ T` on every selector and subquery that has no time of its own, at -10T, 0, T/5, T and 10T
//      (-1s, 0 and 1s where T is 0), unless a function of the evaluation's own time occurs;
//   b) as a range query over [T - 1m, T + 1m] in steps of 1m, whose middle step must be the same, unless
//      start(), end(), range() or step() occurs. Each of (a) is also run so.
// All of them together are one evaluation in a report. A Runner may be used by several threads at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.h"
#include "promqltest/limits.h"
#include "promqltest/script.h"

namespace prome::promqltest {

/// The engine scripts expect: a server's, but for delayed name removal, start timestamps, and few samples.
engine::EngineOptions scriptEngineOptions();

struct Failure {
  std::size_t line = 0;
  std::size_t column = 0;  // 0: the line as a whole
  std::string text;        // ends with a line break
};

struct FileReport {
  std::size_t evaluations = 0;    // eval commands met
  std::size_t passed = 0;         // of them
  std::vector<Failure> failures;  // an eval that failed, a load that failed, or why the script cannot be read
};

class Runner {
 public:
  explicit Runner(const engine::EngineOptions& options = scriptEngineOptions()) : engine_(options) {}

  /// A failed eval is reported and the rest goes on; after a load that fails, the evals up to the next
  /// `clear` count as failed without being run.
  FileReport run(std::string_view script) const;

 private:
  const engine::Engine engine_;
};

/// `report` as text: failures first, each `name:line:` and what differs, then one line of counts.
std::string describe(const FileReport& report, std::string_view name);

}  // namespace prome::promqltest
