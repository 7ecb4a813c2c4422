// The script language's series: labels and their values, `http_total{job="a"} 0+10x3 _ stale {{count:3}}`.
//
// Pure functions over one line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "model/float_histogram.h"
#include "model/labels.h"
#include "promqltest/cursor.h"

namespace prome::promqltest {

/// One value, or none where the script says `_`.
struct ScriptValue {
  std::variant<std::monostate, double, model::HistogramPtr> value;
  bool hint_given = false;  // compare the histogram's counter reset hint

  bool isGap() const { return std::holds_alternative<std::monostate>(value); }
};

struct NotedSeries {
  model::Labels labels;
  std::vector<ScriptValue> values;
};

/// Start timestamps of one series: milliseconds to add to each sample's own time; none for `_`.
struct NotedStarts {
  model::Labels labels;
  std::vector<std::optional<std::int64_t>> offsets_ms;
};

/// A whole line: labels, then items parted by blanks: `_`, `_xN` (N gaps), `V`, `VxN`, `V+DxN`, `V-DxN` (N+1
/// values), V a number, a duration, Inf, NaN, stale or `{{...}}`.
Notation<NotedSeries> parseSeries(std::string_view line);

/// Is this a line of start timestamps, `metric{...}@st ...`?
bool isStartLine(std::string_view line);
/// Such a line: items `_`, `_xN`, `D`, `DxN`, `D+ExN`, `D-ExN` of durations with an optional sign.
Notation<NotedStarts> parseStarts(std::string_view line);

}  // namespace prome::promqltest
