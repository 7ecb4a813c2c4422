// Three bytes of settings, then PromQL text -> parser -> engine over a few fixed series -> JSON.
//
// Whatever is asked: the answer is well-formed (labels once and in order, a step has one value, samples
// within the limit), its JSON can be read, and all memory taken from the budget is given back. Violations
// abort. The first byte says which dialect, name removal, start timestamps and lookback, and whether the
// query is a range query; the second its start; the third step and number of steps.
#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "api/value_json.h"
#include "base/json_reader.h"
#include "engine/engine.h"
#include "promql/parser.h"
#include "tests/fuzz/fixed_series.h"

namespace prome::fuzz {
namespace {

using engine::GridValue;
using engine::QueryKind;
using engine::QuerySpec;
using engine::RawMatrix;
using engine::RawSeries;
using engine::Series;

constexpr std::size_t kSettingBytes = 3;
constexpr std::size_t kMaxSamples = 20'000;
constexpr std::size_t kMaxQueryBytes = std::size_t{1} << 20;
constexpr std::chrono::milliseconds kTimeout{10};

/// Times are nanoseconds of 64 bits before they are milliseconds.
constexpr std::int64_t kMaxTimeMs = 9'223'372'036'854;
constexpr std::int64_t kYearMs = std::int64_t{365} * 24 * 3600 * 1000;

constexpr std::array<std::int64_t, 16> kStarts{
    kLastSampleMs / 2, 0,           kLastSampleMs,  kLastSampleMs + 1, 307'123,           -5'000,
    kSampleStepMs,     120'000,     450'000,        599'999,           kLastSampleMs * 2, kYearMs * 56,
    kMaxTimeMs,        -kMaxTimeMs, -kYearMs * 100, 9'000'000'000'000};
constexpr std::array<std::int64_t, 8> kSteps{15'000, 60'000,    30'000,  7'001,
                                             1,      3'600'000, kYearMs, kMaxTimeMs};
constexpr std::array<std::int64_t, 8> kStepCounts{3, 1, 2, 5, 11, 16, 60, 300};
constexpr std::array<std::int64_t, 4> kLookbacks{300'000, 1, 30'000, kMaxTimeMs};

void require(bool holds, std::string_view what, std::string_view query) {
  if (holds) return;
  std::cerr << what << "\nquery: " << query << "\n";
  std::abort();
}

struct Settings {
  engine::EngineOptions options;
  QuerySpec spec;
};

Settings settingsOf(const std::uint8_t* bytes) {
  const unsigned flags = bytes[0];
  Settings settings;
  engine::EngineOptions& options = settings.options;
  if ((flags & 1U) != 0) options.dialect = model::Dialect::kPrometheus2;
  if ((flags & 2U) != 0) options.name_removal = engine::NameRemoval::kDelayed;
  if ((flags & 8U) != 0) options.start_timestamps = engine::StartTimestamps::kUsed;
  options.lookback_delta = std::chrono::milliseconds(kLookbacks[flags >> 4U & 3U]);
  options.max_samples = kMaxSamples;
  options.max_query_bytes = kMaxQueryBytes;
  const std::int64_t start_ms = kStarts[bytes[1] % kStarts.size()];
  settings.spec = {QueryKind::kInstant, engine::StepGrid::at(start_ms)};
  if ((flags & 4U) == 0) return settings;
  const std::int64_t step_ms = kSteps[bytes[2] % kSteps.size()];
  const std::int64_t more = kStepCounts[bytes[2] / kSteps.size() % kStepCounts.size()] - 1;
  const std::int64_t room = (kMaxTimeMs - start_ms) / step_ms;
  settings.spec = {QueryKind::kRange, {start_ms, start_ms + std::min(more, room) * step_ms, step_ms}};
  return settings;
}

void checkColumns(const GridValue& grid, std::string_view query) {
  const std::size_t steps = grid.grid.steps();
  for (const Series& series : grid.series) {
    require(series.floats.empty() || series.floats.size() == steps, "a column of another length", query);
    require(series.histograms.empty() || series.histograms.size() == steps, "a column of another length",
            query);
    bool present = false;
    for (std::size_t step = 0; step < steps; ++step) {
      require(!(series.hasFloat(step) && series.hasHistogram(step)), "two values at one step", query);
      present |= series.present(step);
    }
    require(present, "a series without a value", query);
  }
}

template <class OneSeries>
void checkLabels(const std::vector<OneSeries>& all, bool sorted, std::string_view query) {
  std::vector<model::Labels> labels;
  for (const OneSeries& series : all) labels.push_back(series.labels);
  if (!sorted) std::ranges::sort(labels);
  const auto wrong = std::ranges::adjacent_find(labels, std::ranges::greater_equal{});
  require(wrong == labels.end(), "labels twice or out of order", query);
}

void check(const engine::StringValue&, QueryKind, std::string_view) {}
void check(const engine::ScalarValue&, QueryKind, std::string_view) {}

void check(const GridValue& grid, QueryKind kind, std::string_view query) {
  checkColumns(grid, query);
  checkLabels(grid.series, kind == QueryKind::kRange, query);
}

void check(const RawMatrix& matrix, QueryKind, std::string_view query) {
  const auto ascending = [](const std::vector<std::int64_t>& times) {
    return std::ranges::adjacent_find(times, std::ranges::greater_equal{}) == times.end();
  };
  for (const RawSeries& series : matrix.series) {
    require(series.floats.size() == series.float_times.size(), "times and values differ", query);
    require(series.histograms.size() == series.histogram_times.size(), "times and values differ", query);
    require(ascending(series.float_times) && ascending(series.histogram_times), "times out of order", query);
  }
  checkLabels(matrix.series, true, query);
}

void checkJson(const engine::Answer& answer, QueryKind kind, std::string_view query) {
  std::string json;
  api::appendValue(json, answer.value(), kind);
  JsonReader reader(json);
  require(reader.skip() && reader.atEnd(), "not JSON: " + json, query);
}

void checkShown(const model::Annotations& annotations, std::string_view query) {
  const model::ShownAnnotations shown = annotations.show(query);
  for (const auto* texts : {&shown.warnings, &shown.infos}) {
    require(texts->size() <= model::kMaxShownAnnotations + 1, "too many annotations", query);
  }
}

void evaluate(const Settings& settings, std::string_view text) {
  const auto query = promql::parse(text);
  if (!query) return;
  const engine::Engine engine(settings.options);
  engine::MemoryBudget process(2 * kMaxQueryBytes);
  {
    model::Annotations annotations;
    const auto answer =
        engine.evaluate(*query, settings.spec, fixedSeries(settings.options.dialect), annotations,
                        {.process_budget = &process, .deadline = engine::Clock::now() + kTimeout});
    if (answer) {
      const QueryKind kind = settings.spec.kind;
      require(answer->peakSamples() <= kMaxSamples, "more samples than allowed", text);
      std::visit([&](const auto& value) { check(value, kind, text); }, answer->value());
      checkJson(*answer, kind, text);
      checkShown(annotations, text);
    } else {
      require(answer.error().kind != ErrorKind::kInternal, answer.error().message, text);
      require(!answer.error().message.empty(), "an error without a message", text);
    }
  }
  require(process.used() == 0, "memory is not given back to the budget", text);
}

}  // namespace
}  // namespace prome::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using prome::fuzz::kSettingBytes;
  if (size < kSettingBytes) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + kSettingBytes, size - kSettingBytes);
  prome::fuzz::evaluate(prome::fuzz::settingsOf(data), text);
  return 0;
}
