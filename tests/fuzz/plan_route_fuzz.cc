// Any text -> parser -> route, and plan, over a fixed map. What is sent to a shard must parse again, keep its
// length where nothing had to be inserted, and touch no routing label that the shard does not store.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "plan/planner.h"
#include "plan/route.h"
#include "promql/parser.h"

namespace prome::plan {
namespace {

using topology::Shard;
using topology::ShardMap;

void require(bool holds, std::string_view what, std::string_view query, std::string_view routed) {
  if (holds) return;
  std::cerr << what << "\nquery:  " << query << "\nrouted: " << routed << "\n";
  std::abort();
}

Shard shard(std::string name, topology::LabelPairs labels) {
  Shard out;
  out.name = std::move(name);
  out.external_labels = std::move(labels);
  return out;
}

const ShardMap& fixedMap() {
  static const ShardMap map(
      {{.name = "s",
        .routing_labels = {"cluster", "region"},
        .shards = {shard("a", {{"cluster", "a"}, {"region", "$1\"\n"}}), shard("b", {{"cluster", "b"}})}}});
  return map;
}

/// Every text that a plan sends parses.
void checkTexts(const PlanNode& node, std::string_view text) {
  for (const Fetch& fetch : node.fetches) {
    require(fetch.texts.empty() == fetch.pieces.empty(), "texts without shards", text, {});
    for (const PieceText& piece : fetch.texts) {
      const auto again = promql::parse(piece.text);
      require(again.has_value(), again ? "" : again.error().message(), text, piece.text);
      for (const Origin& origin : piece.origins) {
        require(origin.sent < piece.text.size() && origin.original <= text.size(), "origins", text,
                piece.text);
      }
    }
  }
  for (const PlanNode& input : node.inputs) checkTexts(input, text);
}

void checkPlan(const promql::Query& query, std::string_view text) {
  PlanOptions options;
  options.times = {.start_ms = 1'000'500, .end_ms = 2'000'000, .step_ms = 15'000};
  const auto plan = buildPlan(query, fixedMap(), options);
  if (!plan) return;  // a duration that has no value
  checkTexts(*plan, text);
  require(!planText(*plan, fixedMap()).empty(), "no text", text, {});
}

void checkQuery(std::string_view text) {
  const auto query = promql::parse(text);
  if (!query) return;
  checkPlan(*query, text);
  const Route route = routeQuery(*query, fixedMap());
  if (route.kind != Route::Kind::kShard && route.kind != Route::Kind::kAnyShard) return;
  const auto again = promql::parse(route.text);
  require(again.has_value(), again ? "" : again.error().message(), text, route.text);
  require(again->root().type == query->root().type, "the type changed", text, route.text);
  require(again->selectors().size() == query->selectors().size(), "selectors were lost", text, route.text);
  if (!query->usesNewSpelling())
    require(route.text.size() >= text.size(), "shorter than before", text, route.text);
  for (const promql::Expr* selector : again->selectors()) {
    const auto& matchers = promql::as<promql::VectorSelector>(*selector)->matchers;
    const auto named = [&](std::string_view name) {
      return std::ranges::any_of(matchers, [&](const auto& matcher) { return matcher.name == name; });
    };
    require(named("__no_series__") || !(named("cluster") || named("region")), "a routing label is left", text,
            route.text);
  }
}

void checkSeries(std::string_view text) {
  auto selector = promql::parseMetricSelector(text);
  if (!selector) return;
  std::vector<promql::Query> selectors;
  selectors.push_back(std::move(*selector));
  for (const SeriesPiece& piece : routeSeries(selectors, fixedMap())) {
    for (const std::string& match : piece.matches) {
      const auto again = promql::parseMetricSelector(match);
      require(again.has_value(), again ? "" : again.error().message(), text, match);
    }
  }
}

}  // namespace
}  // namespace prome::plan

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  prome::plan::checkQuery(text);
  prome::plan::checkSeries(text);
  return 0;
}
