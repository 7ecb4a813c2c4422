// Parse and print of everyday queries. bench/promql_parse_go measures Prometheus' own parser on the same
// ones.
#include <benchmark/benchmark.h>

#include <string>

#include "promql/parser.h"
#include "promql/printer.h"

namespace prome::promql {
namespace {

constexpr const char* kRate =
    R"(sum by (job) (rate(http_requests_total{cluster="a",job="api",code=~"5.."}[5m])))";
constexpr const char* kSelector = R"(up{cluster="a"})";
constexpr const char* kRatio =
    R"(sum by (cluster, job) (rate(http_requests_total{cluster=~"a|b",code=~"5.."}[5m])) / on (cluster, job) )"
    R"(group_left () sum by (cluster, job) (rate(http_requests_total{cluster=~"a|b"}[5m])) > bool 0.05)";
void parseOnly(benchmark::State& state, const char* text) {
  for (auto _ : state) {
    auto query = parse(text);
    benchmark::DoNotOptimize(query);
  }
}

void parseAndPrint(benchmark::State& state, const char* text) {
  for (auto _ : state) {
    const auto query = parse(text);
    std::string printed = print(query->root());
    benchmark::DoNotOptimize(printed);
  }
}

BENCHMARK_CAPTURE(parseOnly, selector, kSelector);
BENCHMARK_CAPTURE(parseAndPrint, selector, kSelector);
BENCHMARK_CAPTURE(parseOnly, rate, kRate);
BENCHMARK_CAPTURE(parseAndPrint, rate, kRate);
BENCHMARK_CAPTURE(parseOnly, ratio, kRatio);
BENCHMARK_CAPTURE(parseAndPrint, ratio, kRatio);

}  // namespace
}  // namespace prome::promql
