// Binary operators over columns in memory: nanoseconds a sample of the "many" (or only) vector.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "engine/binary.h"
#include "promql/parser.h"

namespace prome::engine {
namespace {

constexpr std::size_t kSteps = 1000;

/// Series with a value at every step, `labels[i]` the i-th; all of one column's values.
class MemoryOperator : public Operator {
 public:
  MemoryOperator(const Place& place, const std::vector<model::Labels>& labels)
      : Operator(place), labels_(labels), values_(steps(), 1.5) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (at_ == labels_.size()) return false;
    series.labels = labels_[at_++];
    series.floats = evaluation().columns().uninitialized(steps());
    std::ranges::copy(values_, series.floats.values().begin());
    return true;
  }

 private:
  const std::vector<model::Labels>& labels_;
  const std::vector<double> values_;
  std::size_t at_ = 0;
};

std::vector<model::Labels> labelSets(std::string_view name, std::size_t count, std::size_t instances) {
  std::vector<model::Labels> sets;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string instance = "10.0.0." + std::to_string(i % instances) + ":9100";
    const std::string cpu = std::to_string(i / instances);
    sets.push_back({{"__name__", name}, {"instance", instance}, {"job", "node"}, {"cpu", cpu}});
  }
  return sets;
}

void run(benchmark::State& state, std::string_view text, std::size_t many, std::size_t one) {
  const promql::Query query = promql::parse(text).value();
  const EngineOptions options;
  const std::vector<model::Labels> lhs = labelSets("a", many, one);
  const std::vector<model::Labels> rhs = labelSets("b", one, one);
  for (auto _ : state) {
    Evaluation evaluation(options, {0, kSteps - 1, 1}, {});
    const auto place = [&] {
      return Place{evaluation, query.root(), evaluation.queryGrid(),
                   evaluation.ledger().add(SampleLedger::kRoot)};
    };
    const Place root = place();
    OperatorPtr left = std::make_unique<MemoryOperator>(place(), lhs);
    OperatorPtr right = std::make_unique<MemoryOperator>(place(), rhs);
    const OperatorPtr operation = makeBinary(root, std::move(left), std::move(right)).value();
    Series series;
    while (operation->next(series).value()) benchmark::DoNotOptimize(series.floats.values().data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(many * kSteps));
}

void groupLeft(benchmark::State& state) {
  run(state, "a * on (instance) group_left b", 10'000, 500);
}
void groupLeftInclude(benchmark::State& state) {
  run(state, "a * on (instance) group_left (job) b", 10'000, 500);
}
void oneToOne(benchmark::State& state) {
  run(state, "a + b", 1'000, 1'000);
}
void filter(benchmark::State& state) {
  run(state, "a > on (instance) group_left b", 10'000, 500);
}
void setAnd(benchmark::State& state) {
  run(state, "a and on (instance) b", 10'000, 500);
}

BENCHMARK(groupLeft)->Unit(benchmark::kMillisecond);
BENCHMARK(groupLeftInclude)->Unit(benchmark::kMillisecond);
BENCHMARK(oneToOne)->Unit(benchmark::kMillisecond);
BENCHMARK(filter)->Unit(benchmark::kMillisecond);
BENCHMARK(setAnd)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace prome::engine
