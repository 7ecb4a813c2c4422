// Depth: kMaxDepth levels parse, one more is an error, and very long or deep texts never crash. Everything
// that walks a tree is run on the deepest ones.
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "promql/parser.h"
#include "promql/printer.h"

namespace prome::promql {
namespace {

std::string repeated(std::string_view piece, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += piece;
  return text;
}

void expectDeepest(const std::string& text) {
  const auto query = parse(text);
  ASSERT_TRUE(query.has_value()) << query.error().message();
  EXPECT_EQ(query->root().depth, kMaxDepth);
  const std::string line = print(query->root());
  EXPECT_EQ(print(parse(line)->root()), line);
  EXPECT_FALSE(prettyPrint(query->root()).empty());
  std::string json;
  appendAstJson(json, query->root());
  EXPECT_TRUE(json.ends_with('}'));
}

void expectTooDeep(const std::string& text) {
  const auto query = parse(text);
  ASSERT_FALSE(query.has_value());
  EXPECT_EQ(query.error().what, "expression nests too deeply (more than 1000 levels)");
}

struct Shape {
  std::string_view name;
  std::string_view head;
  std::string_view core;
  std::string_view tail;
};

constexpr Shape kShapes[] = {
    {"parentheses", "(", "1", ")"}, {"calls", "abs(", "a", ")"}, {"aggregations", "sum(", "a", ")"},
    {"signs", "-", "a", ""},        {"chain", "", "1", "+1"},    {"power", "2^", "2", ""},
};

/// Shapes whose levels do not each add one to the depth.
constexpr Shape kOtherShapes[] = {
    {"subqueries", "last_over_time(", "a", "[5m:])"},
    {"duration parentheses", "a[-(", "step()", ")]"},
};

TEST(Depth, ParsesAtTheLimitAndNotBeyond) {
  for (const Shape& shape : kShapes) {
    SCOPED_TRACE(shape.name);
    const auto text = [&](int count) {
      return repeated(shape.head, count) + std::string(shape.core) + repeated(shape.tail, count);
    };
    expectDeepest(text(kMaxDepth - 1));
    expectTooDeep(text(kMaxDepth));
  }
}

TEST(Depth, CountsSubqueriesAndDurations) {
  const auto subqueries = [](int count) {
    return repeated("last_over_time(", count) + "a" + repeated("[5m:])", count);
  };
  EXPECT_TRUE(parse(subqueries(499)).has_value());
  expectTooDeep(subqueries(500));
  const auto durations = [](int count) { return "a[" + repeated("1+", count) + "step()]"; };
  expectDeepest(durations(kMaxDepth - 2));
  expectTooDeep(durations(kMaxDepth - 1));
}

TEST(Depth, HostileTextsAreAnErrorOrAnAnswer) {
  constexpr int kMany = 100'000;
  std::vector<Shape> shapes(std::begin(kShapes), std::end(kShapes));
  shapes.insert(shapes.end(), std::begin(kOtherShapes), std::end(kOtherShapes));
  for (const Shape& shape : shapes) {
    SCOPED_TRACE(shape.name);
    EXPECT_FALSE(parse(repeated(shape.head.empty() ? "1+" : shape.head, kMany)).has_value());
    EXPECT_FALSE(parse(repeated(shape.head, kMany) + std::string(shape.core) + repeated(shape.tail, kMany))
                     .has_value());
  }
  for (const std::string_view piece :
       {"a[5m:]", "[", "{", "a{", "a offset -", "- ", "a[(", "a[--", "2^-", "sum by (", "a or ", "a @ -",
        "\"", "a[min_of(", "#\n", "fill ", "\\"}) {
    SCOPED_TRACE(piece);
    EXPECT_FALSE(parse(repeated(piece, kMany)).has_value());
  }
}

TEST(Depth, AMegabyteOfBreadthIsFine) {
  std::string text = "label_join(a, \"x\", \"y\"";
  while (text.size() < 1'000'000) text += ", \"abcdefgh\"";
  const auto call = parse(text + ")");
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(print(call->root()), text + ")");
  EXPECT_TRUE(parse("a{b=\"" + std::string(1'000'000, 'x') + "\"}").has_value());
  std::string matchers = "a{";
  for (int i = 0; i < 50'000; ++i) matchers += "b" + std::to_string(i) + "=\"c\",";
  EXPECT_TRUE(parse(matchers + "}").has_value());
}

}  // namespace
}  // namespace prome::promql
