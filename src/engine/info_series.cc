#include "engine/info_series.h"

#include <algorithm>

#include "engine/newest_sample.h"
#include "model/regex.h"

namespace prome::engine {
namespace {

using promql::LabelMatcher;
using promql::MatchType;

constexpr LabelMatcher kTargetInfo{
    .type = MatchType::kEqual, .name = model::kMetricName, .value = "target_info", .pos = {}};
constexpr LabelMatcher kAnyInfo{
    .type = MatchType::kRegexp, .name = model::kMetricName, .value = ".+_info", .pos = {}};

/// Beyond this many values a regex that lists them costs a source more than the series it leaves out.
constexpr std::size_t kMaxListedIdentities = 1000;

bool matches(const LabelMatcher& matcher, std::string_view text) {
  const bool negative = matcher.type == MatchType::kNotEqual || matcher.type == MatchType::kNotRegexp;
  if (matcher.type == MatchType::kEqual || matcher.type == MatchType::kNotEqual)
    return (text == matcher.value) != negative;
  const auto regex = model::cachedRegex(matcher.value);
  return regex && (*regex)->matches(text) != negative;
}

/// A regex for the values of `values` and no others.
std::string listed(const std::set<std::string, std::less<>>& values) {
  constexpr std::string_view kMeta = "\\.+*?()|[]{}^$";
  std::string pattern;
  for (const std::string& value : values) {
    if (!pattern.empty()) pattern += '|';
    for (const char c : value) {
      if (kMeta.find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
  }
  return pattern;
}

bool identifies(const std::set<std::string, std::less<>>& values, std::string_view value) {
  return values.empty() || values.contains(value);
}

/// The times of `run`'s samples at the steps; an empty column where there is none at any.
Result<Column> timesOf(const SampleRun& run, const Place& place) {
  const std::int64_t lookback = place.evaluation.options().lookback_delta.count();
  Column times;
  NewestSample floats(run.floats.times);
  NewestSample histograms(run.histograms.times);
  for (std::size_t step = 0; step < place.grid.steps(); ++step) {
    place.evaluation.checkpointAtStep(step);
    const std::int64_t reference = place.grid.time(step);
    const bool has_float = floats.moveTo(reference);
    const bool has_histogram = histograms.moveTo(reference);
    if (has_histogram && !(has_float && floats.time() > histograms.time())) {
      if (histograms.time() <= reference - lookback) continue;
      if (run.histograms.values[histograms.index()]->isStale()) continue;
      return fail(ErrorKind::kExecution,
                  "this should be an info metric, with float samples: " + run.labels.toString());
    }
    if (!has_float || floats.time() <= reference - lookback) continue;
    if (isAbsent(run.floats.values[floats.index()])) continue;
    if (times.empty()) times = place.evaluation.columns().absent(place.grid.steps());
    times[step] = static_cast<double>(floats.time());
    place.evaluation.ledger().count(place.ledger, 1);
  }
  return times;
}

}  // namespace

InfoSelector::InfoSelector(const promql::VectorSelector* selector) {
  if (selector != nullptr) {
    for (const LabelMatcher& matcher : selector->matchers)
      (matcher.name == model::kMetricName ? names_ : labels_).push_back(matcher);
  }
  const auto is_positive = [](const LabelMatcher& matcher) {
    return matcher.type == MatchType::kEqual || matcher.type == MatchType::kRegexp;
  };
  if (names_.empty()) {
    names_.push_back(kTargetInfo);
  } else if (std::ranges::none_of(names_, is_positive)) {
    names_.insert(names_.begin(), kAnyInfo);
  }
}

bool InfoSelector::selectsName(std::string_view name) const {
  return std::ranges::all_of(names_, [&](const LabelMatcher& matcher) { return matches(matcher, name); });
}

bool InfoSelector::takes(std::string_view name) const {
  if (name == model::kMetricName) return false;
  return labels_.empty() || std::ranges::find(labels_, name, &LabelMatcher::name) != labels_.end();
}

bool InfoSelector::matchesNothing() const {
  return std::ranges::all_of(labels_, [](const LabelMatcher& matcher) { return matches(matcher, ""); });
}

std::vector<LabelMatcher> InfoSelector::matchers() const {
  std::vector<LabelMatcher> all = names_;
  all.insert(all.end(), labels_.begin(), labels_.end());
  return all;
}

Result<std::vector<InfoSeries>> readInfoSeries(const InfoSelector& selector, const Identities& identities,
                                               const SamplesRequest& span, const Place& place,
                                               LeafSource& leaves) {
  std::vector<InfoSeries> result;
  if (identities.instances.empty() && identities.jobs.empty()) return result;
  std::vector<LabelMatcher> matchers = selector.matchers();
  const std::string instances = listed(identities.instances);
  const std::string jobs = listed(identities.jobs);
  const auto listIdentities = [&](std::string_view label, std::size_t size, std::string_view pattern) {
    if (size == 0 || size > kMaxListedIdentities) return;
    matchers.push_back({.type = MatchType::kRegexp, .name = label, .value = pattern, .pos = span.pos});
  };
  listIdentities(kInstanceLabel, identities.instances.size(), instances);
  listIdentities(kJobLabel, identities.jobs.size(), jobs);

  SamplesRequest request = span;
  request.matchers = matchers;
  Result<std::unique_ptr<SampleStream>> stream = leaves.samples(request);
  if (!stream) return std::unexpected(std::move(stream.error()));
  SampleRun run;
  while (true) {
    const Result<bool> more = (*stream)->next(run);
    if (!more) return std::unexpected(more.error());
    if (!*more) return result;
    place.evaluation.checkpoint();
    if (!identifies(identities.instances, run.labels.get(kInstanceLabel)) ||
        !identifies(identities.jobs, run.labels.get(kJobLabel))) {
      continue;
    }
    Result<Column> times = timesOf(run, place);
    if (!times) return std::unexpected(std::move(times.error()));
    if (!times->empty()) result.push_back({run.labels, std::move(*times)});
  }
}

}  // namespace prome::engine
