// The texts of Prometheus' warnings and infos, without the "PromQL warning: " before them. Pure.
#pragma once

#include <string>
#include <string_view>

#include "model/quote.h"

namespace prome::engine::annotation_text {

inline std::string about(std::string text, std::string_view metric_name) {
  return metric_name.empty() ? std::move(text)
                             : std::move(text) + " for metric name " + model::quoted(metric_name);
}

// Warnings.
inline std::string invalidQuantile(std::string_view value_g) {
  return "quantile value should be between 0 and 1, got " + std::string(value_g);
}
inline std::string invalidRatio(std::string_view value_g, std::string_view capped_g) {
  return "ratio value should be between -1 and 1, got " + std::string(value_g) + ", capping to " +
         std::string(capped_g);
}
inline std::string badBucketLabel(std::string_view metric_name, std::string_view label) {
  return about("bucket label \"le\" is missing or has a malformed value of " + model::quoted(label),
               metric_name);
}
inline std::string mixedFloatsHistograms(std::string_view metric_name) {
  return "encountered a mix of histograms and floats for metric name " + model::quoted(metric_name);
}
inline std::string mixedFloatsHistogramsInAggregation() {
  return "encountered a mix of histograms and floats for aggregation";
}
inline std::string mixedClassicNative(std::string_view metric_name) {
  return about("vector contains a mix of classic and native histograms", metric_name);
}
inline std::string nativeNotCounter(std::string_view metric_name) {
  return "this native histogram metric is not a counter: " + model::quoted(metric_name);
}
inline std::string nativeNotGauge(std::string_view metric_name) {
  return "this native histogram metric is not a gauge: " + model::quoted(metric_name);
}
inline std::string mixedExponentialCustom(std::string_view metric_name) {
  return "vector contains a mix of histograms with exponential and custom buckets schemas for metric name " +
         model::quoted(metric_name);
}
inline std::string incompatibleBucketLayout(std::string_view op) {
  return "incompatible bucket layout encountered for binary operator " + std::string(op);
}
inline std::string sortInRangeQuery() {
  return "sort is ineffective for range queries since results are always ordered by labels";
}
inline std::string counterResetCollision(std::string_view operation) {
  return "conflicting counter resets during histogram " + std::string(operation);
}

// Infos.
inline std::string possibleNonCounter(std::string_view metric_name) {
  return "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: " +
         model::quoted(metric_name);
}
inline std::string incompatibleTypes(std::string_view lhs, std::string_view op, std::string_view rhs) {
  return "incompatible sample types encountered for binary operator " + model::quoted(op) + ": " +
         std::string(lhs) + " " + std::string(op) + " " + std::string(rhs);
}
inline std::string histogramIgnoredIn(std::string_view aggregation) {
  return "ignored histogram in " + std::string(aggregation) + " aggregation";
}
inline std::string histogramsIgnoredInMixedRange(std::string_view metric_name) {
  return "ignored histograms in a range containing both floats and histograms for metric name " +
         model::quoted(metric_name);
}
inline std::string quantileOfNansIsNan(std::string_view metric_name) {
  return about("input to histogram_quantile has NaN observations, result is NaN", metric_name);
}
inline std::string quantileSkewedByNans(std::string_view metric_name) {
  return about("input to histogram_quantile has NaN observations, result is skewed higher", metric_name);
}
inline std::string fractionLeavesOutNans(std::string_view metric_name) {
  return about("input to histogram_fraction has NaN observations, which are excluded from all fractions",
               metric_name);
}
inline std::string mismatchedCustomBuckets(std::string_view operation) {
  return "mismatched custom buckets were reconciled during " + std::string(operation);
}

}  // namespace prome::engine::annotation_text
