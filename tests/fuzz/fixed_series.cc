#include "tests/fuzz/fixed_series.h"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string_view>
#include <variant>

#include "promqltest/series_notation.h"

namespace prome::fuzz {
namespace {

// Sample i is at i * 15 s, start timestamps 10 minutes earlier where a line begins with `@`. Metric names are
// those of the generator in tests/differential.
constexpr std::string_view kSeries[] = {
    // Counters with resets, gaps and stale markers; names and labels shared.
    R"(requests_total{job="api",instance="a:1",code="200"} 0+10x40)",
    R"(requests_total{job="api",instance="b:2",code="200"} 0+3x12 0+3x12 _x3 5+1x10)",
    R"(requests_total{job="api",instance="a:1",code="500"} 1 1 2 stale stale 3 _ _ 4 5x10 0 1 NaN 3 4+1x15)",
    R"(requests_total{job="db",instance="c10"} 1e308x10 -1e308 5e-324x5 Inf 1 -Inf 2+0.1x20)",
    R"(errors_total{job="api",instance="a:1",code="500"} 0+1x20 0+1x20)",
    R"(errors_total{job="web",code="404",__type__="counter",__unit__="seconds"} 0 0 0 1+0.5x30)",
    R"(@errors_total{job="db",instance="c10",code="404"} 7+1x40)",
    // Gauges.
    R"(temperature{job="api",instance="a:1"} 20-0.25x40)",
    R"(temperature{job="web",instance="b:2"} NaNx10 Inf -Inf 0 -0 1 -1 _x10 3 3 3 stale)",
    R"(temperature{job="db"} 1e308 1e308 -1e308 -1e308 5e-324 -5e-324 1e-300x30)",
    R"(load{job="api",instance="a:1"} 0.5x40)",
    R"(load{job="",instance="a:1"} 1 _ 2 _ 3 _ 4 _ 5 _ 6 _ 7 _ 8 _ 9)",
    R"(load{job="web",instance="ü\"\\\n",version="10"} -3+0.2x40)",
    R"(up{job="api",instance="a:1"} 1x40)",
    R"(up{job="api",instance="b:2"} 1x20 0 0 0 stale _x5 1x10)",
    R"(@up{job="db",instance="c10"} 0x40)",
    R"(up{job="web",instance="b:2",x="0",y="1",z="2",le="0.5",quantile="0.9"} 1x40)",
    // Classic histograms, one of them broken.
    R"(latency_bucket{job="api",le="0.1"} 0+1x40)",
    R"(latency_bucket{job="api",le="0.5"} 0+3x40)",
    R"(latency_bucket{job="api",le="1"} 0+4x20 1+2x19)",
    R"(latency_bucket{job="api",le="+Inf"} 0+5x40)",
    R"(latency_count{job="api"} 0+5x40)",
    R"(latency_sum{job="api"} 0+2.5x40)",
    R"(latency_bucket{job="web",le="x"} 5x40)",
    R"(latency_bucket{job="web",le="-1"} 4 3 2 NaN Inf 1x30)",
    R"(latency_bucket{job="web",le="1"} 1x40)",
    R"(latency_bucket{job="web",le="1.0"} 2x40)",
    R"(latency_bucket{job="web",le="+Inf"} 2+0.00000000000001x40)",
    R"(latency_bucket{job="db"} {{schema:1 count:4 sum:3 buckets:[1 2 1]}}x40)",
    // Native histograms: growing, with negative and zero buckets, changing schema, reset, gauges, stale, NaN.
    R"(native{job="api",instance="a:1"} {{schema:0 count:10 sum:20 z_bucket:2 z_bucket_w:0.5 buckets:[1 2 3 2]}}+{{schema:0 count:5 sum:7 buckets:[1 1 1 2]}}x20 {{schema:0 count:1 sum:1 buckets:[1]}}x15)",
    R"(native{job="api",instance="b:2"} {{schema:3 count:6 sum:-3 offset:-4 buckets:[1 2] n_offset:2 n_buckets:[3]}}x20 {{schema:-1 count:4 sum:6 offset:1 buckets:[4]}}x10 stale {{}} {{schema:2 count:2 sum:NaN buckets:[2]}})",
    R"(native{job="db"} {{schema:8 count:2 sum:1 offset:1000 buckets:[1 1]}} {{schema:-4 count:2 sum:1 offset:0 buckets:[1 1]}} {{schema:8 count:2 sum:1 offset:-1000 buckets:[1 0 1]}}x3 _x5 {{schema:0 count:NaN sum:Inf buckets:[1 NaN]}}x5)",
    R"(native{job="web"} {{schema:0 count:1e308 sum:1e308 offset:100 buckets:[1e308]}}x10 {{schema:0 count:3 sum:1 z_bucket:3 z_bucket_w:1e300}}x10 {{schema:0 count:3 sum:1 z_bucket:1 z_bucket_w:0.25 offset:-5 buckets:[1 0 0 1]}}x10)",
    R"(sizes{job="api"} {{schema:0 count:3 sum:4 buckets:[1 2] counter_reset_hint:gauge}} {{schema:0 count:5 sum:9 buckets:[2 3] counter_reset_hint:gauge}}x20 {{schema:0 count:2 sum:1 buckets:[2] counter_reset_hint:gauge}}x15)",
    R"(sizes{job="web"} {{schema:1 count:3 sum:-4 n_offset:3 n_buckets:[1 0 2] counter_reset_hint:gauge}}x40)",
    R"(custom{job="api"} {{schema:-53 count:6 sum:9 custom_values:[1 2 5] buckets:[1 2 2 1]}}+{{schema:-53 count:4 sum:5 custom_values:[1 2 5] buckets:[1 1 1 1]}}x30)",
    R"(custom{job="web"} {{schema:-53 count:3 sum:9 custom_values:[1 5] buckets:[1 2]}}x10 {{schema:-53 count:3 sum:9 custom_values:[-1 0 1] buckets:[1 0 2]}}x10 {{schema:-53 count:0 sum:0 custom_values:[2]}}x10)",
    // Floats and histograms of either kind in one series.
    R"(mixed{job="api"} 1 2 {{schema:0 count:3 sum:4 buckets:[1 2]}}x5 3 {{schema:-53 count:1 sum:1 custom_values:[1] buckets:[1]}} 4+1x10 stale {{schema:0 count:3 sum:4 buckets:[1 2]}}x10)",
    R"(mixed{job="web"} {{schema:0 count:3 sum:4 buckets:[1 2]}} {{schema:-53 count:1 sum:1 custom_values:[1] buckets:[1]}} {{schema:0 count:1 sum:4 buckets:[1]}}x30)",
    // Info series, one of them changing, one without a partner.
    R"(target_info{job="api",instance="a:1",version="1.9",cluster="east"} 1x40)",
    R"(target_info{job="api",instance="b:2",version="1.10"} 1x20 stale)",
    R"(target_info{job="api",instance="b:2",version="2"} _x21 1x19)",
    R"(build_info{job="api",instance="a:1",version="go"} 1x40)",
    R"(build_info{job="web",instance="b:2",code="x"} 1 _ 1 _ 1 _ 1)",
};

