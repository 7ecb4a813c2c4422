// Prometheus' JSON of a range query's result: bytes written a second by one core.
//
// 200 series over 1,000 steps of 15 s, of values as answers hold them. `mixed` is an answer of all kinds.
#include <benchmark/benchmark.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "api/value_json.h"

namespace prome::api {
namespace {

constexpr std::size_t kSeries = 200;
constexpr std::size_t kSteps = 1000;
constexpr std::int64_t kStartMs = 1'700'000'000'000;
constexpr std::size_t kPartBytes = std::size_t{1} << 16;

class Values {
 public:
  /// Counters and gauges that count: 1 to 9 digits.
  double integer() { return static_cast<double>(random() % (std::uint64_t{10} << (random() % 27))); }
  /// Sizes in bytes, times in milliseconds: 10 to 13 digits.
  double largeInteger() { return static_cast<double>(1'000'000'000 + random() % 1'000'000'000'000); }
  /// Temperatures, ratios as they are set by hand: 1 to 4 decimals.
  double shortDecimal() {
    static constexpr double kScales[] = {10, 100, 1000, 10'000};
    return static_cast<double>(random() % 1'000'000) / kScales[random() % 4];
  }
  /// What rate() and averages give: 16 or 17 digits.
  double full() { return static_cast<double>(random() % 1'000'000'000) / 300 * 0.1; }
  double special() {
    static constexpr double kValues[] = {std::numeric_limits<double>::quiet_NaN(),
                                         std::numeric_limits<double>::infinity(),
                                         -std::numeric_limits<double>::infinity()};
    return kValues[random() % 3];
  }
  double mixed() {
    switch (random() % 8) {
      case 0:
        return special();
      case 1:
      case 2:
        return integer();
      case 3:
        return largeInteger();
      case 4:
      case 5:
        return shortDecimal();
      default:
        return full();
    }
  }

 private:
  std::uint64_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  std::uint64_t state_ = 88172645463325252;
};

void encode(benchmark::State& state, double (Values::*next)()) {
  engine::MemoryBudget budget(std::size_t{1} << 30);
  engine::ColumnPool pool(budget);
  engine::GridValue grid{{kStartMs, kStartMs + static_cast<std::int64_t>(kSteps - 1) * 15'000, 15'000}, {}};
  Values values;
  for (std::size_t i = 0; i < kSeries; ++i) {
    engine::Series& series = grid.series.emplace_back();
    const std::string instance = "10.0.0." + std::to_string(i) + ":9100";
    series.labels = {{"__name__", "http_requests_total"}, {"instance", instance}, {"job", "api"}};
    series.floats = pool.uninitialized(kSteps);
    for (double& value : series.floats.values()) value = (values.*next)();
  }
  const engine::Value value(std::move(grid));
  std::size_t bytes = 0;
  std::string out;
  for (auto _ : state) {
    ValueEncoder encoder(value, engine::QueryKind::kRange);
    for (bool more = true; more;) {
      out.clear();
      more = encoder.append(out, kPartBytes);
      bytes += out.size();
      benchmark::DoNotOptimize(out.data());
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kSeries * kSteps));
}

BENCHMARK_CAPTURE(encode, integer, &Values::integer)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, large_integer, &Values::largeInteger)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, short_decimal, &Values::shortDecimal)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, full, &Values::full)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, special, &Values::special)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode, mixed, &Values::mixed)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace prome::api
