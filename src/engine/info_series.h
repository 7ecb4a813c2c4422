// The series info() takes labels from: which are asked for, and which one counts at a step.
//
// Source: prometheus/promql/info.go.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/leaf_source.h"
#include "engine/operator.h"

namespace prome::engine {

/// What tells the series of one target: hard-coded in Prometheus, too.
inline constexpr std::string_view kInstanceLabel = "instance";
inline constexpr std::string_view kJobLabel = "job";

/// The second argument of info() taken apart. Its strings are the query's.
class InfoSelector {
 public:
  /// `selector` is null where only one argument was written: then target_info and all its labels.
  explicit InfoSelector(const promql::VectorSelector* selector);

  /// Is a series called `name` itself one of those selected? It is then left as it is.
  bool selectsName(std::string_view name) const;
  /// May labels called `name` be taken over? The metric name may not.
  bool takes(std::string_view name) const;
  /// Do all matchers on labels hold for a series that has none of them?
  bool matchesNothing() const;
  /// On names as they take effect (target_info or `.+_info` where nothing positive is written), and labels.
  std::vector<promql::LabelMatcher> matchers() const;

 private:
  std::vector<promql::LabelMatcher> names_;
  std::vector<promql::LabelMatcher> labels_;
};

struct InfoSeries {
  model::Labels labels;
  Column times;  // of the sample at each step, in ms; absent where there is none
};

/// Values of the identifying labels, of those series that are to be enriched. Empty values are left out.
struct Identities {
  std::set<std::string, std::less<>> instances;
  std::set<std::string, std::less<>> jobs;
};

/// The series `selector` selects that share an identity with those to be enriched, and have a sample at any
/// step. `span` says between which times samples are looked at, and its `pos`; its matchers are not looked
/// at. An execution error where an info metric is a histogram.
Result<std::vector<InfoSeries>> readInfoSeries(const InfoSelector& selector, const Identities& identities,
                                               const SamplesRequest& span, const Place& place,
                                               LeafSource& leaves);

}  // namespace prome::engine
