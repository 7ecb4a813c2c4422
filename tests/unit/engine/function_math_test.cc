#include <cmath>
#include <limits>
#include <numbers>

#include "base/go_math.h"
#include "function_testing.h"

namespace prome::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the fixture of these tests

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = model::kNormalNaN;

model::HistogramPtr histogram() {
  auto value = std::make_shared<model::FloatHistogram>();
  value->count = 4;
  value->sum = 10;
  return value;
}

double call(std::string_view text, double value) {
  return onlyValue(evaluateCall(text, kInstant, {std::vector<GivenSeries>{{{}, {value}}}}));
}

TEST(Math, EveryFunctionIsWhatItsNameSays) {
  EXPECT_EQ(call("abs(x)", -1.5), 1.5);
  EXPECT_EQ(call("ceil(x)", -1.5), -1);
  EXPECT_TRUE(std::signbit(call("ceil(x)", -0.5)));
  EXPECT_EQ(call("floor(x)", -1.5), -2);
  EXPECT_EQ(call("sqrt(x)", 6.25), 2.5);
  EXPECT_TRUE(std::isnan(call("sqrt(x)", -1)));
  EXPECT_EQ(call("sgn(x)", -7), -1);
  EXPECT_EQ(call("sgn(x)", kInf), 1);
  EXPECT_TRUE(std::signbit(call("sgn(x)", -0.0)));
  EXPECT_TRUE(std::isnan(call("sgn(x)", kNaN)));
  EXPECT_EQ(call("rad(x)", 180), std::numbers::pi);
  EXPECT_EQ(call("deg(x)", std::numbers::pi), 180);
  for (const auto& [text, function, libm] :
       std::initializer_list<std::tuple<std::string_view, double (*)(double), double (*)(double)>>{
           {"exp(x)", go_math::exp, std::exp},
           {"ln(x)", go_math::log, std::log},
           {"log2(x)", go_math::log2, std::log2},
           {"log10(x)", go_math::log10, std::log10},
           {"sin(x)", go_math::sin, std::sin},
           {"cos(x)", go_math::cos, std::cos},
           {"tan(x)", go_math::tan, std::tan},
           {"asin(x)", go_math::asin, std::asin},
           {"acos(x)", go_math::acos, std::acos},
           {"atan(x)", go_math::atan, std::atan},
           {"sinh(x)", go_math::sinh, std::sinh},
           {"cosh(x)", go_math::cosh, std::cosh},
           {"tanh(x)", go_math::tanh, std::tanh},
           {"asinh(x)", go_math::asinh, std::asinh},
           {"acosh(x)", go_math::acosh, std::acosh},
           {"atanh(x)", go_math::atanh, std::atanh}}) {
    const double at = text == "acosh(x)" ? 1.25 : 0.375;
    EXPECT_EQ(call(text, at), function(at)) << text;
    EXPECT_NEAR(call(text, at), libm(at), 1e-14) << text;
    EXPECT_TRUE(std::isnan(call(text, kNaN))) << text;
  }
}

// Values printed by Go 1.26 on amd64; libm's differ in the last bit here and there.
TEST(GoMath, RoundsAsGo) {
  EXPECT_EQ(go_math::exp(0.1), 0x1.1aec7b35a00d4p+0);
  EXPECT_EQ(go_math::exp(33.3), 0x1.078401f5a3ec8p+48);
  EXPECT_EQ(go_math::exp2(2.3), 0x1.3b2c47bff8328p+02);
  EXPECT_EQ(go_math::exp2(33.3), 0x1.3b2c47bff831ep+33);
  EXPECT_EQ(go_math::log(0.3), -0x1.34378fcbda721p+00);
  EXPECT_EQ(go_math::log(5.5), 0x1.b46a5ef8151ap+00);
  EXPECT_EQ(go_math::sin(33.3), 0x1.e7148f79ab16dp-01);
  EXPECT_EQ(go_math::tanh(-3.7), -0x1.ff5fdc948488cp-01);
  EXPECT_EQ(go_math::asinh(-3.7), -0x1.02772218247ccp+01);
  EXPECT_EQ(go_math::log2(8), 3);
  EXPECT_EQ(go_math::log2(0x1p-1074), -1074);
  EXPECT_EQ(go_math::exp2(-1074), 0x1p-1074);
  EXPECT_EQ(go_math::exp(-746), 0);
  EXPECT_EQ(go_math::exp(709.79), kInf);
  EXPECT_EQ(go_math::log(0), -kInf);
  EXPECT_TRUE(std::isnan(go_math::log(-1)));
  EXPECT_TRUE(std::isnan(go_math::sin(kInf)));
  EXPECT_NEAR(go_math::sin(1e22), -0.8522008497671888, 1e-15);
  EXPECT_EQ(go_math::max(kNaN, kInf), kInf);
  EXPECT_TRUE(std::isnan(go_math::max(kNaN, 1)));
  EXPECT_FALSE(std::signbit(go_math::max(-0.0, 0.0)));
  EXPECT_EQ(go_math::min(-kInf, kNaN), -kInf);
  EXPECT_TRUE(std::signbit(go_math::min(0.0, -0.0)));
}

