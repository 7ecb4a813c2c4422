// What Prometheus' FloatHistogram.Validate refuses, in its words; and, beyond it, indexes no double can have
// (they could overflow) and a zero threshold that is no number (two of them could never be reconciled).
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/number_format.h"
#include "model/float_histogram.h"

namespace prome::model {
namespace {

/// Finite doubles have indexes up to 262,144 at schema 8.
constexpr std::int64_t kMaxIndexMagnitude = std::int64_t{1} << 29;

constexpr std::string_view kNegativeOffset = "histogram has a span whose offset is negative";
constexpr std::string_view kBucketsMismatch =
    "histogram spans specify different number of buckets than provided";
constexpr std::string_view kNegativeBucketCount =
    "histogram has a bucket whose observation count is negative";

std::unexpected<Error> refuse(std::string message) {
  return fail(ErrorKind::kBadData, std::move(message));
}

std::string general(double value) {
  std::string out;
  appendGeneral(out, value);
  return out;
}

/// fmt's %f.
std::string sixDecimals(double value) {
  if (!std::isfinite(value)) return general(value);
  std::array<char, 400> text{};
  return {text.data(),
          std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 6).ptr};
}

/// May the first span begin below zero?
enum class FirstOffset : std::uint8_t { kAny, kNotNegative };

Result<void> checkSpans(std::span<const Span> spans, std::size_t buckets, FirstOffset first_offset) {
  std::uint64_t placed = 0;
  std::int64_t index = 0;
  for (std::size_t i = 0; i < spans.size(); ++i) {
    const Span& span = spans[i];
    if (span.offset < 0 && (i > 0 || first_offset == FirstOffset::kNotNegative)) {
      return refuse("span number " + std::to_string(i + 1) + " with offset " + std::to_string(span.offset) +
                    ": " + std::string(kNegativeOffset));
    }
    placed += span.length;
    const std::int64_t begin = index + span.offset;
    index = begin + span.length;
    if (begin < -kMaxIndexMagnitude || index > kMaxIndexMagnitude) {
      return refuse("span number " + std::to_string(i + 1) + " has bucket indexes out of range");
    }
  }
  if (placed != buckets) {
    return refuse("spans need " + std::to_string(placed) + " buckets, have " + std::to_string(buckets) +
                  " buckets: " + std::string(kBucketsMismatch));
  }
  return {};
}

Result<void> checkCounts(std::span<const double> counts) {
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) {
      return refuse("bucket number " + std::to_string(i + 1) + " has observation count of " +
                    general(counts[i]) + ": " + std::string(kNegativeBucketCount));
    }
  }
  return {};
}

Result<void> on(std::string_view part, Result<void> checked) {
  if (checked) return checked;
  return refuse(std::string(part) + ": " + checked.error().message);
}

Result<void> checkBounds(std::span<const double> bounds) {
  double previous = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (std::isnan(bounds[i])) return refuse("histogram custom bounds must not be NaN");
    if (i > 0 && bounds[i] <= previous) {
      return refuse("previous bound is " + sixDecimals(previous) + " and current is " +
                    sixDecimals(bounds[i]) +
                    ": histogram custom bounds must be in strictly increasing order");
    }
    previous = bounds[i];
  }
  if (previous == std::numeric_limits<double>::infinity()) {
    return refuse("last +Inf bound must not be explicitly defined: histogram custom bounds must be finite");
  }
  return {};
}

Result<void> checkCustomBuckets(const FloatHistogram& histogram) {
  if (Result<void> checked = checkBounds(histogram.custom_values); !checked) return checked;
  const std::span<const Span> spans = histogram.positive_spans;
  Result<void> checked = checkSpans(spans, histogram.positive_buckets.size(), FirstOffset::kNotNegative);
  if (!checked) return checked;
  std::int64_t end = 0;
  for (const Span& span : spans) end += std::int64_t{span.offset} + span.length;
  if (static_cast<std::int64_t>(histogram.custom_values.size()) + 1 < end) {
    return refuse("only " + std::to_string(histogram.custom_values.size()) +
                  " custom bounds defined which is insufficient to cover total span length of " +
                  std::to_string(end) + ": histogram custom bounds are too few");
  }
  return {};
}

Result<void> checkCustom(const FloatHistogram& histogram) {
  if (Result<void> checked = on("custom buckets", checkCustomBuckets(histogram)); !checked) return checked;
  if (histogram.zero_count != 0) return refuse("custom buckets: must have zero count of 0");
  if (histogram.zero_threshold != 0) return refuse("custom buckets: must have zero threshold of 0");
  if (!histogram.negative_spans.empty()) return refuse("custom buckets: must not have negative spans");
  if (!histogram.negative_buckets.empty()) return refuse("custom buckets: must not have negative buckets");
  return {};
}

Result<void> checkExponential(const FloatHistogram& histogram) {
  Result<void> checked =
      on("positive side",
         checkSpans(histogram.positive_spans, histogram.positive_buckets.size(), FirstOffset::kAny));
  if (!checked) return checked;
  checked = on("negative side",
               checkSpans(histogram.negative_spans, histogram.negative_buckets.size(), FirstOffset::kAny));
  if (!checked) return checked;
  checked = on("negative side", checkCounts(histogram.negative_buckets));
  if (!checked) return checked;
  if (histogram.zero_count < 0) {
    return refuse("zero bucket has observation count of " + general(histogram.zero_count) + ": " +
                  std::string(kNegativeBucketCount));
  }
  if (std::isnan(histogram.zero_threshold)) return refuse("zero threshold must not be NaN");
  if (!histogram.custom_values.empty()) {
    return refuse("histogram with exponential schema must not have custom bounds");
  }
  return {};
}

}  // namespace

Result<void> FloatHistogram::validate() const {
  const bool is_exponential = schema >= kMinExponentialSchema && schema <= kMaxExponentialSchema;
  if (!is_exponential && !usesCustomBuckets()) {
    return refuse(
        "histogram has an invalid schema, which must be between -4 and 8 for exponential buckets, or -53 for "
        "custom buckets, got schema " +
        std::to_string(schema));
  }
  Result<void> checked = usesCustomBuckets() ? checkCustom(*this) : checkExponential(*this);
  if (!checked) return checked;
  // Two spaces, as Prometheus has it.
  if (count < 0) {
    return refuse("observation count is  " + general(count) + ": histogram's observation count is negative");
  }
  return on("positive side", checkCounts(positive_buckets));
}

}  // namespace prome::model