[[noreturn]] void refuse(std::string_view line, std::string_view why) {
  std::cerr << line << "\n" << why << "\n";
  std::abort();
}

void append(std::string_view line, promqltest::MemoryStorage& storage) {
  constexpr std::int64_t kAgeMs = 600'000;
  const bool has_starts = line.starts_with('@');
  if (has_starts) line.remove_prefix(1);
  const auto series = promqltest::parseSeries(line);
  if (!series) refuse(line, series.error().message);
  for (std::size_t i = 0; i < series->values.size(); ++i) {
    const auto& value = series->values[i].value;
    const std::int64_t time_ms = static_cast<std::int64_t>(i) * kSampleStepMs;
    const std::int64_t start_ms = has_starts ? time_ms - kAgeMs : 0;
    Result<void> appended;
    if (const auto* const number = std::get_if<double>(&value)) {
      appended = storage.append(series->labels, time_ms, *number, start_ms);
    } else if (const auto* const histogram = std::get_if<model::HistogramPtr>(&value)) {
      appended = storage.append(series->labels, time_ms, **histogram, start_ms);
    }
    if (!appended) refuse(line, appended.error().message);
  }
}

std::unique_ptr<promqltest::MemoryStorage> store(model::Dialect dialect) {
  auto storage = std::make_unique<promqltest::MemoryStorage>(dialect);
  for (const std::string_view line : kSeries) append(line, *storage);
  return storage;
}

}  // namespace

promqltest::MemoryStorage& fixedSeries(model::Dialect dialect) {
  static const auto prometheus2 = store(model::Dialect::kPrometheus2);
  static const auto prometheus3 = store(model::Dialect::kPrometheus3);
  return dialect == model::Dialect::kPrometheus2 ? *prometheus2 : *prometheus3;
}

}  // namespace prome::fuzz
