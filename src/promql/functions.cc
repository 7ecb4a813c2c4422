#include "promql/functions.h"

#include "promql/name_table.h"

namespace prome::promql {
namespace {

constexpr ValueType kScalar = ValueType::kScalar;

struct Extras {
  std::int8_t variadic = 0;
  ValueType returns = ValueType::kVector;
  bool experimental = false;
};

/// One letter an argument: V instant vector, M range vector, S scalar, T string.
consteval FunctionSignature signature(std::string_view name, std::string_view args, Extras extras = {}) {
  FunctionSignature result;
  result.name = name;
  for (const char arg : args) {
    ValueType type = ValueType::kString;
    if (arg == 'V') type = ValueType::kVector;
    if (arg == 'M') type = ValueType::kMatrix;
    if (arg == 'S') type = ValueType::kScalar;
    result.arg_types[result.arg_count++] = type;
  }
  result.variadic = extras.variadic;
  result.return_type = extras.returns;
  result.experimental = extras.experimental;
  return result;
}

// Prometheus 3's functions, and holt_winters of 2.x.
constexpr std::array kFunctions{
    signature("abs", "V"),
    signature("absent", "V"),
    signature("absent_over_time", "M"),
    signature("acos", "V"),
    signature("acosh", "V"),
    signature("asin", "V"),
    signature("asinh", "V"),
    signature("atan", "V"),
    signature("atanh", "V"),
    signature("avg_over_time", "M"),
    signature("ceil", "V"),
    signature("changes", "M"),
    signature("clamp", "VSS"),
    signature("clamp_max", "VS"),
    signature("clamp_min", "VS"),
    signature("cos", "V"),
    signature("cosh", "V"),
    signature("count_over_time", "M"),
    signature("day_of_month", "V", {.variadic = 1}),
    signature("day_of_week", "V", {.variadic = 1}),
    signature("day_of_year", "V", {.variadic = 1}),
    signature("days_in_month", "V", {.variadic = 1}),
    signature("deg", "V"),
    signature("delta", "M"),
    signature("deriv", "M"),
    signature("double_exponential_smoothing", "MSS", {.experimental = true}),
    signature("end", "", {.returns = kScalar, .experimental = true}),
    signature("exp", "V"),
    signature("first_over_time", "M"),
    signature("floor", "V"),
    signature("histogram_avg", "V"),
    signature("histogram_count", "V"),
    signature("histogram_fraction", "SSV"),
    signature("histogram_quantile", "SV"),
    signature("histogram_quantiles", "VTSS", {.variadic = 9, .experimental = true}),
    signature("histogram_stddev", "V"),
    signature("histogram_stdvar", "V"),
    signature("histogram_sum", "V"),
    signature("holt_winters", "MSS"),
    signature("hour", "V", {.variadic = 1}),
    signature("idelta", "M"),
    signature("increase", "M"),
    signature("info", "VV", {.variadic = 1, .experimental = true}),
    signature("irate", "M"),
    signature("label_join", "VTTT", {.variadic = -1}),
    signature("label_replace", "VTTTT"),
    signature("last_over_time", "M"),
    signature("ln", "V"),
    signature("log10", "V"),
    signature("log2", "V"),
    signature("mad_over_time", "M", {.experimental = true}),
    signature("max_of", "SS", {.returns = kScalar, .experimental = true}),
    signature("max_over_time", "M"),
    signature("min_of", "SS", {.returns = kScalar, .experimental = true}),
    signature("min_over_time", "M"),
    signature("minute", "V", {.variadic = 1}),
    signature("month", "V", {.variadic = 1}),
    signature("pi", "", {.returns = kScalar}),
    signature("predict_linear", "MS"),
    signature("present_over_time", "M"),
    signature("quantile_over_time", "SM"),
    signature("rad", "V"),
    signature("range", "", {.returns = kScalar, .experimental = true}),
    signature("rate", "M"),
    signature("resets", "M"),
    signature("round", "VS", {.variadic = 1}),
    signature("scalar", "V", {.returns = kScalar}),
    signature("sgn", "V"),
    signature("sin", "V"),
    signature("sinh", "V"),
    signature("sort", "V"),
    signature("sort_by_label", "VT", {.variadic = -1, .experimental = true}),
    signature("sort_by_label_desc", "VT", {.variadic = -1, .experimental = true}),
    signature("sort_desc", "V"),
    signature("sqrt", "V"),
    signature("start", "", {.returns = kScalar, .experimental = true}),
    signature("start_timestamp", "V", {.experimental = true}),
    signature("stddev_over_time", "M"),
    signature("stdvar_over_time", "M"),
    signature("step", "", {.returns = kScalar, .experimental = true}),
    signature("sum_over_time", "M"),
    signature("tan", "V"),
    signature("tanh", "V"),
    signature("time", "", {.returns = kScalar}),
    signature("timestamp", "V"),
    signature("ts_of_first_over_time", "M", {.experimental = true}),
    signature("ts_of_last_over_time", "M", {.experimental = true}),
    signature("ts_of_max_over_time", "M", {.experimental = true}),
    signature("ts_of_min_over_time", "M", {.experimental = true}),
    signature("vector", "S"),
    signature("year", "V", {.variadic = 1}),
};

consteval std::array<std::string_view, kFunctions.size()> functionNames() {
  std::array<std::string_view, kFunctions.size()> names;
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kFunctions[i].name;
  return names;
}

constexpr NameTable<kFunctions.size(), 256> kFunctionTable(functionNames());

}  // namespace

const FunctionSignature* findFunction(std::string_view name) {
  const auto index = kFunctionTable.find(name);
  return index ? &kFunctions[*index] : nullptr;
}

std::span<const FunctionSignature> allFunctions() {
  return kFunctions;
}

}  // namespace prome::promql
