#include "verify/query_generator.h"

namespace prome::verify {

std::string QueryGenerator::query(bool is_range_query) {
  const std::size_t kind = random_.below(100);
  const int depth = static_cast<int>(1 + random_.below(4));
  if (kind < 4) return scalar(depth);
  if (kind < 8 && !is_range_query) return random_.percent(50) ? matrix() : subquery(depth - 1);
  if (kind < 9 && !is_range_query) return "\"text\"";
  return vector(depth);
}

std::string QueryGenerator::parenthesized(std::string text) {
  return random_.percent(8) ? "(" + text + ")" : text;
}

std::string QueryGenerator::number() {
  return random_.pick({"0",   "1",   "2",    "3",   "0.5", "-1",  "1.5",  "10",    "100", "0.1",
                       "NaN", "Inf", "-Inf", "1e3", "7",   "0.9", "-0.5", "1e308", "30",  "60"});
}

std::string QueryGenerator::duration(bool may_be_expression) {
  if (may_be_expression && is3x_ && random_.percent(6)) {
    return random_.pick({"step() + 1s", "1m + 30s", "2 * 30s", "(5m / 2)", "max_of(step(), 45s)",
                         "range() + 10s", "min_of(2m, range() + 1)", "3 ^ 2 * 10", "100 % 7", "step() + 60"});
  }
  return random_.pick({"10s", "15s", "30s", "1m", "2m", "90s", "5m", "10m", "1500ms", "37s", "3m20s"});
}

std::string QueryGenerator::metric() {
  if (!words_.histogram_metrics.empty() && random_.percent(30)) return random_.pick(words_.histogram_metrics);
  return random_.pick(words_.metrics);
}

std::string QueryGenerator::matchers() {
  std::string out;
  const std::size_t count = random_.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    if (!out.empty()) out += ",";
    out += random_.pick(words_.matchers);
  }
  return out;
}

std::string QueryGenerator::shift() {
  std::string out;
  if (random_.percent(12)) out += " offset " + std::string(random_.percent(30) ? "-" : "") + duration(false);
  if (is3x_ && random_.percent(2)) out += out.empty() ? " offset (step() * 2)" : "";
  if (random_.percent(9)) {
    out += " @ " + (random_.percent(30) ? random_.pick({"start()", "end()"}) : random_.pick(words_.times));
  }
  if (random_.percent(2)) out = " @ " + random_.pick(words_.times) + " offset 30s";
  return out;
}

std::string QueryGenerator::selector() {
  std::string out;
  const std::size_t kind = random_.below(100);
  if (kind < 85) {
    const std::string inner = random_.percent(40) ? matchers() : "";
    out = metric() + (inner.empty() ? "" : "{" + inner + "}");
  } else if (kind < 93) {
    out = "{__name__=~\"" + random_.pick(words_.name_patterns) + "\"}";
  } else {
    out = "{" + random_.pick(words_.excluding_matchers) + "}";
  }
  if (is3x_ && random_.percent(2)) out += " smoothed";
  return out + shift();
}

std::string QueryGenerator::matrix() {
  std::string out = metric();
  if (random_.percent(30)) out += "{" + matchers() + "}";
  if (random_.percent(10)) out = "{__name__=~\"" + random_.pick(words_.name_patterns) + "\"}";
  out += "[" + duration(true) + "]";
  if (is3x_ && random_.percent(10)) out += random_.pick({" anchored", " smoothed"});
  return out + shift();
}

std::string QueryGenerator::subquery(int depth) {
  std::string inner = vector(depth);
  const std::string step = random_.percent(70) ? random_.pick({"10s", "15s", "30s", "7s", "1m"}) : "";
  return "(" + inner + ")[" + random_.pick({"30s", "1m", "2m", "5m", "90s", "100s"}) + ":" + step + "]" +
         shift();
}

std::string QueryGenerator::range(int depth) {
  return depth > 0 && random_.percent(25) ? subquery(depth - 1) : matrix();
}

std::string QueryGenerator::scalar(int depth) {
  if (depth <= 0 || random_.percent(55)) return number();
  switch (random_.below(is3x_ ? 9 : 6)) {
    case 0:
      return "scalar(" + vector(depth - 1) + ")";
    case 1:
      return "time()";
    case 2:
      return "pi()";
    case 3:
      return "-" + scalar(depth - 1);
    case 4:
      return "(" + scalar(depth - 1) + " " + random_.pick({"+", "-", "*", "/", "%", "^", "atan2"}) + " " +
             scalar(depth - 1) + ")";
    case 5:
      return "(" + scalar(depth - 1) + " " + random_.pick({"==", "!=", ">", "<", ">=", "<="}) + " bool " +
             scalar(depth - 1) + ")";
    case 6:
      return random_.pick({"start()", "end()", "step()", "range()"});
    case 7:
      return random_.pick({"max_of", "min_of"}) + "(" + scalar(depth - 1) + ", " + scalar(depth - 1) + ")";
    default:
      return "(" + scalar(depth - 1) + ")";
  }
}

