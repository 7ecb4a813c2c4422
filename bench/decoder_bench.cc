// Shards' answers decoded into columns: bytes of JSON a second by one core, fed in blocks as they come from a
// socket.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/number_format.h"
#include "engine/evaluation.h"
#include "querier/answer_decoder.h"

namespace prome::querier {
namespace {

constexpr std::size_t kSteps = 241;
constexpr std::int64_t kStep = 15'000;
constexpr std::size_t kBlock = 64 << 10;

enum class Values : std::uint8_t { kShort, kRates, kDoubles, kCounters };

class Random {
 public:
  std::uint64_t next() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  double value(Values values) {
    switch (values) {
      case Values::kShort:
        return static_cast<double>(next() % 100'000) / 100;
      case Values::kRates:
        return static_cast<double>(next() % 10'000) / 285;
      case Values::kDoubles:
        return std::bit_cast<double>((next() >> 12) | 0x3fe0000000000000) * 100;
      case Values::kCounters:
        return static_cast<double>(next() % 100'000'000);
    }
    return 0;
  }

 private:
  std::uint64_t state_ = 88172645463325252;
};

void appendSample(std::string& out, std::int64_t time_ms, double value) {
  char text[kMaxSampleValueBytes];
  out += '[' + std::to_string(time_ms / 1000);
  if (time_ms % 1000 != 0) out += '.' + std::to_string(time_ms % 1000);
  out += ",\"";
  out.append(text, writeSampleValue(text, value));
  out += "\"]";
}

std::string matrix(const engine::StepGrid& grid, std::size_t series, Values values) {
  Random random;
  std::string out = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (std::size_t i = 0; i < series; ++i) {
    if (i > 0) out += ',';
    const std::string number = std::to_string(i);
    out += R"({"metric":{"instance":"host-)" + number + R"(:9100","job":"node","mode":"user"},"values":[)";
    for (std::size_t step = 0; step < grid.steps(); ++step) {
      if (step > 0) out += ',';
      appendSample(out, grid.time(step), random.value(values));
    }
    out += "]}";
  }
  return out + "]}}";
}

std::string vector(const engine::StepGrid& grid, std::size_t series) {
  Random random;
  std::string out = R"({"status":"success","data":{"resultType":"vector","result":[)";
  for (std::size_t i = 0; i < series; ++i) {
    if (i > 0) out += ',';
    const std::string number = std::to_string(i);
    out += R"({"metric":{"instance":"host-)" + number + R"(:9100","job":"node","mode":"user"},"value":)";
    appendSample(out, grid.start_ms, random.value(Values::kRates));
    out += '}';
  }
  return out + "]}}";
}

void decode(benchmark::State& state, const std::string& answer, const engine::StepGrid& grid) {
  std::size_t series_count = 0;
  for (auto _ : state) {
    const engine::EngineOptions options;
    engine::Evaluation evaluation(options, grid, {});
    AnswerDecoder decoder(grid, {{"cluster", "a"}}, evaluation);
    engine::Series series;
    for (std::size_t at = 0; at < answer.size(); at += kBlock) {
      if (!decoder.feed(std::string_view(answer).substr(at, kBlock))) std::abort();
      while (decoder.next(series)) {
        benchmark::DoNotOptimize(series.floats.values().data());
        ++series_count;
      }
    }
    if (!decoder.finish()) std::abort();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * answer.size()));
  state.counters["series"] =
      benchmark::Counter(static_cast<double>(series_count), benchmark::Counter::kIsRate);
}

void decodeMatrix(benchmark::State& state, Values values, std::int64_t start_ms) {
  const engine::StepGrid grid{.start_ms = start_ms,
                              .end_ms = start_ms + (static_cast<std::int64_t>(kSteps) - 1) * kStep,
                              .step_ms = kStep};
  decode(state, matrix(grid, 1000, values), grid);
}

void decodeVector(benchmark::State& state) {
  const engine::StepGrid grid = engine::StepGrid::at(1'700'000'000'123);
  decode(state, vector(grid, 10'000), grid);
}

BENCHMARK_CAPTURE(decodeMatrix, short_decimals, Values::kShort, 1'700'000'000'000);
BENCHMARK_CAPTURE(decodeMatrix, rates, Values::kRates, 1'700'000'000'000);
BENCHMARK_CAPTURE(decodeMatrix, full_doubles, Values::kDoubles, 1'700'000'000'000);
BENCHMARK_CAPTURE(decodeMatrix, full_doubles_milliseconds, Values::kDoubles, 1'700'000'000'123);
BENCHMARK_CAPTURE(decodeMatrix, counters, Values::kCounters, 1'700'000'000'000);
BENCHMARK(decodeVector);

}  // namespace
}  // namespace prome::querier
