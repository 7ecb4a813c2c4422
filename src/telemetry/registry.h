// The process' metrics: a registry of prometheus-cpp's types and their text form.
//
// Families and metrics live as long as the registry; updating them is thread-safe. serialize() is for a
// thread that may take its time: it walks every metric.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace prome::telemetry {

class Registry {
 public:
  Registry();

  prometheus::Family<prometheus::Counter>& counters(const std::string& name, const std::string& help);
  prometheus::Family<prometheus::Gauge>& gauges(const std::string& name, const std::string& help);
  prometheus::Family<prometheus::Histogram>& histograms(const std::string& name, const std::string& help);

  /// Runs before each serialize(), to bring gauges up to date.
  void beforeSerialize(std::function<void()> update) { updates_.push_back(std::move(update)); }

  /// Runs in each serialize(); what it returns is shown behind the registry's own.
  void collect(std::function<std::vector<prometheus::MetricFamily>()> families) {
    collectors_.push_back(std::move(families));
  }

  /// Everything in Prometheus' text exposition format, process_* metrics included.
  std::string serialize();

 private:
  std::shared_ptr<prometheus::Registry> registry_;
  std::vector<std::function<void()>> updates_;
  std::vector<std::function<std::vector<prometheus::MetricFamily>()>> collectors_;
};

/// Upper bounds in seconds for request durations: 0.5 ms to 2 minutes.
prometheus::Histogram::BucketBoundaries durationBuckets();

/// The content type of serialize().
inline constexpr std::string_view kTextFormat = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace prome::telemetry