std::string QueryGenerator::label() {
  return random_.pick(words_.labels);
}

std::string QueryGenerator::labelList() {
  std::string out;
  const std::size_t count = random_.below(3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string next = label();
    if (out.find(next) == std::string::npos) out += (out.empty() ? "" : ", ") + next;
  }
  return "(" + out + ")";
}

std::string QueryGenerator::grouping() {
  if (random_.percent(25)) return "";
  return (random_.percent(70) ? " by " : " without ") + labelList();
}

std::string QueryGenerator::aggregation(int depth) {
  const std::size_t kind = random_.below(100);
  const std::string group = grouping();
  if (kind < 66) {
    return random_.pick(
               {"sum", "sum", "sum", "avg", "avg", "count", "min", "max", "group", "stddev", "stdvar"}) +
           group + " (" + vector(depth - 1) + ")";
  }
  if (kind < 76) {
    const std::string k =
        random_.percent(75) ? random_.pick({"1", "2", "3", "0", "-1", "5"}) : scalar(depth - 1);
    return random_.pick({"topk", "bottomk"}) + group + " (" + k + ", " + vector(depth - 1) + ")";
  }
  if (kind < 84) return "quantile" + group + " (" + scalar(depth - 1) + ", " + vector(depth - 1) + ")";
  if (kind < 90 || !is3x_) {
    return "count_values" + group + " (" +
           (random_.percent(60) ? random_.pick({"\"value\"", "\"v\""}) : "\"" + label() + "\"") + ", " +
           vector(depth - 1) + ")";
  }
  if (kind < 95)
    return "limitk" + group + " (" + random_.pick({"1", "2", "0", "4"}) + ", " + vector(depth - 1) + ")";
  return "limit_ratio" + group + " (" +
         random_.pick({"0.5", "-0.5", "0.3", "1", "0", "-1", "1.5", "-2", "-0.9"}) + ", " +
         vector(depth - 1) + ")";
}

std::string QueryGenerator::vectorOperator(bool& is_set) {
  is_set = false;
  const std::size_t kind = random_.below(100);
  if (kind < 50) return random_.pick({"+", "-", "*", "/", "%", "^", "atan2"});
  if (kind < 72) {
    return random_.pick({"==", "!=", ">", "<", ">=", "<="}) + std::string(random_.percent(35) ? " bool" : "");
  }
  if (kind < 76 && is3x_) return random_.pick({"</", ">/"});
  is_set = true;
  return random_.pick({"and", "or", "unless"});
}

std::string QueryGenerator::matching(bool is_set) {
  std::string out;
  if (random_.percent(65)) {
    out = " " + random_.pick({"on", "on", "ignoring"}) +
          (random_.percent(70) ? "(" + random_.pick(words_.keys) + ")" : labelList());
  }
  if (is_set) return out;
  if (!out.empty() && random_.percent(35)) {
    out +=
        " " + random_.pick({"group_left", "group_right"}) + (random_.percent(40) ? "(" + label() + ")" : "");
  }
  if (is3x_ && random_.percent(12)) {
    out +=
        " " + random_.pick({"fill(0)", "fill_left(1)", "fill_right(2.5)", "fill_left(NaN) fill_right(-1)"});
  }
  return out;
}

std::string QueryGenerator::binary(int depth) {
  bool is_set = false;
  const std::string op = vectorOperator(is_set);
  const std::size_t kind = random_.below(100);
  if (!is_set && kind < 25) return "(" + vector(depth - 1) + ") " + op + " " + scalar(depth - 1);
  if (!is_set && kind < 35) return scalar(depth - 1) + " " + op + " (" + vector(depth - 1) + ")";
  if (kind < 55) {
    // Two sides that are likely to match.
    const std::string group = " by (" + random_.pick(words_.keys) + ") (";
    return "(sum" + group + vector(depth - 1) + ")) " + op + matching(is_set) + " (sum" + group +
           vector(depth - 1) + "))";
  }
  return "(" + vector(depth - 1) + ") " + op + matching(is_set) + " (" + vector(depth - 1) + ")";
}

std::string QueryGenerator::rangeFunction(int depth) {
  const std::size_t kind = random_.below(100);
  if (kind < 40)
    return random_.pick({"rate", "increase", "delta", "irate", "idelta", "changes", "resets"}) + "(" +
           range(depth) + ")";
  if (kind < 75) {
    return random_.pick(
               {"avg", "min", "max", "sum", "count", "stddev", "stdvar", "last", "present", "absent"}) +
           "_over_time(" + range(depth) + ")";
  }
  if (kind < 79) return "deriv(" + range(depth) + ")";
  if (kind < 84) return "predict_linear(" + range(depth) + ", " + scalar(depth - 1) + ")";
  if (kind < 90) return "quantile_over_time(" + scalar(depth - 1) + ", " + range(depth) + ")";
  if (!is3x_) return "holt_winters(" + range(depth) + ", 0.5, 0.3)";
  if (kind < 93) {
    return "double_exponential_smoothing(" + range(depth) + ", " + random_.pick({"0.5", "0.1", "1"}) + ", " +
           random_.pick({"0.5", "0.9", "0"}) + ")";
  }
  return random_.pick({"first_over_time", "mad_over_time", "ts_of_first_over_time", "ts_of_last_over_time",
                       "ts_of_max_over_time", "ts_of_min_over_time"}) +
         "(" + range(depth) + ")";
}

