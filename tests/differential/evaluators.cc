#include "tests/differential/evaluators.h"

#include <algorithm>
#include <span>

#include "engine/engine.h"
#include "promql/parser.h"
#include "promqltest/observation.h"
#include "promqltest/script.h"
#include "tests/differential/naive.h"

namespace prome::differential {
namespace {

Answer parseFailure(const promql::ParseError& error) {
  return {.kind = AnswerKind::kError, .error_kind = ErrorKind::kBadData, .text = error.message()};
}

class Naive : public Evaluator {
 public:
  std::string name() const override { return "naive"; }

  Result<void> load(const TestCase& test_case) override {
    promqltest::MemoryStorage storage(test_case.dialect);
    if (auto stored = store(test_case, storage); !stored) return stored;
    data_ = everything(storage);
    return {};
  }

  Answers answer(const TestCase& test_case, Effort) override {
    const auto query = promql::parse(test_case.query);
    if (!query) return {parseFailure(query.error())};
    return {evaluateNaively(*query, test_case.times, data_, test_case.dialect, test_case.name_removal)};
  }

 private:
  std::vector<StoredSeries> data_;
};

}  // namespace

Result<void> store(const TestCase& test_case, promqltest::MemoryStorage& storage) {
  const auto script = promqltest::parseScript(loadText(test_case));
  if (!script) return fail(ErrorKind::kBadData, script.error().message);
  for (const promqltest::LoadedSeries& loaded :
       std::get<promqltest::LoadCommand>(script->commands.at(0)).series) {
    for (std::size_t i = 0; i < loaded.series.values.size(); ++i) {
      const promqltest::ScriptValue& value = loaded.series.values[i];
      const std::int64_t time_ms = static_cast<std::int64_t>(i) * test_case.load_step_ms;
      const bool starts = i < loaded.starts_ms.size() && loaded.starts_ms[i];
      const std::int64_t start_ms = starts ? time_ms + *loaded.starts_ms[i] : 0;
      Result<void> stored;
      if (const auto* const number = std::get_if<double>(&value.value)) {
        stored = storage.append(loaded.series.labels, time_ms, *number, start_ms);
      } else if (const auto* const histogram = std::get_if<model::HistogramPtr>(&value.value)) {
        stored = storage.append(loaded.series.labels, time_ms, **histogram, start_ms);
      }
      if (!stored) return stored;
    }
  }
  return {};
}

std::vector<StoredSeries> everything(promqltest::MemoryStorage& storage) {
  const engine::SamplesRequest request{
      .matchers = {}, .start_ms = INT64_MIN / 4, .end_ms = INT64_MAX / 4, .pos = {}};
  const auto stream = storage.samples(request);
  std::vector<StoredSeries> result;
  engine::SampleRun run;
  while ((*stream)->next(run).value()) {
    StoredSeries& series = result.emplace_back(StoredSeries{run.labels, {}});
    const auto start = [](std::span<const std::int64_t> starts, std::size_t i) {
      return starts.empty() ? 0 : starts[i];
    };
    for (std::size_t i = 0; i < run.floats.size(); ++i) {
      series.samples.push_back(
          {run.floats.times[i], run.floats.values[i], nullptr, start(run.floats.starts, i)});
    }
    for (std::size_t i = 0; i < run.histograms.size(); ++i) {
      series.samples.push_back(
          {run.histograms.times[i], 0, run.histograms.values[i], start(run.histograms.starts, i)});
    }
    std::ranges::stable_sort(series.samples, {}, &StoredSample::time_ms);
  }
  return result;
}

std::unique_ptr<Evaluator> naiveEvaluator() {
  return std::make_unique<Naive>();
}

}  // namespace prome::differential
