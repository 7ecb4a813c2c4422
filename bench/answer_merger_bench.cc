// CPU time of merging matrices of three shards, without sockets: bytes come in runs of 128 KiB, what leaves
// is dropped. `cluster` sorts before most labels, `zone` behind all of them.
#include <benchmark/benchmark.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "forward/answer_merger.h"

namespace {

using namespace prome;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kShards = 3;
constexpr std::size_t kRun = 128u << 10;

/// A matrix as rate() gives it: full doubles.
std::string matrixOf(std::size_t series, std::size_t steps) {
  std::mt19937_64 random(1);
  std::string out = R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (std::size_t i = 0; i < series; ++i) {
    const std::string number = std::to_string(100'000 + i);
    out += (i == 0 ? "" : ",") + (R"({"metric":{"instance":"host-)" + number) +
           R"(.example.org:9100","job":"node","mode":"idle"},"values":[)";
    for (std::size_t step = 0; step < steps; ++step) {
      out += (step == 0 ? "[" : ",[") + std::to_string(1'700'000'000 + 15 * step) + ",\"" +
             std::to_string(static_cast<double>(random() % 1'000'000'000'000) / 1e9) + "333333\"]";
    }
    out += "]}";
  }
  return out + "]}}";
}

void mergeMatrices(benchmark::State& state, const std::string& label, std::size_t series, std::size_t steps) {
  const std::string body = matrixOf(series, steps);
  std::vector<forward::SplicedLabels> labels;
  for (const char* value : {"a", "b", "c"})
    labels.emplace_back(std::vector<std::pair<std::string, std::string>>{{label, value}});
  const std::array<const forward::SplicedLabels*, kShards> shards = {labels.data(), &labels[1], &labels[2]};
  alignas(iovec) static std::array<char, kRun> scratch;
  std::size_t sent = 0;
  for (auto _ : state) {
    forward::AnswerMerger merger(forward::AnswerShape::kMatrix, shards, {});
    http::SliceSink sink(scratch);
    std::array<std::size_t, kShards> fed{};
    auto step = forward::AnswerMerger::Step::kWait;
    while (step != forward::AnswerMerger::Step::kDone && step != forward::AnswerMerger::Step::kBroken) {
      for (std::size_t i = 0; step == forward::AnswerMerger::Step::kWait && i < kShards; ++i) {
        if (fed[i] > body.size() || !merger.wants(i)) continue;
        if (fed[i] == body.size()) {
          merger.end(i);
          ++fed[i];
          continue;
        }
        const std::string_view run = std::string_view(body).substr(fed[i], kRun);
        merger.feed(i, run);
        fed[i] += run.size();
      }
      step = merger.advance(sink);
      sent += sink.size();
      sink.clear();
    }
    if (step == forward::AnswerMerger::Step::kBroken) state.SkipWithError("broken");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(sent));
}

BENCHMARK_CAPTURE(mergeMatrices, cluster_3600x241, std::string("cluster"), 3600, 241)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mergeMatrices, zone_3600x241, std::string("zone"), 3600, 241)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(mergeMatrices, zone_20000x2, std::string("zone"), 20000, 2)->Unit(benchmark::kMillisecond);

}  // namespace
