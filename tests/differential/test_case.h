// One question to all evaluators: stored samples, a query and when to evaluate it.
//
// Plain values. A case is written and read as a promqltest script: `load STEP`, series lines, one `eval`.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "model/dialect.h"
#include "model/float_histogram.h"
#include "model/labels.h"

namespace prome::differential {

enum class QueryKind : std::uint8_t { kInstant, kRange };
enum class NameRemoval : std::uint8_t { kImmediate, kDelayed };

struct Times {
  QueryKind kind = QueryKind::kInstant;
  std::int64_t start_ms = 0;
  std::int64_t end_ms = 0;
  std::int64_t step_ms = 1;
};

/// Items of a series line, one a sample, and of the line of start timestamps before it (maybe none).
struct SeriesText {
  std::string metric = {};
  std::vector<std::string> values = {};
  std::vector<std::string> starts = {};
};

struct TestCase {
  std::int64_t load_step_ms = 0;
  std::vector<SeriesText> series = {};
  std::string query = {};
  Times times;
  NameRemoval name_removal = NameRemoval::kImmediate;
  model::Dialect dialect = model::Dialect::kPrometheus3;
};

/// The load block alone.
std::string loadText(const TestCase& test_case);
/// All of it: `# delayed`, `# 2.x`, the load block, the eval line.
std::string scriptText(const TestCase& test_case);
/// Cases as scriptText writes them, one after the other. Errors: what is no such script.
std::expected<std::vector<TestCase>, std::string> parseScripts(std::string_view text);

/// A stored sample, as storage hands it out: a float, or a histogram where `histogram` is set.
struct StoredSample {
  std::int64_t time_ms = 0;
  double value = 0;
  model::HistogramPtr histogram = {};
  std::int64_t start_ms = 0;  // 0: none is known
};

struct StoredSeries {
  model::Labels labels = {};
  std::vector<StoredSample> samples = {};
};

}  // namespace prome::differential
