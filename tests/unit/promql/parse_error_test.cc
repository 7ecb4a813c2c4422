// Malformed queries and what Prometheus 3 says about them, position included.
#include <gtest/gtest.h>

#include <span>
#include <string>
#include <string_view>

#include "promql/parser.h"

namespace prome::promql {
namespace {

struct Case {
  std::string_view query;
  std::string_view error;
};

void expectErrors(std::span<const Case> cases) {
  for (const Case& c : cases) {
    const auto query = parse(c.query);
    ASSERT_FALSE(query.has_value()) << c.query;
    EXPECT_EQ(query.error().message(), c.error) << c.query;
  }
}

constexpr Case kTokensCases[] = {
    {R"q(foo[5m:1m:1m])q", R"q(1:10: parse error: unexpected colon ':')q"},
    {R"q(foo[:1m])q", R"q(1:6: parse error: unexpected colon before duration in duration expression)q"},
    {R"q(foo[5m::])q", R"q(1:8: parse error: unexpected colon ':')q"},
    {R"q(foo[)q", R"q(1:5: parse error: unexpected end of input in duration expression)q"},
    {R"q(foo[5)q", R"q(1:6: parse error: unclosed left bracket)q"},
    {R"q(foo[steps()])q", R"q(1:5: parse error: unexpected character in duration expression: 's')q"},
    {R"q(foo[5m steps])q", R"q(1:8: parse error: unexpected character: 's', expected ':')q"},
    {R"q(foo[5m xyz])q", R"q(1:8: parse error: unexpected character: 'x', expected ':')q"},
    {R"q(foo["5m"])q", R"q(1:5: parse error: unexpected character in duration expression: '"')q"},
    {R"q(foo[5m[5m]])q", R"q(1:7: parse error: unexpected left bracket '[')q"},
    {R"q(foo[5m]])q", R"q(1:8: parse error: unexpected right bracket ']')q"},
    {R"q(foo])q", R"q(1:4: parse error: unexpected right bracket ']')q"},
    {R"q(foo))q", R"q(1:5: parse error: unexpected right parenthesis ')')q"},
    {R"q((foo)q", R"q(1:5: parse error: unclosed left parenthesis)q"},
    {R"q(((foo))q", R"q(1:7: parse error: unclosed left parenthesis)q"},
    {R"q(foo{)q", R"q(1:5: parse error: unexpected end of input inside braces)q"},
    {R"q(foo{a)q", R"q(1:6: parse error: unexpected end of input inside braces)q"},
    {R"q(foo{a=)q", R"q(1:7: parse error: unexpected end of input inside braces)q"},
    {R"q(foo{a="b")q", R"q(1:10: parse error: unexpected end of input inside braces)q"},
    {R"q(foo{a!})q", R"q(1:6: parse error: unexpected character after '!' inside braces: '}')q"},
    {R"q(foo{a!x})q", R"q(1:6: parse error: unexpected character after '!' inside braces: 'x')q"},
    {R"q(foo()q", R"q(1:5: parse error: unclosed left parenthesis)q"},
    {R"q(abs(a,$))q", R"q(1:7: parse error: unexpected character: '$')q"},
    {R"q(abs(a,]))q", R"q(1:7: parse error: unexpected right bracket ']')q"},
    {R"q(a + fill (1)q", R"q(1:12: parse error: unclosed left parenthesis)q"},
    {R"q(a offset 99999999999)q", R"q(1:10: parse error: duration out of range)q"},
    {R"q(a offset -99999999999)q", R"q(1:10: parse error: duration out of range)q"},
    {R"q(a @ start()q", R"q(1:11: parse error: unclosed left parenthesis)q"},
    {R"q(1e400)q",
     R"q(1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e400": value out of range)q"},
    {R"q(0x)q",
     R"q(1:1: parse error: error parsing number: strconv.ParseFloat: parsing "0x": invalid syntax)q"},
    {R"q(0x1p3)q", R"q(1:1: parse error: bad number or duration syntax: "0x1")q"},
    {R"q(0b11)q", R"q(1:1: parse error: bad number or duration syntax: "0")q"},
    {R"q(0o17)q", R"q(1:1: parse error: bad number or duration syntax: "0")q"},
    {R"q(1__0)q", R"q(1:1: parse error: bad number or duration syntax: "1__")q"},
    {R"q(1_)q", R"q(1:1: parse error: bad number or duration syntax: "1_")q"},
    {R"q(1e)q", R"q(1:1: parse error: bad number or duration syntax: "1e")q"},
    {R"q(1e+)q", R"q(1:1: parse error: bad number or duration syntax: "1e+")q"},
    {R"q(1.5.5)q", R"q(1:1: parse error: bad number or duration syntax: "1.5.")q"},
    {R"q(1e5e5)q", R"q(1:1: parse error: bad number or duration syntax: "1e5e")q"},
    {R"q(1e5.5)q",
     R"q(1:1: parse error: error parsing number: strconv.ParseFloat: parsing "1e5.5": invalid syntax)q"},
    {R"q(30s5m)q", R"q(1:1: parse error: not a valid duration string: "30s5m")q"},
    {R"q(1.5h)q", R"q(1:1: parse error: unknown unit "." in duration "1.5h")q"},
    {R"q(5mm)q", R"q(1:1: parse error: bad number or duration syntax: "5mm")q"},
    {R"q(293y)q", R"q(1:1: parse error: duration out of range)q"},
    {R"q(99999999999999999999s)q",
     R"q(1:1: parse error: not a valid duration string: "99999999999999999999s")q"},
    {R"q(5x)q", R"q(1:1: parse error: bad number or duration syntax: "5")q"},
    {R"q(5m5)q", R"q(1:1: parse error: bad number or duration syntax: "5m5")q"},
    {R"q(1_0m)q", R"q(1:1: parse error: unknown unit "_" in duration "1_0m")q"},
    {R"q(0xFFFFFFFFFFFFFFFFF)q",
     R"q(1:1: parse error: error parsing number: strconv.ParseFloat: parsing "0xFFFFFFFFFFFFFFFFF": invalid syntax)q"},
    {R"q("x)q", R"q(1:1: parse error: unterminated quoted string)q"},
    {R"q(`x)q", R"q(1:1: parse error: unterminated raw string)q"},
    {R"q("\q")q", R"q(1:1: parse error: unknown escape sequence U+0071 'q')q"},
    {R"q("\)q", R"q(1:1: parse error: escape sequence not terminated)q"},
    {R"q("\x4")q", R"q(1:1: parse error: illegal character U+0022 '"' in escape sequence)q"},
    {R"q("\400")q", R"q(1:1: parse error: escape sequence is an invalid Unicode code point)q"},
    {R"q("\ud800")q", R"q(1:1: parse error: escape sequence is an invalid Unicode code point)q"},
    {R"q("\U00110000")q", R"q(1:1: parse error: escape sequence is an invalid Unicode code point)q"},
    {R"q('\"')q", R"q(1:1: parse error: unknown escape sequence U+0022 '"')q"},
    {R"q("\'")q", R"q(1:1: parse error: unknown escape sequence U+0027 ''')q"},
    {R"q("é\u200b�")q", R"q(1:1: parse error: invalid UTF-8 rune)q"},
    {R"q(a{# c)q", R"q(1:6: parse error: unexpected end of input inside braces)q"},
    {R"q(a[# c)q", R"q(1:3: parse error: unexpected character in duration expression: '#')q"},
    {R"q(5m])q", R"q(1:3: parse error: unexpected right bracket ']')q"},
    {R"q(a =~ b)q", R"q(1:3: parse error: unexpected character after '=': '~')q"},
    {R"q(a ! b)q", R"q(1:3: parse error: unexpected character after '!': ' ')q"},
    {R"q(a ~ b)q", R"q(1:3: parse error: unexpected character: '~')q"},
    {R"q(a $ b)q", R"q(1:3: parse error: unexpected character: '$')q"},
    {R"q(a; b)q", R"q(1:2: parse error: unexpected character: ';')q"},
    {R"q(é)q", R"q(1:1: parse error: unexpected character: 'é')q"},
    {R"q(a é)q", R"q(1:3: parse error: unexpected character: 'é')q"},
    {R"q(a})q", R"q(1:2: parse error: unexpected character: '}')q"},
    {R"q(rate(a{b="c"}[5m]) / rate(d[5m])q", R"q(1:32: parse error: unclosed left parenthesis)q"},
    {R"q((1+2)q", R"q(1:5: parse error: unclosed left parenthesis)q"},
    {R"q(sum(1,)q", R"q(1:7: parse error: unclosed left parenthesis)q"},
};

TEST(ParseError, Tokens) {
  expectErrors(kTokensCases);
}

constexpr Case kGrammarCases[] = {
    {R"q(foo[5m/0])q", R"q(1:7: parse error: division by zero)q"},
    {R"q(foo[5m%0])q", R"q(1:7: parse error: modulo by zero)q"},
    {R"q(foo[0])q", R"q(1:5: parse error: duration must be greater than 0)q"},
    {R"q(foo[-5m])q", R"q(1:5: parse error: duration must be greater than 0)q"},
    {R"q(foo[5m:0])q", R"q(1:8: parse error: duration must be greater than 0)q"},
    {R"q(foo[5m 3])q",
     R"q(1:8: parse error: unexpected number "3" in subquery or range, expected ":" or "]")q"},
    {R"q(foo[5m:3 3])q", R"q(1:10: parse error: unexpected number "3" in subquery selector, expected "]")q"},
    {R"q(foo[])q",
     R"q(1:5: parse error: unexpected "]" in subquery or range selector, expected number, duration, step(), or range())q"},
    {R"q(foo[step2()])q",
     R"q(1:9: parse error: unexpected number "2" in subquery or range selector, expected number, duration, step(), or range())q"},
    {R"q(foo[min_of(1m)])q",
     R"q(1:14: parse error: unexpected ")" in subquery or range selector, expected number, duration, step(), or range())q"},
    {R"q(foo[min_of 1m])q",
     R"q(1:12: parse error: unexpected duration "1m" in subquery or range selector, expected number, duration, step(), or range())q"},
    {R"q(foo[5m "x"])q",
     R"q(1:8: parse error: unexpected string "\"x\"" in subquery or range, expected ":" or "]")q"},
    {R"q(foo[5m{])q", R"q(1:7: parse error: unexpected "{" in subquery or range, expected ":" or "]")q"},
    {R"q(foo{a="b" c})q",
     R"q(1:11: parse error: unexpected identifier "c" in label matching, expected "," or "}")q"},
    {R"q(foo{a="b",,})q",
     R"q(1:11: parse error: unexpected "," in label matching, expected identifier or "}")q"},
    {R"q(foo{,})q", R"q(1:5: parse error: unexpected "," in label matching, expected identifier or "}")q"},
    {R"q(foo{=})q", R"q(1:5: parse error: unexpected "=" in label matching, expected identifier or "}")q"},
    {R"q(foo{a==})q", R"q(1:7: parse error: unexpected "=" in label matching, expected string)q"},
    {R"q({"foo" bar})q",
     R"q(1:8: parse error: unexpected identifier "bar" in label matching, expected "," or "}")q"},
    {R"q({"foo" = })q", R"q(1:10: parse error: unexpected "}" in label matching, expected string)q"},
    {R"q(sum by)q", R"q(1:7: parse error: unexpected end of input in grouping opts, expected "(")q"},
    {R"q(sum by (a))q", R"q(1:11: parse error: unexpected end of input in aggregation)q"},
    {R"q(sum by (a) (b) by (c))q", R"q(1:16: parse error: unexpected <by>)q"},
    {R"q(sum by a)q", R"q(1:8: parse error: unexpected identifier "a" in grouping opts, expected "(")q"},
    {R"q(sum by (a b) (x))q",
     R"q(1:11: parse error: unexpected identifier "b" in grouping opts, expected "," or ")")q"},
    {R"q(sum by (,) (x))q", R"q(1:9: parse error: unexpected "," in grouping opts, expected label)q"},
    {R"q(sum by (1) (x))q", R"q(1:9: parse error: unexpected number "1" in grouping opts, expected label)q"},
    {R"q(sum by ("") (x))q", R"q(1:9: parse error: invalid label name for grouping: "")q"},
    {R"q(sum by ("\xff") (x))q", R"q(1:9: parse error: invalid label name for grouping: "\xff")q"},
    {R"q(sum by (without) (x))q",
     R"q(1:9: parse error: unexpected <without> in grouping opts, expected label)q"},
    {R"q(sum())q", R"q(1:1: parse error: no arguments for aggregate expression provided)q"},
    {R"q(sum(a,b))q",
     R"q(1:1: parse error: wrong number of arguments for aggregate expression provided, expected 1, got 2)q"},
    {R"q(sum(a 1))q", R"q(1:7: parse error: unexpected number "1" in aggregation)q"},
    {R"q(sum(rate(a 1)))q", R"q(1:12: parse error: unexpected number "1" in aggregation)q"},
    {R"q(rate(a 1))q", R"q(1:8: parse error: unexpected number "1")q"},
    {R"q(topk(a))q",
     R"q(1:1: parse error: wrong number of arguments for aggregate expression provided, expected 2, got 1)q"},
    {R"q(sum "x")q", R"q(1:5: parse error: unexpected string "\"x\"")q"},
    {R"q(foo())q", R"q(1:1: parse error: unknown function with name "foo")q"},
    {R"q(abs(a,))q", R"q(1:6: parse error: trailing commas not allowed in function call args)q"},
    {R"q(abs(,))q", R"q(1:5: parse error: unexpected ",")q"},
    {R"q(Rate(a[5m]))q", R"q(1:1: parse error: unknown function with name "Rate")q"},
    {R"q(a + on b)q", R"q(1:8: parse error: unexpected identifier "b" in grouping opts, expected "(")q"},
    {R"q(1 > bool bool 1)q", R"q(1:10: parse error: unexpected <bool>)q"},
    {R"q(a + fill_left(1) fill_left(2) b)q", R"q(1:27: parse error: unexpected "(")q"},
    {R"q(a + fill("x") b)q", R"q(1:10: parse error: unexpected string "\"x\"")q"},
    {R"q(fill(1))q", R"q(1:5: parse error: unexpected "(")q"},
    {R"q(a + fill(1e21) fill_right(1e-7) b)q", R"q(1:26: parse error: unexpected "(")q"},
    {R"q(a + group_left b)q", R"q(1:5: parse error: unexpected <group_left>)q"},
    {R"q(a * on(x) group_left (y))q", R"q(1:25: parse error: unexpected end of input)q"},
    {R"q(a </)q", R"q(1:5: parse error: unexpected end of input)q"},
    {R"q(a[5m][5m])q", R"q(1:6: parse error: ranges only allowed for vector selectors)q"},
    {R"q(a offset 5m [5m])q", R"q(1:13: parse error: no offset modifiers allowed before range)q"},
    {R"q(a @ 5 [5m])q", R"q(1:7: parse error: no @ modifiers allowed before range)q"},
    {R"q(1[5m])q", R"q(1:2: parse error: ranges only allowed for vector selectors)q"},
    {R"q(sum(a)[5m])q", R"q(1:7: parse error: ranges only allowed for vector selectors)q"},
    {R"q(a offset)q",
     R"q(1:9: parse error: unexpected end of input in offset, expected number, duration, step(), or range())q"},
    {R"q(a offset foo)q",
     R"q(1:10: parse error: unexpected identifier "foo" in offset, expected number, duration, step(), or range())q"},
    {R"q(a offset 5m offset 6m)q", R"q(1:1: parse error: offset may not be set multiple times)q"},
    {R"q(1 offset 5m)q",
     R"q(1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery)q"},
    {R"q((a) offset 5m)q",
     R"q(1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery)q"},
    {R"q(sum(a) offset 5m)q",
     R"q(1:1: parse error: offset modifier must be preceded by an instant vector selector or range vector selector or a subquery)q"},
    {R"q(a @)q", R"q(1:4: parse error: unexpected end of input in @, expected timestamp)q"},
    {R"q(a @ foo)q", R"q(1:5: parse error: unexpected identifier "foo" in @, expected timestamp)q"},
    {R"q(a @ -foo)q", R"q(1:6: parse error: unexpected identifier "foo" in @, expected timestamp)q"},
    {R"q(a @ 5 @ 6)q", R"q(1:1: parse error: @ <timestamp> may not be set multiple times)q"},
    {R"q(a @ start)q", R"q(1:10: parse error: unexpected end of input in @, expected timestamp)q"},
    {R"q(a @ Inf)q", R"q(1:1: parse error: timestamp out of bounds for @ modifier: +Inf)q"},
    {R"q(a @ NaN)q", R"q(1:1: parse error: timestamp out of bounds for @ modifier: NaN)q"},
    {R"q(a @ 1e30)q",
     R"q(1:1: parse error: timestamp out of bounds for @ modifier: 1000000000000000019884624838656.000000)q"},
    {R"q(1 @ 5)q",
     R"q(1:1: parse error: @ modifier must be preceded by an instant vector selector or range vector selector or a subquery)q"},
    {R"q(a @ start() @ 5)q", R"q(1:1: parse error: @ <timestamp> may not be set multiple times)q"},
    {R"q(a anchored smoothed)q",
     R"q(1:1: parse error: anchored and smoothed modifiers cannot be used together)q"},
    {R"q(a[5m:] anchored)q", R"q(1:1: parse error: anchored modifier is not supported for subqueries)q"},
    {R"q(1 anchored)q", R"q(1:1: parse error: anchored modifier not implemented)q"},
    {R"q(sum(a) smoothed)q", R"q(1:1: parse error: smoothed modifier not implemented)q"},
    {R"q(# comment)q", R"q(1:1: parse error: no expression found in input)q"},
    {R"q(b="c"})q", R"q(1:2: parse error: unexpected "=")q"},
    {R"q(a b)q", R"q(1:3: parse error: unexpected identifier "b")q"},
    {R"q(a 1)q", R"q(1:3: parse error: unexpected number "1")q"},
    {R"q(1 a)q", R"q(1:3: parse error: unexpected identifier "a")q"},
    {R"q(a "x")q", R"q(1:3: parse error: unexpected string "\"x\"")q"},
    {R"q(a {b="c"} d)q", R"q(1:11: parse error: unexpected identifier "d")q"},
    {R"q(a = b)q", R"q(1:3: parse error: unexpected "=")q"},
    {R"q(a:b(1))q", R"q(1:4: parse error: unexpected "(")q"},
    {R"q(atan2)q", R"q(1:1: parse error: unexpected <op:atan2>)q"},
    {R"q(bool)q", R"q(1:1: parse error: unexpected <bool>)q"},
    {R"q(on)q", R"q(1:1: parse error: unexpected <on>)q"},
    {R"q(group_left)q", R"q(1:1: parse error: unexpected <group_left>)q"},
    {R"q(a by (b))q", R"q(1:3: parse error: unexpected <by>)q"},
    {R"q(a + )q", R"q(1:5: parse error: unexpected end of input)q"},
    {R"q(+)q", R"q(1:2: parse error: unexpected end of input)q"},
    {R"q(-)q", R"q(1:2: parse error: unexpected end of input)q"},
    {R"q(*a)q", R"q(1:1: parse error: unexpected <op:*>)q"},
    {R"q(())q", R"q(1:2: parse error: unexpected ")")q"},
    {R"q((,))q", R"q(1:2: parse error: unexpected ",")q"},
    {R"q({,a="b"})q", R"q(1:2: parse error: unexpected "," in label matching, expected identifier or "}")q"},
    {R"q({a="b"} {c="d"})q", R"q(1:9: parse error: unexpected "{")q"},
    {R"q({a="b"}{c="d"})q", R"q(1:8: parse error: unexpected "{")q"},
    {R"q(a,b)q", R"q(1:2: parse error: unexpected ",")q"},
    {R"q(a @ 5,)q", R"q(1:6: parse error: unexpected ",")q"},
    {R"q(1 2)q", R"q(1:3: parse error: unexpected number "2")q"},
    {R"q(5m 5m)q", R"q(1:4: parse error: unexpected duration "5m")q"},
    {R"q(a[5m] 5)q", R"q(1:7: parse error: unexpected number "5")q"},
    {R"q(unknown(a) $)q", R"q(1:1: parse error: unknown function with name "unknown")q"},
    {R"q(a + on(x) group_left unknown(b))q", R"q(1:22: parse error: unknown function with name "unknown")q"},
    {R"q(a == )q", R"q(1:6: parse error: unexpected end of input)q"},
    {R"q(a == bool)q", R"q(1:10: parse error: unexpected end of input)q"},
};

TEST(ParseError, Grammar) {
  expectErrors(kGrammarCases);
}

constexpr Case kTypesCases[] = {
    {R"q(foo{__name__="x"})q", R"q(1:1: parse error: metric name must not be set twice: "foo" or "x")q"},
    {R"q(foo{__name__=~"x.*"})q", R"q(1:1: parse error: metric name must not be set twice: "foo" or "x.*")q"},
    {R"q({""})q", R"q(1:1: parse error: vector selector must contain at least one non-empty matcher)q"},
    {R"q({a="" })q", R"q(1:1: parse error: vector selector must contain at least one non-empty matcher)q"},
    {R"q({})q", R"q(1:1: parse error: vector selector must contain at least one non-empty matcher)q"},
    {R"q({a=~".*"})q", R"q(1:1: parse error: vector selector must contain at least one non-empty matcher)q"},
    {R"q({a!~".+"})q", R"q(1:1: parse error: vector selector must contain at least one non-empty matcher)q"},
    {R"q({a=~"b|"})q", R"q(1:1: parse error: vector selector must contain at least one non-empty matcher)q"},
    {R"q(sum(1))q",
     R"q(1:5: parse error: expected type instant vector in aggregation expression, got scalar)q"},
    {R"q(topk("x",a))q", R"q(1:6: parse error: expected type scalar in aggregation parameter, got string)q"},
    {R"q(topk(a,b))q",
     R"q(1:6: parse error: expected type scalar in aggregation parameter, got instant vector)q"},
    {R"q(count_values(1,a))q",
     R"q(1:14: parse error: expected type string in aggregation parameter, got scalar)q"},
    {R"q(count_values("x",1))q",
     R"q(1:18: parse error: expected type instant vector in aggregation expression, got scalar)q"},
    {R"q(quantile(1, 2))q",
     R"q(1:13: parse error: expected type instant vector in aggregation expression, got scalar)q"},
    {R"q(abs())q", R"q(1:1: parse error: expected 1 argument(s) in call to "abs", got 0)q"},
    {R"q(abs(a,b))q", R"q(1:1: parse error: expected 1 argument(s) in call to "abs", got 2)q"},
    {R"q(abs(1))q",
     R"q(1:5: parse error: expected type instant vector in call to function "abs", got scalar)q"},
    {R"q(time(1))q", R"q(1:1: parse error: expected 0 argument(s) in call to "time", got 1)q"},
    {R"q(round())q", R"q(1:1: parse error: expected at least 1 argument(s) in call to "round", got 0)q"},
    {R"q(round(a,1,2))q", R"q(1:1: parse error: expected at most 2 argument(s) in call to "round", got 3)q"},
    {R"q(label_join(a,"x"))q",
     R"q(1:1: parse error: expected at least 3 argument(s) in call to "label_join", got 2)q"},
    {R"q(label_join(a,"x","y","z","w",1))q",
     R"q(1:30: parse error: expected type string in call to function "label_join", got scalar)q"},
    {R"q(label_replace(a,"x","y"))q",
     R"q(1:1: parse error: expected 5 argument(s) in call to "label_replace", got 3)q"},
    {R"q(info(a,b))q", R"q(1:8: parse error: expected label selectors only, got vector selector instead)q"},
    {R"q(info(a,1))q",
     R"q(1:1: parse error: expected type instant vector in call to function "info", got scalar)q"},
    {R"q(info(a,b+c))q", R"q(1:8: parse error: expected label selectors only)q"},
    {R"q(histogram_quantiles(a,"x"))q",
     R"q(1:1: parse error: expected at least 3 argument(s) in call to "histogram_quantiles", got 2)q"},
    {R"q(histogram_quantiles(a,"x",1,2,3,4,5,6,7,8,9,10,11,12))q",
     R"q(1:1: parse error: expected at most 12 argument(s) in call to "histogram_quantiles", got 14)q"},
    {R"q(max_of(a,2))q",
     R"q(1:8: parse error: expected type scalar in call to function "max_of", got instant vector)q"},
    {R"q(a + bool b)q", R"q(1:3: parse error: bool modifier can only be used on comparison operators)q"},
    {R"q(1 == 1)q", R"q(1:3: parse error: comparisons between scalars must use BOOL modifier)q"},
    {R"q(a and 1)q", R"q(1:1: parse error: set operator "and" not allowed in binary scalar expression)q"},
    {R"q(1 and 2)q", R"q(1:1: parse error: set operator "and" not allowed in binary scalar expression)q"},
    {R"q(a and on(x) group_left b)q", R"q(1:1: parse error: no grouping allowed for "and" operation)q"},
    {R"q(a and bool b)q", R"q(1:3: parse error: bool modifier can only be used on comparison operators)q"},
    {R"q(a or fill(1) b)q", R"q(1:1: parse error: filling in missing series not allowed for set operators)q"},
    {R"q(a + fill(1) 2)q",
     R"q(1:1: parse error: filling in missing series only allowed between instant vectors)q"},
    {R"q(a + on(x) 2)q", R"q(1:1: parse error: vector matching only allowed between instant vectors)q"},
    {R"q(a + on(x) group_left(x) b)q",
     R"q(1:3: parse error: label "x" must not occur in ON and GROUP clause at once)q"},
    {R"q("x" + 1)q",
     R"q(1:1: parse error: binary expression must contain only scalar and instant vector types)q"},
    {R"q(1 + "x")q",
     R"q(1:5: parse error: binary expression must contain only scalar and instant vector types)q"},
    {R"q(a[5m] + 1)q",
     R"q(1:1: parse error: binary expression must contain only scalar and instant vector types)q"},
    {R"q(1 + a[5m])q",
     R"q(1:5: parse error: binary expression must contain only scalar and instant vector types)q"},
    {R"q(-a[5m])q",
     R"q(1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "range vector")q"},
    {R"q(-"x")q",
     R"q(1:1: parse error: unary expression only allowed on expressions of type scalar or instant vector, got "string")q"},
    {R"q(1[5m:1m])q",
     R"q(1:1: parse error: subquery is only allowed on instant vector, got scalar instead)q"},
    {R"q(a[5m:1m][5m:1m])q",
     R"q(1:1: parse error: subquery is only allowed on instant vector, got matrix instead)q"},
};

TEST(ParseError, Types) {
  expectErrors(kTypesCases);
}

constexpr Case kRegexesCases[] = {
    {R"q(foo{a=~"("})q", R"q(1:5: parse error: error parsing regexp: missing closing ): `(`)q"},
    {R"q(foo{a=~"a**"})q",
     R"q(1:5: parse error: error parsing regexp: invalid nested repetition operator: `**`)q"},
    {R"q(foo{a=~"[z-a]"})q",
     R"q(1:5: parse error: error parsing regexp: invalid character class range: `z-a`)q"},
    {R"q(foo{a=~"\\C"})q", R"q(1:5: parse error: error parsing regexp: invalid escape sequence: `\C`)q"},
    {R"q(foo{a=~"\\"})q",
     R"q(1:5: parse error: error parsing regexp: trailing backslash at end of expression: ``)q"},
    {R"q(foo{a=~"(?P<x>a"})q", R"q(1:5: parse error: error parsing regexp: missing closing ): `(?P<x>a`)q"},
    {R"q(foo{a=~"x{1001}"})q", R"q(1:5: parse error: error parsing regexp: invalid repeat count: `{1001}`)q"},
    {R"q(foo{a=~"+"})q",
     R"q(1:5: parse error: error parsing regexp: missing argument to repetition operator: `+`)q"},
    {R"q(foo{a=~"a)"})q", R"q(1:5: parse error: error parsing regexp: unexpected ): `a)`)q"},
    {R"q(foo{a=~"\\8"})q", R"q(1:5: parse error: error parsing regexp: invalid escape sequence: `\8`)q"},
    {R"q(foo{a=~"(?i"})q",
     R"q(1:5: parse error: error parsing regexp: invalid or unsupported Perl syntax: `(?i`)q"},
    {R"q(foo{a=~"(?z)"})q",
     R"q(1:5: parse error: error parsing regexp: invalid or unsupported Perl syntax: `(?z`)q"},
    {R"q(foo{a=~"[[:foo:]]"})q",
     R"q(1:5: parse error: error parsing regexp: invalid character class range: `[:foo:]`)q"},
    {R"q(foo{a=~"\\pX"})q",
     R"q(1:5: parse error: error parsing regexp: invalid character class range: `\pX`)q"},
    {R"q(foo{a=~"[a"})q", R"q(1:5: parse error: error parsing regexp: missing closing ]: `[a`)q"},
};

TEST(ParseError, Regexes) {
  expectErrors(kRegexesCases);
}

TEST(ParseError, BytesThatAreNoText) {
  const Case cases[] = {
      {"\xff", "1:1: parse error: unexpected character: '\xef\xbf\xbd'"},
      {std::string_view("a\0", 2), "1:2: parse error: unexpected character: '\\x00'"},
      {"\"\xff\"", "1:1: parse error: invalid UTF-8 rune"},
      {"`\xef\xbf\xbd`", "1:1: parse error: invalid UTF-8 rune"},
      {"{\xc3\xa9=\"a\"}", "1:2: parse error: unexpected character inside braces: '\xc3\xa9'"},
      {"a[\xe2\x80\x8b]", "1:3: parse error: unexpected character in duration expression: '\\u200b'"},
  };
  expectErrors(cases);
}

TEST(ParseError, PositionsCountLinesAndBytes) {
  const Case cases[] = {
      {"", "unknown position: parse error: no expression found in input"},
      {"  # nothing\n", "1:1: parse error: no expression found in input"},
      {" \n\t a b", "2:5: parse error: unexpected identifier \"b\""},
      {"a\n+\n\n  b c", "4:5: parse error: unexpected identifier \"c\""},
      {"a\r\n+ $", "2:3: parse error: unexpected character: '$'"},
      {"label_join(\"\xc3\xa9\" b)", "1:17: parse error: unexpected identifier \"b\""},
  };
  expectErrors(cases);
}

TEST(ParseError, OptionsTurnFeaturesOff) {
  const struct {
    std::string_view query;
    ParserOptions options;
    std::string_view error;
  } cases[] = {
      {"info(a)", {.experimental_functions = false}, "1:1: parse error: function \"info\" is not enabled"},
      {"limitk(1, a)",
       {.experimental_functions = false},
       "1:1: parse error: limitk() is experimental and must be enabled with "
       "--enable-feature=promql-experimental-functions"},
      {"a anchored",
       {.extended_range_selectors = false},
       "1:1: parse error: anchored modifier is experimental and not enabled"},
      {"a + fill(1) b",
       {.binop_fill_modifiers = false},
       "1:1: parse error: binop fill modifiers are experimental and not enabled"},
      {"a[1m + 2m]",
       {.duration_expressions = false},
       "1:3: parse error: experimental duration expression is not enabled"},
  };
  for (const auto& c : cases) {
    const auto query = parse(c.query, c.options);
    ASSERT_FALSE(query.has_value()) << c.query;
    EXPECT_EQ(query.error().message(), c.error);
    EXPECT_TRUE(parse(c.query).has_value()) << c.query;
  }
}

TEST(ParseError, MetricSelectors) {
  const Case cases[] = {
      {"", "unknown position: parse error: unexpected end of input"},
      {"a offset 5m", "1:3: parse error: unexpected <offset>"},
      {"a[5m]", "1:2: parse error: unexpected \"[\""},
      {"sum(a)", "1:4: parse error: unexpected \"(\""},
      {"1", "1:1: parse error: unexpected number \"1\""},
      {"{}", "match[] must contain at least one non-empty matcher"},
      {"{a=~\".*\"}", "match[] must contain at least one non-empty matcher"},
      {"{a=\"\",b!=\"c\"}", "match[] must contain at least one non-empty matcher"},
  };
  for (const Case& c : cases) {
    const auto query = parseMetricSelector(c.query);
    ASSERT_FALSE(query.has_value()) << c.query;
    EXPECT_EQ(query.error().message(), c.error) << c.query;
  }
  EXPECT_TRUE(parseMetricSelector("{}", {}, EmptySelector::kAccept).has_value());
  EXPECT_TRUE(parseMetricSelector("sum").has_value());
  EXPECT_TRUE(parseMetricSelector("a{__name__=\"b\"}").has_value());
}

}  // namespace
}  // namespace prome::promql
