// Any bytes -> parser. What parses must print, and what was printed must parse and print the same again;
// positions must lie inside the text. A violation aborts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "promql/parser.h"
#include "promql/printer.h"

namespace prome::promql {
namespace {

void require(bool holds, std::string_view what, std::string_view query, std::string_view printed) {
  if (holds) return;
  std::cerr << what << "\nquery:   " << query << "\nprinted: " << printed << "\n";
  std::abort();
}

void requireFixpoint(std::string_view query, const std::string& printed,
                     std::string (*print_again)(const Expr&)) {
  const auto again = parse(printed);
  require(again.has_value(), again ? "" : again.error().message(), query, printed);
  const std::string second = print_again(again->root());
  require(second == printed, "the second print differs: " + second, query, printed);
}

void requireInside(PositionRange pos, std::string_view text) {
  require(pos.start <= pos.end && pos.end <= text.size(), "position outside the text", text, "");
}

void checkQuery(std::string_view text) {
  const auto query = parse(text);
  if (!query) {
    requireInside(query.error().pos, text);
    require(!query.error().message().empty(), "error without a message", text, "");
    return;
  }
  const Expr& root = query->root();
  requireInside(root.pos, text);
  for (const Expr* const selector : query->selectors()) {
    requireInside(selector->pos, text);
    for (const LabelMatcher& matcher : as<VectorSelector>(*selector)->matchers)
      requireInside(matcher.pos, text);
  }
  requireFixpoint(text, print(root), print);
  requireFixpoint(text, prettyPrint(root), prettyPrint);
  std::string json;
  appendAstJson(json, root);
  require(json.starts_with('{') && json.ends_with('}'), "not a JSON object", text, json);
}

}  // namespace
}  // namespace prome::promql

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  prome::promql::checkQuery(text);
  if (const auto selector = prome::promql::parseMetricSelector(text); selector) {
    prome::promql::requireInside(selector->root().pos, text);
  }
  return 0;
}