TEST(Math, LeavesOutHistogramsAndAbsentStepsAndDropsTheName) {
  const std::vector<GivenSeries> given{
      {{{"__name__", "a"}, {"l", "1"}}, {-1, kNone, kNone}, {nullptr, histogram(), nullptr}},
      {{{"__name__", "b"}}, {}, {histogram(), nullptr, nullptr}}};
  const Outcome now = evaluateCall("abs(x)", {0, 2, 1}, {given});
  EXPECT_THAT(now.floats, SameFloats(Floats{{"{l=\"1\"}", {1, kNone, kNone}}}));
  EXPECT_EQ(now.histograms, 0U);
  const Outcome late = evaluateCall("abs(x)", {0, 2, 1}, {given}, delayed());
  EXPECT_THAT(late.floats, SameFloats(Floats{{"a{l=\"1\"}~", {1, kNone, kNone}}}));
}

TEST(Math, DropsTheRestOfTheSchemaIn3x) {
  const std::vector<GivenSeries> given{{{{"__name__", "a"}, {"__type__", "gauge"}, {"__unit__", "s"}}, {1}}};
  EXPECT_THAT(evaluateCall("abs(x)", kInstant, {given}).order, ::testing::ElementsAre("{}"));
  EXPECT_THAT(evaluateCall("abs(x)", kInstant, {given}, dialect2()).order,
              ::testing::ElementsAre("{__type__=\"gauge\", __unit__=\"s\"}"));
}

TEST(Clamp, KeepsValuesBetweenItsBounds) {
  const std::vector<GivenSeries> given{{{{"__name__", "a"}}, {-5, 0.5, 5, kNaN, kNone}}};
  const StepGrid grid{0, 4, 1};
  EXPECT_THAT(evaluateCall("clamp(x, 0, 1)", grid, {given}).floats,
              SameFloats(Floats{{"{}", {0, 0.5, 1, kNaN, kNone}}}));
  EXPECT_THAT(evaluateCall("clamp_min(x, 0)", grid, {given}).floats,
              SameFloats(Floats{{"{}", {0, 0.5, 5, kNaN, kNone}}}));
  EXPECT_THAT(evaluateCall("clamp_max(x, 0)", grid, {given}).floats,
              SameFloats(Floats{{"{}", {-5, 0, 0, kNaN, kNone}}}));
}

TEST(Clamp, HasNothingWhereItsBoundsCross) {
  const std::vector<GivenSeries> given{{{}, {1, 2, 3, kInf}}};
  const std::vector<double> min{0, 5, kNaN, kNaN};
  const std::vector<double> max{10, 4, 10, kInf};
  EXPECT_THAT(evaluateCall("clamp(x, scalar(y), scalar(z))", {0, 3, 1}, {given, min, max}).floats,
              SameFloats(Floats{{"{}", {1, kNone, kNaN, kInf}}}));
}

TEST(Round, GoesUpAtTies) {
  EXPECT_EQ(call("round(x)", 2.5), 3);
  EXPECT_EQ(call("round(x)", -2.5), -2);
  EXPECT_EQ(call("round(x, 5)", 12.5), 15);
  EXPECT_EQ(call("round(x, 0.25)", 0.3), 0.25);
  EXPECT_TRUE(std::isnan(call("round(x, 0)", 1)));
  const std::vector<GivenSeries> given{{{}, {17, 17, kNone}}};
  EXPECT_THAT(evaluateCall("round(x, scalar(y))", {0, 2, 1}, {given, std::vector<double>{10, 5, 1}}).floats,
              SameFloats(Floats{{"{}", {20, 15, kNone}}}));
}

