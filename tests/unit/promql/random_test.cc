// Random well-typed queries in random layout: each must parse, print to a fixpoint in both forms, and mean
// the same in both. Seeds are fixed; a failing query is shown whole.
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

#include "promql/parser.h"
#include "promql/printer.h"

namespace prome::promql {
namespace {

class QueryMaker {
 public:
  explicit QueryMaker(std::uint32_t seed) : random_(seed) {}

  std::string vector(int depth) {
    if (depth <= 0) return selector() + modifiers();
    switch (pick(10)) {
      case 0:
        return "(" + vector(depth - 1) + ")";
      case 1:
        return one({"-", "+"}) + operand(depth);
      case 2:
        return aggregation(depth);
      case 3:
        return one({"rate(", "sum_over_time(", "increase ("}) + matrix(depth - 1) + ")";
      case 4:
        return "clamp(" + vector(depth - 1) + ", " + scalar(depth - 2) + "," + scalar(depth - 2) + ")";
      case 5:
        return "label_replace(" + vector(depth - 1) + ", \"a\", '$1', `b`, \"(.*)\")";
      case 6:
        return operand(depth) + one({" == ", " > bool ", "<=", " * ", " ^ ", " atan2 "}) + scalar(depth - 1);
      case 7:
        return scalar(depth - 1) + one({" + ", "-", " / ", " % "}) + operand(depth);
      case 8:
        return operand(depth) + one({" and ", " or ", " unless on (x) ", " AND ignoring (y) "}) +
               operand(depth);
      default:
        return "(" + vector(depth - 1) + ")" + matching() + operand(depth);
    }
  }

  std::string scalar(int depth) {
    if (depth <= 0) {
      return one(
          {"1", "0x1F", "-3.5", "1e-7", "Inf", "-inf", "NaN", "5m", "1_0", ".5", "1e30", "time()", "pi( )"});
    }
    switch (pick(4)) {
      case 0:
        return "(" + scalar(depth - 1) + ")";
      case 1:
        return "scalar(" + vector(depth - 1) + ")";
      case 2:
        return one({"-", "+", "- -"}) + scalar(depth - 1);
      default:
        return scalar(depth - 1) + one({"^", " + ", " * ", " > bool ", "-", " % "}) + scalar(depth - 1);
    }
  }

 private:
  std::size_t pick(std::size_t count) { return random_() % count; }

  std::string one(std::initializer_list<std::string_view> options) {
    return std::string(options.begin()[pick(options.size())]);
  }

  /// A vector that an operator next to it does not tear apart where that would matter to its type.
  std::string operand(int depth) { return pick(2) == 0 ? "(" + vector(depth - 1) + ")" : vector(depth - 1); }

  std::string selector() {
    return one({"up", "a:b", "sum", "offset", "start", "fill", "{\"x.z\"}", "{\"x.y\",a=\"b\"}", "up{}",
                "up{b=\"c\",a!=\"d\",}", "{__name__=~\"a|b\"}", "up{\"l.m\"=~'x.*', le !~ `y`}", "up # c\n"});
  }

  std::string duration(int depth) {
    if (depth <= 0) return one({"5m", "1h30m", "300", "0.5", "1ms", "step()", "range()", "1e3"});
    switch (pick(5)) {
      case 0:
        return "(" + duration(depth - 1) + ")";
      case 1:
        return "max_of(" + duration(depth - 1) + ", " + duration(depth - 1) + ")";
      case 2:
        return "(" + one({"-", "+"}) + duration(depth - 1) + ") ^ 2";
      default:
        return duration(depth - 1) + one({" + ", "*", " ^ ", " - "}) + duration(depth - 1);
    }
  }

  std::string range() { return one({"5m", "300", "1h"}); }

  std::string matrix(int depth) {
    if (depth <= 0)
      return selector() + "[" + (pick(2) == 0 ? range() : range() + " + " + duration(1)) + "]" + modifiers();
    return "(" + vector(depth - 1) + ")[" + range() + ":" + one({"", "1m", "30"}) + "]" + modifiers();
  }

  std::string modifiers() {
    switch (pick(7)) {
      case 0:
        return " offset " + one({"5m", "-1h", "30", "+1m", "-(2m)"});
      case 1:
        return " @ " + one({"1.5", "start()", "end ( )", "-3", "5m"}) + " offset 1d";
      case 2:
        return " offset -(" + duration(2) + ")";
      case 3:
        return " offset -step()";
      default:
        return "";
    }
  }

  std::string aggregation(int depth) {
    const std::string grouping =
        one({"", " by (a, b)", " without ()", " by (\"a.b\", without_, bool)", " BY (inf_)"});
    const std::string body = pick(3) == 0 ? "(" + scalar(depth - 2) + ", " + vector(depth - 1) + ")" : "";
    if (!body.empty()) return one({"topk", "quantile", "LIMITK"}) + grouping + " " + body;
    return one({"sum", "avg", "Count"}) + "(" + vector(depth - 1) + ")" + grouping;
  }

  std::string matching() {
    return one({" + ", " == bool ", " - on () ", " / on (a,b) group_left ",
                " * ignoring (a) group_right (\"c.d\", e) ", " + on (a) fill (0) ",
                " - fill_left (-1) fill_right (5m) ", " + fill (NaN) ", " </ ", ">/"}) +
           // group_left without a list would take a parenthesis for one
           "up + ";
  }

  std::mt19937 random_;
};

void expectFixpoint(const std::string& text) {
  const auto query = parse(text);
  ASSERT_TRUE(query.has_value()) << text << "\n" << query.error().message();
  const std::string line = print(query->root());
  const auto again = parse(line);
  ASSERT_TRUE(again.has_value()) << text << "\n" << line << "\n" << again.error().message();
  EXPECT_EQ(print(again->root()), line) << text;
  const std::string pretty = prettyPrint(query->root());
  const auto pretty_again = parse(pretty);
  ASSERT_TRUE(pretty_again.has_value()) << text << "\n" << pretty << "\n" << pretty_again.error().message();
  EXPECT_EQ(prettyPrint(pretty_again->root()), pretty) << text;
  EXPECT_EQ(print(pretty_again->root()), line) << text;
  EXPECT_EQ(again->selectors().size(), query->selectors().size()) << text;
}

TEST(RandomQueries, AreFixpoints) {
  QueryMaker maker(20240601);
  for (int i = 0; i < 4000 && !testing::Test::HasFailure(); ++i) expectFixpoint(maker.vector(i % 5));
  for (int i = 0; i < 1000 && !testing::Test::HasFailure(); ++i) expectFixpoint(maker.scalar(i % 4));
}

}  // namespace
}  // namespace prome::promql
