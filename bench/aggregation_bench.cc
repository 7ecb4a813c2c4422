// Aggregations over columns in memory: samples folded a second by one core.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/aggregation.h"
#include "promql/parser.h"

namespace prome::engine {
namespace {

constexpr std::size_t kSteps = 1000;
constexpr std::size_t kJobs = 10;

enum class Gaps : std::uint8_t { kNone, kSome };

struct Input {
  std::vector<model::Labels> labels;
  std::vector<std::vector<double>> columns;
};

Input makeInput(std::size_t series, Gaps gaps) {
  Input input;
  std::uint64_t state = 88172645463325252;
  const auto random = [&state] {
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
  };
  for (std::size_t i = 0; i < series; ++i) {
    const std::string job = std::to_string(i % kJobs);
    const std::string instance = std::to_string(i);
    input.labels.push_back({{"__name__", "x"}, {"instance", instance}, {"job", job}});
    std::vector<double>& column = input.columns.emplace_back();
    for (std::size_t step = 0; step < kSteps; ++step) {
      const double value = static_cast<double>(random() % 1'000'000) / 7;
      column.push_back(gaps == Gaps::kSome && random() % 100 == 0 ? kAbsent : value);
    }
  }
  return input;
}

class InputOperator final : public Operator {
 public:
  InputOperator(const Place& place, const Input& input) : Operator(place), input_(input) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (at_ == input_.labels.size()) return false;
    series.labels = input_.labels[at_];
    series.floats = evaluation().columns().uninitialized(kSteps);
    std::ranges::copy(input_.columns[at_++], series.floats.values().begin());
    return true;
  }

 private:
  const Input& input_;
  std::size_t at_ = 0;
};

class ConstantOperator final : public Operator {
 public:
  ConstantOperator(const Place& place, double value) : Operator(place), value_(value) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (std::exchange(done_, true)) return false;
    series.floats = evaluation().columns().uninitialized(kSteps);
    std::ranges::fill(series.floats.values(), value_);
    return true;
  }

 private:
  double value_;
  bool done_ = false;
};

/// Evaluates `text`, an aggregation of x, over `series` series with or without gaps.
void aggregate(benchmark::State& state, std::string_view text, Gaps gaps) {
  const Input input = makeInput(static_cast<std::size_t>(state.range(0)), gaps);
  const promql::Query query = promql::parse(text).value();
  const auto& expr = *promql::as<promql::AggregateExpr>(query.root());
  const StepGrid grid{0, (kSteps - 1) * 1000, 1000};
  const EngineOptions options;
  for (auto _ : state) {
    Evaluation evaluation(options, grid, {});
    const auto place = [&](const promql::Expr& of) {
      return Place{evaluation, of, grid, evaluation.ledger().add(SampleLedger::kRoot)};
    };
    OperatorPtr param;
    if (expr.param != nullptr) {
      const double value = promql::as<promql::NumberLiteral>(*expr.param)->value;
      param = std::make_unique<ConstantOperator>(place(*expr.param), value);
    }
    const OperatorPtr op =
        makeAggregation(place(query.root()), std::make_unique<InputOperator>(place(*expr.expr), input),
                        std::move(param))
            .value();
    Series series;
    while (op->next(series).value()) benchmark::DoNotOptimize(series.floats.values().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * static_cast<std::int64_t>(kSteps));
}

/// What giving the input costs alone.
void inputOnly(benchmark::State& state) {
  const Input input = makeInput(static_cast<std::size_t>(state.range(0)), Gaps::kNone);
  const promql::Query query = promql::parse("x").value();
  const StepGrid grid{0, (kSteps - 1) * 1000, 1000};
  const EngineOptions options;
  for (auto _ : state) {
    Evaluation evaluation(options, grid, {});
    InputOperator op({evaluation, query.root(), grid, SampleLedger::kRoot}, input);
    Series series;
    while (op.next(series).value()) benchmark::DoNotOptimize(series.floats.values().data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0) * static_cast<std::int64_t>(kSteps));
}

BENCHMARK(inputOnly)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, sum_by, "sum by (job) (x)", Gaps::kNone)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, sum_by_gaps, "sum by (job) (x)", Gaps::kSome)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, avg_by, "avg by (job) (x)", Gaps::kNone)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, max, "max(x)", Gaps::kNone)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, max_gaps, "max(x)", Gaps::kSome)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, stddev, "stddev by (job) (x)", Gaps::kNone)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, quantile, "quantile by (job) (0.9, x)", Gaps::kNone)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, topk, "topk(5, x)", Gaps::kNone)->Arg(1000);
BENCHMARK_CAPTURE(aggregate, topk_gaps, "topk(5, x)", Gaps::kSome)->Arg(1000);

}  // namespace
}  // namespace prome::engine
