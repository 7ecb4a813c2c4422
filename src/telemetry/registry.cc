#include "telemetry/registry.h"

#include <dirent.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>

namespace prome::telemetry {
namespace {

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// Resident and virtual size in bytes, from /proc/self/statm; zeros where it cannot be read.
std::pair<double, double> memoryBytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  double resident = 0;
  file >> pages >> resident;
  const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
  return {resident * page, pages * page};
}

double openDescriptors() {
  DIR* const directory = opendir("/proc/self/fd");
  if (directory == nullptr) return 0;
  double count = -3;  // ".", ".." and the directory itself
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

double maxDescriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

/// Start of this process in seconds since the epoch: boot time plus field 22 of /proc/self/stat.
double startTime() {
  std::ifstream stat_file("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(stat_file)), {});
  std::istringstream after_name(text.substr(std::min(text.size(), text.rfind(')') + 1)));
  std::string field;
  for (int i = 0; i < 20; ++i) after_name >> field;
  double boot = 0;
  std::ifstream system_file("/proc/stat");
  for (std::string line; std::getline(system_file, line);) {
    if (line.starts_with("btime ")) boot = std::strtod(line.c_str() + 6, nullptr);
  }
  return boot + std::strtod(field.c_str(), nullptr) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

void appendSample(std::string& out, const char* name, const char* type, const char* help, double value) {
  char text[512];
  const int size = std::snprintf(text, sizeof text, "# HELP %s %s\n# TYPE %s %s\n%s %.17g\n", name, help,
                                 name, type, name, value);
  out.append(text, static_cast<std::size_t>(size));
}

}  // namespace

Registry::Registry() : registry_(std::make_shared<prometheus::Registry>()) {}

prometheus::Family<prometheus::Counter>& Registry::counters(const std::string& name,
                                                            const std::string& help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(*registry_);
}

prometheus::Family<prometheus::Gauge>& Registry::gauges(const std::string& name, const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry_);
}

prometheus::Family<prometheus::Histogram>& Registry::histograms(const std::string& name,
                                                                const std::string& help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(*registry_);
}

std::string Registry::serialize() {
  for (const auto& update : updates_) update();
  auto families = registry_->Collect();
  for (const auto& collect_more : collectors_)
    std::ranges::move(collect_more(), std::back_inserter(families));
  std::string out = prometheus::TextSerializer().Serialize(families);
  const auto [resident, all] = memoryBytes();
  appendSample(out, "process_cpu_seconds_total", "counter",
               "Total user and system CPU time spent in seconds.", cpuSeconds());
  appendSample(out, "process_resident_memory_bytes", "gauge", "Resident memory size in bytes.", resident);
  appendSample(out, "process_virtual_memory_bytes", "gauge", "Virtual memory size in bytes.", all);
  appendSample(out, "process_open_fds", "gauge", "Number of open file descriptors.", openDescriptors());
  appendSample(out, "process_max_fds", "gauge", "Maximum number of open file descriptors.", maxDescriptors());
  static const double start = startTime();
  appendSample(out, "process_start_time_seconds", "gauge",
               "Start time of the process since unix epoch in seconds.", start);
  return out;
}

prometheus::Histogram::BucketBoundaries durationBuckets() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120};
}

}  // namespace prome::telemetry
