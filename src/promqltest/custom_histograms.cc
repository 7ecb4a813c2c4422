#include "promqltest/custom_histograms.h"

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "promql/number_literal.h"

namespace prome::promqltest {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

/// The parts of one classic histogram at one time.
struct ClassicHistogram {
  std::map<double, double> cumulative;  // by le
  std::optional<double> count;
  double sum = 0;
};

enum class Part : std::uint8_t { kBucket, kCount, kSum };

/// Whether `name` is of a classic histogram, with the suffix taken off.
std::optional<Part> takeSuffix(std::string_view& name) {
  for (const auto& [suffix, part] : {std::pair<std::string_view, Part>{"_bucket", Part::kBucket},
                                     {"_count", Part::kCount},
                                     {"_sum", Part::kSum}}) {
    if (!name.ends_with(suffix)) continue;
    name.remove_suffix(suffix.size());
    return part;
  }
  return std::nullopt;
}

std::optional<double> upperBound(std::string_view le) {
  const bool negative = le.starts_with('-');
  if (negative || le.starts_with('+')) le.remove_prefix(1);
  const auto value = promql::parseNumber(le);
  if (!value || std::isnan(*value)) return std::nullopt;
  return negative ? -*value : *value;
}

Result<model::FloatHistogram> convert(ClassicHistogram classic) {
  auto& buckets = classic.cumulative;
  const double count = classic.count.value_or(buckets.empty() ? 0 : buckets.rbegin()->second);
  if (count < 0) return fail(ErrorKind::kBadData, "the count of a classic histogram is negative");
  buckets.try_emplace(kInf, count);
  model::FloatHistogram out;
  out.schema = model::kCustomBucketsSchema;
  out.count = count;
  out.sum = classic.sum;
  out.positive_spans = {{.offset = 0, .length = static_cast<std::uint32_t>(buckets.size())}};
  double before = 0;
  for (const auto& [le, cumulative] : buckets) {
    if (cumulative < before) return fail(ErrorKind::kBadData, "the buckets of a classic histogram shrink");
    out.positive_buckets.push_back(cumulative - before);
    before = cumulative;
    if (le != kInf) out.custom_values.push_back(le);
  }
  if (!(before == count)) {
    return fail(ErrorKind::kBadData, "the count of a classic histogram is not that of its last bucket");
  }
  out.compact(0);
  return out;
}

}  // namespace

Result<std::vector<ConvertedSample>> convertClassicHistograms(const LoadCommand& load) {
  std::map<model::Labels, std::map<std::int64_t, ClassicHistogram>> histograms;
  for (const LoadedSeries& loaded : load.series) {
    const model::Labels& labels = loaded.series.labels;
    std::string_view name = labels.metricName();
    const auto part = takeSuffix(name);
    if (!part) continue;
    const auto le = upperBound(labels.get("le"));
    if (*part == Part::kBucket && !le) continue;
    auto& by_time =
        histograms[model::LabelsBuilder(labels).set(model::kMetricName, name).remove("le").labels()];
    for (std::size_t i = 0; i < loaded.series.values.size(); ++i) {
      const auto* const value = std::get_if<double>(&loaded.series.values[i].value);
      if (value == nullptr) continue;
      ClassicHistogram& classic = by_time[static_cast<std::int64_t>(i) * load.step_ms];
      if (*part == Part::kBucket) classic.cumulative[*le] = *value;
      if (*part == Part::kCount) classic.count = *value;
      if (*part == Part::kSum) classic.sum = *value;
    }
  }
  std::vector<ConvertedSample> out;
  for (const auto& [labels, by_time] : histograms) {
    for (const auto& [time_ms, classic] : by_time) {
      auto histogram = convert(classic);
      if (!histogram) return std::unexpected(histogram.error());
      out.push_back({labels, time_ms, std::move(*histogram)});
    }
  }
  return out;
}

}  // namespace prome::promqltest