TEST(Scalar, IsTheOneFloatOfAStep) {
  const std::vector<GivenSeries> given{{{{"l", "1"}}, {1, 2, kNone, kNone, kNaN}},
                                       {{{"l", "2"}}, {kNone, 3, kNone, 4, kNone}},
                                       {{{"l", "3"}}, {}, {histogram(), nullptr, nullptr, nullptr, nullptr}}};
  EXPECT_THAT(evaluateCall("scalar(x)", {0, 4, 1}, {given}).floats,
              SameFloats(Floats{{"{}", {1, kNaN, kNaN, 4, kNaN}}}));
  EXPECT_THAT(evaluateCall("scalar(x)", {0, 1, 1}, {std::vector<GivenSeries>{}}).floats,
              SameFloats(Floats{{"{}", {kNaN, kNaN}}}));
}

TEST(Scalar, MakesVectorsTimesAndExtremes) {
  EXPECT_THAT(evaluateCall("vector(scalar(x))", {0, 1, 1}, {std::vector<double>{7, 8}}).floats,
              SameFloats(Floats{{"{}", {7, 8}}}));
  EXPECT_THAT(evaluateCall("time()", {-1500, 500, 1000}, {}).floats,
              SameFloats(Floats{{"{}", {-1.5, -0.5, 0.5}}}));
  EXPECT_EQ(onlyValue(evaluateCall("pi()", kInstant, {})), std::numbers::pi);
  const std::vector<double> x{1, kNaN, -kInf};
  const std::vector<double> y{2, 5, kNaN};
  EXPECT_THAT(evaluateCall("max_of(scalar(x), scalar(y))", {0, 2, 1}, {x, y}).floats,
              SameFloats(Floats{{"{}", {2, kNaN, kNaN}}}));
  EXPECT_THAT(evaluateCall("min_of(scalar(x), scalar(y))", {0, 2, 1}, {x, y}).floats,
              SameFloats(Floats{{"{}", {1, kNaN, -kInf}}}));
}

TEST(Absent, IsOneWhereNothingIs) {
  const std::vector<GivenSeries> given{{{{"l", "1"}}, {1, kNone, kNone}, {}},
                                       {{{"l", "2"}}, {}, {nullptr, histogram(), nullptr}}};
  EXPECT_THAT(evaluateCall("absent(x)", {0, 2, 1}, {given}).floats,
              SameFloats(Floats{{"{}", {kNone, kNone, 1}}}));
  EXPECT_TRUE(evaluateCall("absent(x)", kInstant, {std::vector<GivenSeries>{{{}, {kNaN}}}}).order.empty());
}

TEST(Absent, TakesLabelsFromEqualMatchers) {
  const auto labels = [](std::string_view text) {
    return evaluateCall(text, kInstant, {std::vector<GivenSeries>{}}).order.at(0);
  };
  EXPECT_EQ(labels("absent(x{a=\"1\", b!=\"2\", c=~\"3\"})"), "{a=\"1\"}");
  EXPECT_EQ(labels("absent(((x{a=\"1\"} offset 5m)))"), "{a=\"1\"}");
  EXPECT_EQ(labels("absent(x{a=\"1\", a=\"2\", b=\"\"})"), "{}");
  EXPECT_EQ(labels("absent(x{a=\"1\", a!=\"2\"})"), "{}");
  EXPECT_EQ(labels("absent(x{a!=\"2\", a=\"1\"})"), "{}");
  EXPECT_EQ(labels("absent(x{a=~\"1.*\", a=\"1\"})"), "{a=\"1\"}");
  EXPECT_EQ(labels("absent(sum(x{a=\"1\"}))"), "{}");
}

// Every function without a range vector is made here, but those whose values are known beforehand.
TEST(Functions, AreAllInTheTable) {
  for (const promql::FunctionSignature& function : promql::allFunctions()) {
    const auto types = std::span(function.arg_types).first(function.arg_count);
    const bool is_range = std::ranges::find(types, promql::ValueType::kMatrix) != types.end();
    const bool is_folded = function.name == "start" || function.name == "end" || function.name == "range" ||
                           function.name == "step";
    if (is_range || is_folded) continue;
    Bench bench("vector(1)", kInstant);
    const promql::Call call{&function, std::get<promql::Call>(bench.root().node).args};
    const std::vector<const promql::Expr*> arguments(types.size(), call.args[0]);
    promql::Expr expr = bench.root();
    expr.node = promql::Call{&function, arguments};
    std::vector<Operand> operands;
    for (const promql::ValueType type : types) {
      if (type == promql::ValueType::kString) {
        operands.emplace_back(std::string_view("l"));
      } else {
        operands.emplace_back(bench.given(bench.root(), {}));
      }
    }
    GivenLeaves leaves;
    EXPECT_TRUE(makeFunction(bench.place(expr), std::move(operands), leaves).has_value()) << function.name;
  }
}

}  // namespace
}  // namespace prome::engine
