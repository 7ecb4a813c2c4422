#include "tests/differential/generator.h"

#include <algorithm>
#include <utility>

#include "promqltest/script.h"
#include "tests/differential/data_generator.h"
#include "tests/differential/vocabulary.h"
#include "verify/query_generator.h"

namespace prome::differential {
namespace {

Times randomTimes(Random& random, std::int64_t end_ms) {
  Times times;
  const bool aligned = random.percent(50);
  const std::int64_t unit = aligned ? 5000 : 1;
  times.start_ms = random.between(-20'000, end_ms + 60'000) / unit * unit;
  times.end_ms = times.start_ms;
  if (random.percent(45)) return times;
  times.kind = QueryKind::kRange;
  times.step_ms =
      random.pick(std::vector<std::int64_t>{5000, 10'000, 15'000, 30'000, 60'000, 7500, 1234, 100'000});
  const std::int64_t steps = random.between(0, 12);
  times.start_ms = random.between(-20'000, end_ms) / unit * unit;
  times.end_ms = times.start_ms + steps * times.step_ms +
                 (random.percent(30) ? random.between(0, times.step_ms - 1) : 0);
  return times;
}

void withoutStarts(std::vector<SeriesText>& series) {
  for (SeriesText& each : series) each.starts.clear();
}

/// A server reads series in the order in which it came to know them, or by their labels: so that both are
/// one.
void sortByLabels(std::vector<SeriesText>& series) {
  std::vector<std::pair<model::Labels, SeriesText>> sorted;
  for (SeriesText& each : series) {
    const auto script = promqltest::parseScript("load 1m\n  " + each.metric + " 1\n");
    const auto& loaded = std::get<promqltest::LoadCommand>(script.value().commands.at(0));
    sorted.emplace_back(loaded.series.at(0).series.labels, std::move(each));
  }
  std::ranges::sort(sorted, {}, [](const auto& pair) { return pair.first; });
  for (std::size_t i = 0; i < series.size(); ++i) series[i] = std::move(sorted[i].second);
}

}  // namespace

std::vector<TestCase> generate(std::uint64_t seed, std::size_t queries, const CaseKind& kind) {
  Random random(seed * 0x9E3779B97F4A7C15 + 1);
  const bool is3x = kind.dialect == model::Dialect::kPrometheus3;
  const bool has_all = is3x && kind.content == Content::kEverything;
  const bool has_histograms = is3x && kind.content != Content::kOverHttp;
  const Histograms histograms =
      has_histograms && random.percent(65) ? Histograms::kAllKinds : Histograms::kNone;
  TestCase shared;
  shared.dialect = kind.dialect;
  shared.load_step_ms = random.pick(std::vector<std::int64_t>{5000, 10'000, 10'000, 15'000, 30'000, 60'000});
  const std::size_t samples = 2 + random.below(40);
  shared.series = generateSeries(random, samples, histograms);
  if (!has_all) withoutStarts(shared.series);
  if (kind.content != Content::kEverything) sortByLabels(shared.series);
  const std::int64_t end_ms = static_cast<std::int64_t>(samples) * shared.load_step_ms;
  const verify::Vocabulary words = vocabulary(histograms);
  std::vector<TestCase> cases;
  for (std::size_t i = 0; i < queries; ++i) {
    TestCase& next = cases.emplace_back(shared);
    next.times = randomTimes(random, end_ms);
    next.name_removal = has_all && random.percent(50) ? NameRemoval::kDelayed : NameRemoval::kImmediate;
    next.query =
        verify::QueryGenerator(random, kind.dialect, words).query(next.times.kind == QueryKind::kRange);
  }
  return cases;
}

}  // namespace prome::differential
