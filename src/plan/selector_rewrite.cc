#include "plan/selector_rewrite.h"

#include <algorithm>
#include <cassert>

namespace prome::plan {
namespace {

using promql::LabelMatcher;
using promql::PositionRange;
using promql::VectorSelector;

/// No series has a label of this name: names that start with two underscores are Prometheus' own.
constexpr std::string_view kNoSeriesLabel = "__no_series__";
constexpr std::string_view kNoSeries = "__no_series__=~\".+\"";
constexpr std::string_view kNameLabel = "__name__";
constexpr std::string_view kAnyName = "__name__!=\"\"";

/// The matcher with the comma behind it, if there is one (white space and comments may stand between).
PositionRange withComma(PositionRange range, std::string_view text) {
  std::uint32_t at = range.end;
  while (at < text.size()) {
    const char c = text[at];
    if (c == ',') return {range.start, at + 1};
    if (c == '#') {
      while (at < text.size() && text[at] != '\n') ++at;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at;
    } else {
      break;
    }
  }
  return range;
}

bool spansLines(PositionRange range, std::string_view text) {
  return text.substr(range.start, range.end - range.start).find('\n') != std::string_view::npos;
}

}  // namespace

void stripRoutingMatchers(const promql::Expr& selector, topology::ShardId shard,
                          const topology::ShardMap& shards, TextEdits& edits) {
  const auto* vector = promql::as<VectorSelector>(selector);
  assert(vector != nullptr);
  if (shards.shard(shard).stored) return;
  bool excludes_empty = false;
  bool has_name = false;
  std::optional<PositionRange> room;
  for (const LabelMatcher& matcher : vector->matchers) {
    if (!shards.isRoutingLabel(shard, matcher.name)) {
      excludes_empty = excludes_empty || !topology::accepts(matcher, "");
      has_name = has_name || (matcher.name == "__name__" && !vector->name.empty());
      continue;
    }
    const PositionRange blanked = withComma(matcher.pos, edits.text());
    edits.blank(blanked);
    if (!room && !spansLines(blanked, edits.text())) room = blanked;
  }
  if (excludes_empty || has_name || vector->braces_pos.start == vector->braces_pos.end) return;
  const bool alone = std::ranges::all_of(vector->matchers, [&](const LabelMatcher& matcher) {
    return shards.isRoutingLabel(shard, matcher.name);
  });
  const std::string text = std::string(kAnyName) + (alone ? "" : ",");
  if (room && room->end - room->start >= text.size()) {
    edits.overwrite(room->start, text);
  } else {
    edits.insert(vector->braces_pos.start + 1, text);
  }
}

void matchNothing(const promql::Expr& selector, TextEdits& edits) {
  const auto* vector = promql::as<VectorSelector>(selector);
  assert(vector != nullptr);
  if (vector->braces_pos.start == vector->braces_pos.end) {
    edits.insert(vector->name_pos.end, "{" + std::string(kNoSeries) + "}");
    return;
  }
  const bool bare = vector->matchers.empty() ||
                    (vector->matchers.size() == 1 && !vector->name.empty() && !vector->quoted_name);
  edits.insert(vector->braces_pos.start + 1, std::string(kNoSeries) + (bare ? "" : ","));
}

std::vector<LabelMatcher> matchersAt(std::span<const LabelMatcher> matchers, topology::ShardId shard,
                                     const topology::ShardMap& shards) {
  std::vector<LabelMatcher> kept(matchers.begin(), matchers.end());
  if (shards.shard(shard).stored) return kept;
  std::erase_if(kept,
                [&](const LabelMatcher& matcher) { return shards.isRoutingLabel(shard, matcher.name); });
  if (kept.size() == matchers.size()) return kept;
  const bool excludes_empty =
      std::ranges::any_of(kept, [](const LabelMatcher& matcher) { return !topology::accepts(matcher, ""); });
  if (!excludes_empty)
    kept.push_back({.type = promql::MatchType::kNotEqual, .name = kNameLabel, .value = "", .pos = {}});
  return kept;
}

std::vector<LabelMatcher> matchingNothing(std::span<const LabelMatcher> matchers) {
  std::vector<LabelMatcher> all(matchers.begin(), matchers.end());
  all.push_back({.type = promql::MatchType::kRegexp, .name = kNoSeriesLabel, .value = ".+", .pos = {}});
  return all;
}

}  // namespace prome::plan
