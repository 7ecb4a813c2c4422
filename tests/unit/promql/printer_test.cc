// One line, pretty form and JSON of queries; every printed text must print itself again.
#include "promql/printer.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "promql/parser.h"

namespace prome::promql {
namespace {

std::string printed(std::string_view text) {
  const auto query = parse(text);
  return query ? print(query->root()) : query.error().message();
}

std::string pretty(std::string_view text) {
  const auto query = parse(text);
  return query ? prettyPrint(query->root()) : query.error().message();
}

std::string json(std::string_view text) {
  const auto query = parse(text);
  if (!query) return query.error().message();
  std::string out;
  appendAstJson(out, query->root());
  return out;
}

// Queries that print() spells as Prometheus does.
constexpr struct {
  std::string_view query;
  std::string_view text;
} kSameCases[] = {
    {R"q(foo offset 5m + 3)q", R"q(foo offset 5m + 3)q"},
    {R"q(foo offset -(5m) + 3)q", R"q(foo offset -5m + 3)q"},
    {R"q(foo offset step() + 3)q", R"q(foo offset step() + 3)q"},
    {R"q(foo offset -step()^2)q", R"q(foo offset -step() ^ 2)q"},
    {R"q(foo offset +step())q", R"q(foo offset step())q"},
    {R"q(foo offset max_of(step(), 3m) * 2)q", R"q(foo offset max_of(step(), 3m) * 2)q"},
    {R"q(foo offset -max_of(step(), 3m) * 2)q", R"q(foo offset -max_of(step(), 3m) * 2)q"},
    {R"q(foo offset ((5m+3m)))q", R"q(foo offset (5m + 3m))q"},
    {R"q(foo[5m^-2])q", R"q(foo[5m ^ -2])q"},
    {R"q(foo[5m - -3m])q", R"q(foo[5m - -3m])q"},
    {R"q(foo[+5m])q", R"q(foo[5m])q"},
    {R"q(foo[(5m)])q", R"q(foo[5m])q"},
    {R"q(foo[1m+-1m])q", R"q(foo[1m + -1m])q"},
    {R"q(foo[5m:])q", R"q(foo[5m:])q"},
    {R"q(foo[5m:1m] offset 3m @ 5)q", R"q(foo[5m:1m] @ 5.000 offset 3m)q"},
    {R"q(foo[step()])q", R"q(foo[step()])q"},
    {R"q(foo[range()/2:step()])q", R"q(foo[range() / 2:step()])q"},
    {R"q(foo[STEP ( )])q", R"q(foo[step()])q"},
    {R"q(foo[min_of(1m,2m)])q", R"q(foo[min_of(1m, 2m)])q"},
    {R"q(foo{a="b",})q", R"q(foo{a="b"})q"},
    {R"q(foo{a=~"(?<x>a)"})q", R"q(foo{a=~"(?<x>a)"})q"},
    {R"q({__name__="foo"})q", R"q({__name__="foo"})q"},
    {R"q({"foo","bar"})q", R"q({__name__="bar",__name__="foo"})q"},
    {R"q({"foo.bar",a="b"})q", R"q({__name__="foo.bar",a="b"})q"},
    {R"q({"a.b"="c"})q", R"q({"a.b"="c"})q"},
    {R"q({"a.b"})q", R"q({__name__="a.b"})q"},
    {R"q({"on"})q", R"q({__name__="on"})q"},
    {R"q({a!=""})q", R"q({a!=""})q"},
    {R"q({a=~".+"})q", R"q({a=~".+"})q"},
    {R"q({a!~".*"})q", R"q({a!~".*"})q"},
    {R"q(sum)q", R"q(sum)q"},
    {R"q(sum by (a,) (x))q", R"q(sum by (a) (x))q"},
    {R"q(sum by ("a", "b.c", 'd') (x))q", R"q(sum by (a, "b.c", d) (x))q"},
    {R"q(sum by (a:b) (x))q", R"q(sum by ("a:b") (x))q"},
    {R"q(sum by (bool,on,by,sum,atan2,fill,offset,start) (x))q",
     R"q(sum by (bool, on, by, sum, atan2, fill, offset, start) (x))q"},
    {R"q(sum(a) without (b))q", R"q(sum without (b) (a))q"},
    {R"q(sum without () (a))q", R"q(sum without () (a))q"},
    {R"q(topk(1,a))q", R"q(topk(1, a))q"},
    {R"q(count_values("x",a))q", R"q(count_values("x", a))q"},
    {R"q(sum[5m])q", R"q(sum[5m])q"},
    {R"q(sum{a="b"})q", R"q(sum{a="b"})q"},
    {R"q(sum(sum))q", R"q(sum(sum))q"},
    {R"q(SUM BY (a) (b))q", R"q(sum by (a) (b))q"},
    {R"q(label_join(a,"x","y"))q", R"q(label_join(a, "x", "y"))q"},
    {R"q(info(a))q", R"q(info(a))q"},
    {R"q(info(a,{b="c"}))q", R"q(info(a, {b="c"}))q"},
    {R"q(info(a,{"x"}))q", R"q(info(a, {__name__="x"}))q"},
    {R"q(histogram_quantiles(a,"x",1))q", R"q(histogram_quantiles(a, "x", 1))q"},
    {R"q(histogram_quantiles(a,"x",1,2,3,4,5,6,7,8,9,10))q",
     R"q(histogram_quantiles(a, "x", 1, 2, 3, 4, 5, 6, 7, 8, 9, 10))q"},
    {R"q(sort_by_label(a))q", R"q(sort_by_label(a))q"},
    {R"q(double_exponential_smoothing(a[5m],1,1))q", R"q(double_exponential_smoothing(a[5m], 1, 1))q"},
    {R"q(start())q", R"q(start())q"},
    {R"q(end)q", R"q(end)q"},
    {R"q(start)q", R"q(start)q"},
    {R"q(step())q", R"q(step())q"},
    {R"q(step)q", R"q(step)q"},
    {R"q(range()+1)q", R"q(range() + 1)q"},
    {R"q(max_of(1,2))q", R"q(max_of(1, 2))q"},
    {R"q(min_of)q", R"q(min_of)q"},
    {R"q(a + on (b) c)q", R"q(a + on (b) c)q"},
    {R"q(a == bool b)q", R"q(a == bool b)q"},
    {R"q(1 == bool 1)q", R"q(1 == bool 1)q"},
    {R"q(a and b)q", R"q(a and b)q"},
    {R"q(a + fill(1) b)q", R"q(a + fill (1) b)q"},
    {R"q(a + fill_left(1) fill_right(2) b)q", R"q(a + fill_left (1) fill_right (2) b)q"},
    {R"q(a + fill_right (-Inf) b)q", R"q(a + fill_right (-Inf) b)q"},
    {R"q(a + fill (5m) b)q", R"q(a + fill (300) b)q"},
    {R"q(a + fill(NaN) b)q", R"q(a + fill_left (NaN) fill_right (NaN) b)q"},
    {R"q(a + fill)q", R"q(a + fill)q"},
    {R"q(fill + fill_left)q", R"q(fill + fill_left)q"},
    {R"q(a + ignoring() 2)q", R"q(a + 2)q"},
    {R"q(a + ignoring() b)q", R"q(a + b)q"},
    {R"q(a + on() b)q", R"q(a + on () b)q"},
    {R"q(a + ignoring(x) group_right() b)q", R"q(a + ignoring (x) group_right () b)q"},
    {R"q(a * on(x) group_left (y) (b))q", R"q(a * on (x) group_left (y) (b))q"},
    {R"q(a </ 1)q", R"q(a </ 1)q"},
    {R"q(a >/ b)q", R"q(a >/ b)q"},
    {R"q(a @ start() [5m])q", R"q(a[5m] @ start())q"},
    {R"q(a offset step() [5m])q", R"q(a[5m] offset step())q"},
    {R"q(rate(a[5m:])[5m:])q", R"q(rate(a[5m:])[5m:])q"},
    {R"q(a offset 0s offset 6m)q", R"q(a offset 6m)q"},
    {R"q(a offset 1)q", R"q(a offset 1s)q"},
    {R"q(a offset - 5m)q", R"q(a offset -5m)q"},
    {R"q(a offset +5m)q", R"q(a offset 5m)q"},
    {R"q(a offset 5)q", R"q(a offset 5s)q"},
    {R"q(a @ start())q", R"q(a @ start())q"},
    {R"q(a @ end() offset 5m)q", R"q(a @ end() offset 5m)q"},
    {R"q(a @ 9223372036854775)q", R"q(a @ -9223372036854776.000)q"},
    {R"q(a @ 5m)q", R"q(a @ 300.000)q"},
    {R"q(a @ -1.5)q", R"q(a @ -1.500)q"},
    {R"q(a anchored)q", R"q(a anchored)q"},
    {R"q(a smoothed)q", R"q(a smoothed)q"},
    {R"q(a[5m] anchored)q", R"q(a[5m] anchored)q"},
    {R"q(a[5m] smoothed offset 5m @ 5)q", R"q(a[5m] smoothed @ 5.000 offset 5m)q"},
    {R"q(a anchored [5m])q", R"q(a[5m] anchored)q"},
    {R"q(anchored)q", R"q(anchored)q"},
    {R"q(smoothed + anchored)q", R"q(smoothed + anchored)q"},
    {R"q(1)q", R"q(1)q"},
    {R"q(-1)q", R"q(-1)q"},
    {R"q(+1)q", R"q(1)q"},
    {R"q(--1)q", R"q(1)q"},
    {R"q(-(1))q", R"q(-(1))q"},
    {R"q(-1^2)q", R"q(-1 ^ 2)q"},
    {R"q(-2^2)q", R"q(-2 ^ 2)q"},
    {R"q(2^-2)q", R"q(2 ^ -2)q"},
    {R"q(2^3^2)q", R"q(2 ^ 3 ^ 2)q"},
    {R"q(2^-3*4)q", R"q(2 ^ -3 * 4)q"},
    {R"q(-a*b)q", R"q(-a * b)q"},
    {R"q(-a^2)q", R"q(-a ^ 2)q"},
    {R"q(Inf)q", R"q(+Inf)q"},
    {R"q(-Inf)q", R"q(-Inf)q"},
    {R"q(NaN)q", R"q(NaN)q"},
    {R"q(nan)q", R"q(NaN)q"},
    {R"q(-NaN)q", R"q(NaN)q"},
    {R"q(1e-400)q", R"q(0)q"},
    {R"q(0x1F)q", R"q(31)q"},
    {R"q(0X1f)q", R"q(31)q"},
    {R"q(0x_1)q", R"q(1)q"},
    {R"q(010)q", R"q(8)q"},
    {R"q(08)q", R"q(8)q"},
    {R"q(019)q", R"q(19)q"},
    {R"q(0_8)q", R"q(8)q"},
    {R"q(1_000)q", R"q(1000)q"},
    {R"q(1_000.5)q", R"q(1000.5)q"},
    {R"q(_1)q", R"q(_1)q"},
    {R"q(1.)q", R"q(1)q"},
    {R"q(.5)q", R"q(0.5)q"},
    {R"q(1.e5)q", R"q(100000)q"},
    {R"q(1e5)q", R"q(100000)q"},
    {R"q(9223372036854775807)q", R"q(9223372036854776000)q"},
    {R"q(9223372036854775808)q", R"q(9223372036854776000)q"},
    {R"q(0.1)q", R"q(0.1)q"},
    {R"q(123456789012345678901234567890)q", R"q(123456789012345680000000000000)q"},
    {R"q(1e21)q", R"q(1000000000000000000000)q"},
    {R"q(1e-7)q", R"q(0.0000001)q"},
    {R"q(5e-324)q",
     R"q(0.000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000005)q"},
    {R"q(1.7976931348623157e308)q",
     R"q(179769313486231570000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000)q"},
    {R"q("x")q", R"q("x")q"},
    {R"q('x')q", R"q("x")q"},
    {R"q(`x`)q", R"q("x")q"},
    {R"q("a\nb\x41\u00e9\U0001F600\101")q", R"q("a\nbAé😀A")q"},
    {R"q("<>&")q", R"q("<>&")q"},
    {R"q(a # comment)q", R"q(a)q"},
    {R"q(a != b)q", R"q(a != b)q"},
    {R"q(: )q", R"q(:)q"},
    {R"q(a:b:c)q", R"q(a:b:c)q"},
    {R"q(:a{b="c"})q", R"q(:a{b="c"})q"},
    {R"q(and)q", R"q(and)q"},
    {R"q(and and and)q", R"q(and and and)q"},
    {R"q(or or or)q", R"q(or or or)q"},
    {R"q(unless unless unless)q", R"q(unless unless unless)q"},
    {R"q(a atan2 b)q", R"q(a atan2 b)q"},
    {R"q(by)q", R"q(by)q"},
    {R"q(without)q", R"q(without)q"},
    {R"q(offset)q", R"q(offset)q"},
    {R"q(offset offset 5m)q", R"q(offset offset 5m)q"},
    {R"q(a{b="c"}[5m])q", R"q(a{b="c"}[5m])q"},
    {R"q(sum(rate(a[5m])) by (x) / on(x) group_left(y) avg by (x,y) (b))q",
     R"q(sum by (x) (rate(a[5m])) / on (x) group_left (y) avg by (x, y) (b))q"},
    {R"q(absent(a{b="c"} offset 5m))q", R"q(absent(a{b="c"} offset 5m))q"},
    {R"q(timestamp(a @ 5))q", R"q(timestamp(a @ 5.000))q"},
};

TEST(Printer, SpellsAsPrometheus) {
  for (const auto& c : kSameCases) {
    EXPECT_EQ(printed(c.query), c.text) << c.query;
    EXPECT_EQ(printed(c.text), c.text);
  }
}

// Queries where print() chooses an older spelling, or where Prometheus' own text would mean something else.
constexpr struct {
  std::string_view query;
  std::string_view text;
  std::string_view pretty;
} kOwnCases[] = {
    {R"q(foo offset (5m) + 3)q", R"q(foo offset (5m + 3))q", R"q(foo offset (5m + 3))q"},
    {R"q(foo offset --5m + 3)q", R"q(foo offset (5m + 3))q", R"q(foo offset (5m + 3))q"},
    {R"q(foo offset - -5m*2)q", R"q(foo offset (5m * 2))q", R"q(foo offset (5m * 2))q"},
    {R"q(foo offset +-step()^2)q", R"q(foo offset (-step() ^ 2))q", R"q(foo offset (-step() ^ 2))q"},
    {R"q(foo offset (5m)^2)q", R"q(foo offset (5m ^ 2))q", R"q(foo offset (5m ^ 2))q"},
    {R"q(foo offset (-5m)^2)q", R"q(foo offset ((-5m) ^ 2))q", R"q(foo offset ((-5m) ^ 2))q"},
    {R"q(foo[(-5m)^2])q", R"q(foo[(-5m) ^ 2])q", R"q(foo[(-5m) ^ 2])q"},
    {R"q({"foo"})q", R"q(foo)q", R"q({__name__="foo"})q"},
    {R"q(sum by ("without","inf") (x))q", R"q(sum by ("without", "inf") (x))q",
     R"q(sum by ("without", "inf") (x))q"},
    {R"q(info(a,{}))q", R"q(info(a, {}))q", R"q(info(a, {}))q"},
    {R"q(inf^2)q", R"q(Inf ^ 2)q", R"q(Inf ^ 2)q"},
    {R"q(+Inf^2)q", R"q(+Inf ^ 2)q", R"q(+Inf ^ 2)q"},
    {R"q(5m)q", R"q(300)q", R"q(5m)q"},
    {R"q(5m30s)q", R"q(330)q", R"q(5m30s)q"},
    {R"q(5ms)q", R"q(0.005)q", R"q(5ms)q"},
    {R"q(1y2w3d4h5m6s7ms)q", R"q(33019506.007)q", R"q(382d4h5m6s7ms)q"},
    {R"q(292y)q", R"q(9208512000)q", R"q(292y)q"},
    {R"q(a[0.0001])q", R"q(a[0.0001])q", R"q(a[0.0001])q"},
    {R"q(a[1e-10])q", R"q(a[0.0000000001])q", R"q(a[0.0000000001])q"},
    {R"q(a offset -1.0005)q", R"q(a offset -1.0005)q", R"q(a offset -1.0005)q"},
    {R"q({"up",a="b"})q", R"q(up{a="b"})q", R"q({__name__="up",a="b"})q"},
    {R"q(a offset +(5+3m) + 5)q", R"q(a offset +(5 + 3m) + 5)q", R"q(a offset +(5 + 3m) + 5)q"},
    {R"q(a offset +(5m) + 5)q", R"q(a offset 5m + 5)q", R"q(a offset 5m + 5)q"},
    {R"q({"sum"})q", R"q({__name__="sum"})q", R"q({__name__="sum"})q"},
    {R"q({"a.b"})q", R"q({__name__="a.b"})q", R"q({__name__="a.b"})q"},
    {R"q({"a","b"})q", R"q({__name__="a",__name__="b"})q", R"q({__name__="a",__name__="b"})q"},
    {R"q(info(a, {"b"}))q", R"q(info(a, {__name__="b"}))q", R"q(info(a, {__name__="b"}))q"},
    {R"q(a[300])q", R"q(a[5m])q", R"q(a[5m])q"},
    {R"q(a > 5m)q", R"q(a > 300)q", R"q(a > 5m)q"},
};

TEST(Printer, PrefersTheOldestSpelling) {
  for (const auto& c : kOwnCases) {
    EXPECT_EQ(printed(c.query), c.text) << c.query;
    EXPECT_EQ(printed(c.text), c.text);
    EXPECT_EQ(pretty(c.query), c.pretty) << c.query;
    EXPECT_EQ(pretty(c.pretty), c.pretty);
  }
}

TEST(Printer, KnowsNewSpellings) {
  for (const std::string_view text :
       {"a[300]", "{\"up\"}", "1_000", "a > 5m", "a{\"b\"=\"c\"}", "sum by (\"a\") (b)", "a offset 5",
        "a[(5m)]", "a offset +5m", "a offset (5m)", "a[5m:60]", "a @ 5m"}) {
    const auto query = parse(text);
    ASSERT_TRUE(query.has_value()) << text;
    EXPECT_TRUE(query->usesNewSpelling()) << text;
    EXPECT_FALSE(parse(print(query->root()))->usesNewSpelling()) << text;
  }
  for (const std::string_view text :
       {"a[5m] offset -1h", "up{a=\"b\"}", "0x1F + 010", "rate(b[5m:1m])", "{\"a.b\"=\"c\"}",
        "sum by (\"a.b\", \"without\") (c)", "a[5m + 1m]", "a @ -1.5"}) {
    EXPECT_FALSE(parse(text)->usesNewSpelling()) << text;
  }
}

TEST(Printer, PinsTheTimeOfWhatHasNone) {
  const auto pinned = [](std::string_view text) { return printPinned(parse(text).value().root(), 61'500); };
  EXPECT_EQ(pinned("a"), "a @ 61.500");
  EXPECT_EQ(pinned("a @ 3 + b offset 1m"), "a @ 3.000 + b @ 61.500 offset 1m");
  EXPECT_EQ(pinned("a @ start() - a @ end()"), "a @ 61.500 - a @ 61.500");
  EXPECT_EQ(pinned("rate(a[5m] offset 1m)"), "rate(a[5m] @ 61.500 offset 1m)");
  EXPECT_EQ(pinned("max_over_time(sum(a @ start())[5m:1m] offset 1m)"),
            "max_over_time(sum(a @ start())[5m:1m] @ 61.500 offset 1m)");
  EXPECT_EQ(pinned("max_over_time(a[5m:1m] @ 3) + a"), "max_over_time(a[5m:1m] @ 3.000) + a @ 61.500");
  EXPECT_EQ(pinned("vector(1)"), "vector(1)");
}

TEST(PrettyPrinter, SplitsBeyondAHundredBytes) {
  const std::string name(90, 'a');
  EXPECT_EQ(pretty("abs(" + name + "12345)"), "abs(" + name + "12345)");
  EXPECT_EQ(pretty("abs(" + name + "123456)"), "abs(\n  " + name + "123456\n)");
}

TEST(PrettyPrinter, IndentsEveryKindOfNode) {
  const std::string x(50, 'x');
  const std::string y(50, 'y');
  EXPECT_EQ(pretty("sum by (a) (" + x + " + on (b) " + y + ")"),
            "sum by (a) (\n    " + x + "\n  + on (b)\n    " + y + "\n)");
  EXPECT_EQ(pretty("topk(5, " + x + " == bool " + y + ")"),
            "topk(\n  5,\n    " + x + "\n  == bool\n    " + y + "\n)");
  EXPECT_EQ(pretty("-(" + x + " * " + y + ")"), "-(\n    " + x + "\n  *\n    " + y + "\n)");
  EXPECT_EQ(pretty("clamp(" + x + y + ", 1, 2)"), "clamp(\n  " + x + y + ",\n  1,\n  2\n)");
  EXPECT_EQ(pretty("(" + x + " + " + y + ")[5m:] offset 1m"),
            "(\n    " + x + "\n  +\n    " + y + "\n)[5m:] offset 1m");
  EXPECT_EQ(pretty(x + y + "{b=\"c\"}[5m]"), x + y + "{b=\"c\"}[5m]");
  EXPECT_EQ(pretty("Inf ^ " + x + y), "  Inf\n^\n  " + x + y);
  // A subquery that fits its line is not indented: so it is in Prometheus.
  EXPECT_EQ(pretty("abs(rate(" + x + "[1m:1s]) + rate(" + y + "[1m]))"),
            "abs(\n    rate(" + x + "[1m:1s])\n  +\n    rate(" + y + "[1m])\n)");
}

TEST(AstJson, Selectors) {
  EXPECT_EQ(json("up{a=~\"<\"}"),
            R"({"anchored":false,"matchers":[{"name":"a","type":"=~","value":"\u003c"},)"
            R"({"name":"__name__","type":"=","value":"up"}],"name":"up","offset":0,"offsetExpr":null,)"
            R"("smoothed":false,"startOrEnd":null,"timestamp":null,"type":"vectorSelector"})");
  EXPECT_EQ(json("{\"up\"}[5m] @ 1.5 offset -1h"),
            R"({"anchored":false,"matchers":[{"name":"__name__","type":"=","value":"up"}],"name":"",)"
            R"("offset":-3600000,"offsetExpr":null,"range":300000,"rangeExpr":null,"smoothed":false,)"
            R"("startOrEnd":null,"timestamp":1500,"type":"matrixSelector"})");
  EXPECT_EQ(
      json("{a!=\"\"}[(2m + step()):] @ end()"),
      R"({"expr":{"anchored":false,"matchers":[{"name":"a","type":"!=","value":""}],"name":"","offset":0,)"
      R"("offsetExpr":null,"smoothed":false,"startOrEnd":null,"timestamp":null,"type":"vectorSelector"},)"
      R"("offset":0,"offsetExpr":null,"range":0,"rangeExpr":{"lhs":{"duration":true,"type":"numberLiteral",)"
      R"("val":"120"},"op":"+","rhs":{"lhs":null,"op":"step","rhs":null,"type":"durationExpr","wrapped":false},)"
      R"("type":"durationExpr","wrapped":true},"startOrEnd":"end","step":0,"stepExpr":null,"timestamp":null,)"
      R"("type":"subquery"})");
}

TEST(AstJson, Operations) {
  EXPECT_EQ(
      json("-(1 + 5m)"),
      R"({"expr":{"expr":{"bool":false,"lhs":{"type":"numberLiteral","val":"1"},"matching":null,"op":"+",)"
      R"("rhs":{"type":"numberLiteral","val":"300"},"type":"binaryExpr"},"type":"parenExpr"},"op":"-",)"
      R"("type":"unaryExpr"})");
  EXPECT_EQ(
      json("count_values(\"v\", vector(1))"),
      R"({"expr":{"args":[{"type":"numberLiteral","val":"1"}],"func":{"argTypes":["scalar"],"name":"vector",)"
      R"("returnType":"vector","variadic":0},"type":"call"},"grouping":[],"op":"count_values",)"
      R"("param":{"type":"stringLiteral","val":"v"},"type":"aggregation","without":false})");
  EXPECT_EQ(json("vector(1) > bool on (a) group_left (b) fill_left (0.5) vector(2)").substr(0, 12),
            R"({"bool":true)");
  EXPECT_NE(
      json("vector(1) > bool on (a) group_left (b) fill_left (0.5) vector(2)")
          .find(R"("matching":{"card":"many-to-one","fillValues":{"lhs":0.5,"rhs":null},"include":["b"],)"
                R"("labels":["a"],"on":true},"op":"\u003e")"),
      std::string::npos);
  EXPECT_NE(json("vector(1) and vector(2)").find(R"("card":"many-to-many")"), std::string::npos);
  EXPECT_NE(json("time() + sum without (x) (vector(2))").find(R"("matching":null)"), std::string::npos);
}

}  // namespace
}  // namespace prome::promql
