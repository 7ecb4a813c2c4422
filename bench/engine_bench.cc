// Whole queries on the engine over the storage in memory: 1,000 steps, a sample a step.
//
// `Selector` is what reading the input costs: subtract it to see an operator's own part.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "engine/engine.h"
#include "promql/parser.h"
#include "promqltest/memory_storage.h"

namespace {

using namespace prome;

constexpr std::int64_t kStepMs = 15'000;
constexpr int kSteps = 1000;

void fill(promqltest::MemoryStorage& storage, const model::Labels& labels, double slope) {
  for (int step = 0; step < kSteps; ++step) {
    if (!storage.append(labels, step * kStepMs, slope * step)) std::abort();
  }
}

void fillVector(promqltest::MemoryStorage& storage, std::string_view name, int series) {
  for (int i = 0; i < series; ++i) {
    const std::string instance = "host-" + std::to_string(i);
    const std::string job = "job-" + std::to_string(i % 10);
    fill(storage, {{"__name__", name}, {"instance", instance}, {"job", job}}, i + 1);
  }
}

// 10 buckets of each of series/10 histograms.
void fillBuckets(promqltest::MemoryStorage& storage, std::string_view name, int series) {
  constexpr int kBuckets = 10;
  for (int i = 0; i < series; ++i) {
    const int bucket = i % kBuckets;
    const std::string le = bucket + 1 == kBuckets ? "+Inf" : std::to_string(0.1 * (bucket + 1));
    const std::string instance = "host-" + std::to_string(i / kBuckets);
    fill(storage, {{"__name__", name}, {"instance", instance}, {"le", le}}, bucket + 1);
  }
}

void evaluate(benchmark::State& state, promqltest::MemoryStorage& storage, std::string_view text,
              int series) {
  const auto query = promql::parse(text);
  const engine::Engine engine({});
  const engine::QuerySpec spec{engine::QueryKind::kRange, {0, (kSteps - 1) * kStepMs, kStepMs}};
  for (auto _ : state) {
    model::Annotations annotations;
    const auto answer = engine.evaluate(*query, spec, storage, annotations);
    if (!answer) std::abort();
    benchmark::DoNotOptimize(answer->value());
  }
  state.SetItemsProcessed(state.iterations() * series * kSteps);
}

void Selector(benchmark::State& state) {
  promqltest::MemoryStorage storage;
  fillVector(storage, "x", 1000);
  evaluate(state, storage, "x", 1000);
}

void SumBy(benchmark::State& state) {
  promqltest::MemoryStorage storage;
  fillVector(storage, "x", 1000);
  evaluate(state, storage, "sum by (job) (x)", 1000);
}

void GroupLeft(benchmark::State& state) {
  promqltest::MemoryStorage storage;
  fillVector(storage, "a", 10'000);
  fillVector(storage, "b", 10'000);
  evaluate(state, storage, "sum(a * on (instance) group_left b)", 10'000);
}

void HistogramQuantile(benchmark::State& state) {
  promqltest::MemoryStorage storage;
  fillBuckets(storage, "x", 10'000);
  evaluate(state, storage, "histogram_quantile(0.9, sum by (le) (x))", 10'000);
}

void Rate(benchmark::State& state) {
  promqltest::MemoryStorage storage;
  fillVector(storage, "x", 1000);
  evaluate(state, storage, "sum(rate(x[5m]))", 1000);
}

BENCHMARK(Selector)->Unit(benchmark::kMillisecond);
BENCHMARK(SumBy)->Unit(benchmark::kMillisecond);
BENCHMARK(GroupLeft)->Unit(benchmark::kMillisecond);
BENCHMARK(HistogramQuantile)->Unit(benchmark::kMillisecond);
BENCHMARK(Rate)->Unit(benchmark::kMillisecond);

}  // namespace