std::string QueryGenerator::labelFunction(int depth) {
  const std::string inner = vector(depth - 1);
  switch (random_.below(is3x_ ? 5 : 2)) {
    case 0:
      return "label_replace(" + inner + ", \"" + (random_.percent(50) ? "dst" : label()) + "\", \"" +
             random_.pick({"$1", "new", "", "${1}-x", "$0"}) + "\", \"" + label() + "\", \"" +
             random_.pick({"(.*)", "(a).*", "nope", "", "([a-z]+).*"}) + "\")";
    case 1:
      return "label_join(" + inner + ", \"" + (random_.percent(50) ? "dst" : label()) + "\", \"" +
             random_.pick({"-", "", "_"}) + "\", \"" + label() + "\", \"" + label() + "\")";
    case 2:
      return random_.pick({"sort_by_label", "sort_by_label_desc"}) + "(" + inner + ", \"" + label() +
             "\", \"" + label() + "\")";
    default:
      return "info(" + inner + (random_.percent(40) ? "" : ", {" + random_.pick(words_.info_matchers) + "}") +
             ")";
  }
}

std::string QueryGenerator::histogramFunction(int depth) {
  const bool fitting = !words_.histograms.empty() && random_.percent(60);
  const std::string inner = fitting ? random_.pick(words_.histograms) : vector(depth - 1);
  const std::size_t kind = random_.below(100);
  if (kind < 40 || !is3x_)
    return "histogram_quantile(" +
           (random_.percent(70) ? random_.pick({"0.5", "0.9", "0", "1", "0.1", "1.5", "-1"})
                                : scalar(depth - 1)) +
           ", " + inner + ")";
  if (kind < 60)
    return "histogram_fraction(" + random_.pick({"0", "-Inf", "0.2", "1"}) + ", " +
           random_.pick({"1", "Inf", "0.7", "2"}) + ", " + inner + ")";
  if (kind < 92)
    return "histogram_" + random_.pick({"count", "sum", "avg", "stddev", "stdvar"}) + "(" + inner + ")";
  return "histogram_quantiles(" + inner + ", \"" + (random_.percent(50) ? "q" : label()) + "\", 0.5, " +
         random_.pick({"0.9", "1", "0.25, 0", "2"}) + ")";
}

std::string QueryGenerator::function(int depth) {
  const std::size_t kind = random_.below(100);
  if (kind < 48) return rangeFunction(depth);
  if (kind < 66) {
    return random_.pick({"abs",           "ceil",      "floor",  "exp",          "ln",          "log2",
                         "log10",         "sqrt",      "sgn",    "sin",          "cos",         "tan",
                         "asin",          "acos",      "atan",   "sinh",         "cosh",        "tanh",
                         "asinh",         "acosh",     "atanh",  "deg",          "rad",         "timestamp",
                         "sort",          "sort_desc", "absent", "day_of_month", "day_of_week", "day_of_year",
                         "days_in_month", "hour",      "minute", "month",        "year"}) +
           "(" + vector(depth - 1) + ")";
  }
  if (kind < 69)
    return random_.pick({"hour()", "minute()", "month()", "year()", "day_of_week()", "day_of_year()"});
  if (kind < 72)
    return "clamp(" + vector(depth - 1) + ", " + scalar(depth - 1) + ", " + scalar(depth - 1) + ")";
  if (kind < 75)
    return random_.pick({"clamp_min", "clamp_max", "round"}) + "(" + vector(depth - 1) + ", " +
           scalar(depth - 1) + ")";
  if (kind < 77) return "vector(" + scalar(depth - 1) + ")";
  if (kind < 79) return random_.pick({"timestamp", "absent"}) + "(" + selector() + ")";
  if (kind < 80 && is3x_) return "start_timestamp(" + selector() + ")";
  if (kind < 88) return labelFunction(depth);
  return histogramFunction(depth);
}

std::string QueryGenerator::vector(int depth) {
  if (depth <= 0) return parenthesized(selector());
  const std::size_t kind = random_.below(100);
  if (kind < 30) return parenthesized(aggregation(depth));
  if (kind < 52) return parenthesized(binary(depth));
  if (kind < 85) return parenthesized(function(depth));
  if (kind < 90) return "-" + vector(depth - 1);
  if (kind < 91) return "+" + vector(depth - 1);
  return parenthesized(selector());
}

}  // namespace prome::verify
