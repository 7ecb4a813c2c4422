// What an engine is told once. Plain values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "model/dialect.h"

namespace prome::engine {

/// 2.x: ranges closed on the left, plain sums, ...; 3.x: open, compensated.
using model::Dialect;

/// Does a dropped metric name leave the series at once (servers' default), or at the very end?
enum class NameRemoval : std::uint8_t { kImmediate, kDelayed };

/// Do rate, irate, increase and resets look at samples' start timestamps?
enum class StartTimestamps : std::uint8_t { kIgnored, kUsed };

struct EngineOptions {
  Dialect dialect = Dialect::kPrometheus3;
  NameRemoval name_removal = NameRemoval::kImmediate;
  StartTimestamps start_timestamps = StartTimestamps::kIgnored;
  std::chrono::milliseconds lookback_delta{std::chrono::minutes{5}};
  std::chrono::milliseconds default_subquery_step{std::chrono::minutes{1}};
  std::size_t max_samples = 50'000'000;
  std::size_t max_query_bytes = std::size_t{1} << 30;
};

}  // namespace prome::engine
