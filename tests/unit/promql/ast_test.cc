// What a parsed query knows: types, values, positions, selectors, and who owns it.
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "promql/functions.h"
#include "promql/parser.h"
#include "promql/printer.h"

namespace prome::promql {
namespace {

Query parsed(std::string_view text) {
  auto query = parse(text);
  if (query) return std::move(*query);
  ADD_FAILURE() << query.error().message();
  return std::move(*parse("0"));
}

std::string_view textAt(const Query& query, PositionRange pos) {
  return query.text().substr(pos.start, pos.end - pos.start);
}

double number(std::string_view text) {
  const Query query = parsed(text);
  const auto* const literal = as<NumberLiteral>(query.root());
  EXPECT_NE(literal, nullptr) << text;
  return literal == nullptr ? 0 : literal->value;
}

TEST(Ast, Numbers) {
  EXPECT_EQ(number("010"), 8);
  EXPECT_EQ(number("08"), 8);
  EXPECT_EQ(number("019"), 19);
  EXPECT_EQ(number("0x1F"), 31);
  EXPECT_EQ(number("0_10"), 8);
  EXPECT_EQ(number("1_000.5"), 1000.5);
  EXPECT_EQ(number("1e-400"), 0);
  EXPECT_EQ(number("0." + std::string(400, '0') + "1e401"), 1);
  EXPECT_EQ(number("9223372036854775808"), 9223372036854775808.0);
  EXPECT_EQ(number("-1h30m"), -5400);
  EXPECT_EQ(number("- - 2"), 2);
  EXPECT_EQ(number("5e-324"), 5e-324);
}

TEST(Ast, OperatorsBindAsInPrometheus) {
  const auto shape = [](std::string_view text) {
    const Query query = parsed(text);
    const auto* const binary = as<BinaryExpr>(query.root());
    return binary == nullptr ? std::string("unary") : print(*binary->lhs) + " | " + print(*binary->rhs);
  };
  EXPECT_EQ(shape("a or b and c"), "a | b and c");
  EXPECT_EQ(shape("a and b unless c"), "a and b | c");
  EXPECT_EQ(shape("a + b > c - d"), "a + b | c - d");
  EXPECT_EQ(shape("a - b - c"), "a - b | c");
  EXPECT_EQ(shape("a + b * c"), "a | b * c");
  EXPECT_EQ(shape("a * b atan2 c"), "a * b | c");
  EXPECT_EQ(shape("2 ^ 3 ^ 2"), "2 | 3 ^ 2");
  EXPECT_EQ(shape("-a * b"), "-a | b");
  EXPECT_EQ(shape("-a ^ b"), "unary");
  EXPECT_EQ(shape("a ^ -b * c"), "a ^ -b | c");
}

TEST(Ast, SelectorPositions) {
  const Query query =
      parsed("sum(rate( http:up{ a = \"b\" , c=~'d.' } [5m] offset 1h @ 3)) + {\"x\", y!=\"z\"}");
  ASSERT_EQ(query.selectors().size(), 2U);
  const auto& first = *as<VectorSelector>(*query.selectors()[0]);
  EXPECT_EQ(textAt(query, first.name_pos), "http:up");
  EXPECT_EQ(textAt(query, first.braces_pos), "{ a = \"b\" , c=~'d.' }");
  EXPECT_EQ(textAt(query, query.selectors()[0]->pos), "http:up{ a = \"b\" , c=~'d.' }");
  ASSERT_EQ(first.matchers.size(), 3U);
  EXPECT_EQ(textAt(query, first.matchers[0].pos), "a = \"b\"");
  EXPECT_EQ(first.matchers[0].value, "b");
  EXPECT_EQ(textAt(query, first.matchers[1].pos), "c=~'d.'");
  EXPECT_EQ(first.matchers[1].type, MatchType::kRegexp);
  EXPECT_EQ(first.matchers[2].name, "__name__");
  EXPECT_EQ(textAt(query, first.matchers[2].pos), "http:up");
  EXPECT_EQ(first.shift.offset->nanos, 3'600'000'000'000);
  EXPECT_EQ(textAt(query, first.shift.offset->pos), "1h");
  EXPECT_EQ(first.shift.at, AtModifier::kTimestamp);
  EXPECT_EQ(first.shift.at_ms, 3000);
  const auto& second = *as<VectorSelector>(*query.selectors()[1]);
  EXPECT_TRUE(second.quoted_name);
  EXPECT_EQ(second.name, "x");
  EXPECT_EQ(textAt(query, second.name_pos), "\"x\"");
  EXPECT_EQ(textAt(query, second.matchers[1].pos), "y!=\"z\"");
}

TEST(Ast, NodePositions) {
  const Query query = parsed(" a == # equal?\n bool (last_over_time(d[5m:1m] offset 2m ))");
  const auto& equal = *as<BinaryExpr>(query.root());
  EXPECT_EQ(textAt(query, equal.op_pos), "==");
  EXPECT_EQ(textAt(query, equal.rhs->pos), "(last_over_time(d[5m:1m] offset 2m ))");
  const auto& call = *as<Call>(*as<ParenExpr>(*equal.rhs)->expr);
  EXPECT_EQ(textAt(query, call.args[0]->pos), "d[5m:1m] offset 2m");
}

TEST(Ast, NodePositionsOfOperands) {
  const Query query = parsed("-abs(a) * sum by (x) (b) + topk(1, c) without (y) ");
  const auto& plus = *as<BinaryExpr>(query.root());
  EXPECT_EQ(textAt(query, query.root().pos), "-abs(a) * sum by (x) (b) + topk(1, c) without (y)");
  EXPECT_EQ(textAt(query, plus.rhs->pos), "topk(1, c) without (y)");
  const auto& times = *as<BinaryExpr>(*plus.lhs);
  EXPECT_EQ(textAt(query, times.lhs->pos), "-abs(a)");
  EXPECT_EQ(textAt(query, as<UnaryExpr>(*times.lhs)->expr->pos), "abs(a)");
  EXPECT_EQ(textAt(query, times.rhs->pos), "sum by (x) (b)");
}

TEST(Ast, TypesAndMatching) {
  EXPECT_EQ(parsed("1 + 2").root().type, ValueType::kScalar);
  EXPECT_EQ(parsed("1 + a").root().type, ValueType::kVector);
  EXPECT_EQ(parsed("a[5m]").root().type, ValueType::kMatrix);
  EXPECT_EQ(parsed("a[5m:]").root().type, ValueType::kMatrix);
  EXPECT_EQ(parsed("'a'").root().type, ValueType::kString);
  EXPECT_EQ(parsed("scalar(a)").root().type, ValueType::kScalar);
  const Query scalar = parsed("1 + ignoring () a");
  EXPECT_FALSE(as<BinaryExpr>(scalar.root())->matching.has_value());
  const Query vectors = parsed("a + b");
  ASSERT_TRUE(as<BinaryExpr>(vectors.root())->matching.has_value());
  EXPECT_FALSE(as<BinaryExpr>(vectors.root())->matching->explicit_labels);
  const Query sets = parsed("a or on (x) b");
  EXPECT_EQ(as<BinaryExpr>(sets.root())->matching->cardinality, MatchCardinality::kManyToMany);
  EXPECT_TRUE(as<BinaryExpr>(sets.root())->matching->explicit_labels);
}

TEST(Ast, StringsAreUnescaped) {
  const Query query = parsed(R"("a\n\x41\101\u00e9\U0001F600\xff\"")");
  EXPECT_EQ(as<StringLiteral>(query.root())->value, "a\nAA\xc3\xa9\xf0\x9f\x98\x80\xff\"");
  const Query raw = parsed("`a\\n`");
  EXPECT_EQ(as<StringLiteral>(raw.root())->value, "a\\n");
}

TEST(Query, OwnsItsText) {
  std::string text = "sum(up{a=\"b\\n\"})";
  Query query = parsed(text);
  text.assign(text.size(), '#');
  const Query moved = std::move(query);
  EXPECT_EQ(print(moved.root()), "sum(up{a=\"b\\n\"})");
}

TEST(Query, MayDieInAnotherThread) {
  Query query = parsed("sum(up)");
  std::thread([held = std::move(query)]() mutable {
    EXPECT_EQ(print(held.root()), "sum(up)");
    const Query dropped = std::move(held);
  }).join();
}

TEST(Query, ReusedMemoryStartsClean) {
  for (int i = 0; i < 3; ++i) {
    const Query big = parsed(std::string("a[300]") + std::string(20000, ' '));
    EXPECT_TRUE(big.usesNewSpelling());
  }
  const Query small = parsed("a[5m]");
  EXPECT_FALSE(small.usesNewSpelling());
  EXPECT_EQ(small.selectors().size(), 1U);
}

TEST(Functions, AreFoundByExactName) {
  ASSERT_NE(findFunction("rate"), nullptr);
  EXPECT_EQ(findFunction("Rate"), nullptr);
  EXPECT_EQ(findFunction(""), nullptr);
  EXPECT_EQ(findFunction("rat"), nullptr);
  EXPECT_NE(findFunction("holt_winters"), nullptr);
  EXPECT_TRUE(findFunction("double_exponential_smoothing")->experimental);
  for (const FunctionSignature& function : allFunctions()) EXPECT_EQ(findFunction(function.name), &function);
}

}  // namespace
}  // namespace prome::promql
