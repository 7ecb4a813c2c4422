// Where the engine is known to answer otherwise than Prometheus 3.14: open ends, each to be closed or to be
// told in the documentation. Cases of these shapes are left out of comparisons with the engine, unless
// --strict.
#pragma once

#include <optional>
#include <string_view>

#include "tests/differential/answer.h"
#include "tests/differential/test_case.h"

namespace prome::differential {

/// Why `test_case` may differ, or nothing. Judged by its text: it may be too careful.
std::optional<std::string_view> knownDifference(const TestCase& test_case);
/// The same, judged by what was answered.
std::optional<std::string_view> knownDifference(const TestCase& test_case, const Answer& ours,
                                                const Answer& theirs);

/// Why the engine over shards may answer `test_case` otherwise than the engine over all series, if so.
std::optional<std::string_view> knownShardedDifference(const TestCase& test_case);

}  // namespace prome::differential
