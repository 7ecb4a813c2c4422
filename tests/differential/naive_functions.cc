#include <re2/re2.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <set>

#include "base/utf8.h"
#include "engine/annotation_text.h"
#include "model/sample.h"
#include "tests/differential/naive_evaluation.h"

namespace prome::differential {
namespace {

using promql::as;
using promql::Expr;

double sign(double value) {
  return value < 0 ? -1 : value > 0 ? 1 : value;
}

/// Go's math.Log on amd64 takes a subnormal number for one with the implied leading bit.
double goLog(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  if (bits == 0 || (bits >> 52) != 0) return std::log(value);
  const double fraction = std::bit_cast<double>(bits | (std::uint64_t{0x3fe} << 52));
  return std::log(fraction) - 1022 * std::numbers::ln2;
}

using FloatFunction = double (*)(double);

FloatFunction floatFunction(std::string_view name) {
  static const std::map<std::string_view, FloatFunction> kFunctions = {
      {"abs", [](double v) { return std::abs(v); }},
      {"ceil", [](double v) { return std::ceil(v); }},
      {"floor", [](double v) { return std::floor(v); }},
      {"exp", [](double v) { return std::exp(v); }},
      {"sqrt", [](double v) { return std::sqrt(v); }},
      {"ln", goLog},
      {"log2", [](double v) { return std::log2(v); }},
      {"log10",
       [](double v) {
         return std::fpclassify(v) == FP_SUBNORMAL ? goLog(v) / std::numbers::ln10 : std::log10(v);
       }},
      {"sin", [](double v) { return std::sin(v); }},
      {"cos", [](double v) { return std::cos(v); }},
      {"tan", [](double v) { return std::tan(v); }},
      {"asin", [](double v) { return std::asin(v); }},
      {"acos", [](double v) { return std::acos(v); }},
      {"atan", [](double v) { return std::atan(v); }},
      {"sinh", [](double v) { return std::sinh(v); }},
      {"cosh", [](double v) { return std::cosh(v); }},
      {"tanh", [](double v) { return std::tanh(v); }},
      {"asinh", [](double v) { return std::asinh(v); }},
      {"acosh", [](double v) { return std::acosh(v); }},
      {"atanh", [](double v) { return std::atanh(v); }},
      {"rad", [](double v) { return v * std::numbers::pi / 180; }},
      {"deg", [](double v) { return v * 180 / std::numbers::pi; }},
      {"sgn", sign},
  };
  const auto found = kFunctions.find(name);
  return found == kFunctions.end() ? nullptr : found->second;
}

struct Date {
  std::int64_t year = 0;
  int month = 0;
  int day = 0;
};

/// `days` from 1 March of the year -292277022400, the beginning of Go's calendar.
Date dateOf(std::uint64_t days) {
  const std::uint64_t era = days / 146097;
  const std::uint64_t day_of_era = days - era * 146097;
  const std::uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::uint64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint64_t shifted_month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  date.month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  date.year = static_cast<std::int64_t>(year_of_era + era * 400) - 292277022400 + (date.month <= 2 ? 1 : 0);
  return date;
}

bool isLeap(std::int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int daysBefore(std::int64_t year, int month) {
  static constexpr int kDays[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
  return kDays[month - 1] + (month > 2 && isLeap(year) ? 1 : 0);
}

bool isDateFunction(std::string_view name) {
  static const std::set<std::string_view> kNames = {
      "days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour", "minute", "month", "year"};
  return kNames.contains(name);
}

double dateFunction(std::string_view name, double seconds) {
  const bool fits = seconds >= -9223372036854775808.0 && seconds < 9223372036854775808.0;
  const std::int64_t time =
      fits ? static_cast<std::int64_t>(seconds) : std::numeric_limits<std::int64_t>::min();
  constexpr std::uint64_t kDaysTo1970 = 719162 + 292277022400 / 400 * 146097 + 306;
  const std::uint64_t absolute =
      static_cast<std::uint64_t>(time) + kDaysTo1970 * 86400;  // may wrap, as in Go
  const std::uint64_t days = absolute / 86400;
  const std::uint64_t of_day = absolute % 86400;
  const Date date = dateOf(days);
  if (name == "hour") return static_cast<double>(of_day / 3600);
  if (name == "minute") return static_cast<double>(of_day / 60 % 60);
  if (name == "day_of_week") return static_cast<double>((days + 3) % 7);
  if (name == "day_of_month") return date.day;
  if (name == "month") return date.month;
  if (name == "year") return static_cast<double>(date.year);
  if (name == "day_of_year") return daysBefore(date.year, date.month) + date.day;
  if (date.month == 2) return isLeap(date.year) ? 29 : 28;
  return daysBefore(date.year, date.month + 1) - daysBefore(date.year, date.month);
}

/// Go's regexp.Expand: `$name`, `${name}`, `$1`, `$$`. The longest run of word bytes is the name.
std::string expand(std::string_view replacement, const re2::RE2& regex,
                   const std::vector<re2::StringPiece>& groups) {
  const auto isWord = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  std::string out;
  for (std::size_t i = 0; i < replacement.size();) {
    if (replacement[i] != '$') {
      out += replacement[i++];
      continue;
    }
    if (i + 1 < replacement.size() && replacement[i + 1] == '$') {
      out += '$';
      i += 2;
      continue;
    }
    std::size_t from = i + 1;
    const bool braces = from < replacement.size() && replacement[from] == '{';
    if (braces) ++from;
    std::size_t to = from;
    while (to < replacement.size() && isWord(replacement[to])) ++to;
    if (to == from || (braces && (to >= replacement.size() || replacement[to] != '}'))) {
      out += replacement[i++];
      continue;
    }
    const std::string name(replacement.substr(from, to - from));
    i = braces ? to + 1 : to;
    std::size_t group = groups.size();
    if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
      std::from_chars(name.data(), name.data() + name.size(), group);
      if (name.size() > 1 && name[0] == '0') group = groups.size();
    } else if (const auto found = regex.NamedCapturingGroups().find(name);
               found != regex.NamedCapturingGroups().end()) {
      group = static_cast<std::size_t>(found->second);
    }
    if (group < groups.size()) out.append(groups[group].data(), groups[group].size());
  }
  return out;
}

std::string_view textOf(const Expr& expr) {
  return as<promql::StringLiteral>(promql::withoutParens(expr))->value;
}

std::vector<std::string> chunks(std::string_view text) {
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  std::vector<std::string> result;
  for (const char c : text) {
    if (result.empty() || isDigit(result.back().back()) != isDigit(c)) result.emplace_back();
    result.back() += c;
  }
  return result;
}

std::optional<std::int64_t> integer(const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// facette/natsort: digits by value, the rest by bytes.
bool naturallyBefore(std::string_view a, std::string_view b) {
  const auto as = chunks(a);
  const auto bs = chunks(b);
  for (std::size_t i = 0; i < as.size(); ++i) {
    if (i >= bs.size()) return false;
    const auto x = integer(as[i]);
    const auto y = integer(bs[i]);
    const bool both = x && y;
    if (both ? *x != *y : as[i] != bs[i]) return both ? *x < *y : as[i] < bs[i];
    if (i == as.size() - 1) return true;
    if (i == bs.size() - 1) return false;
  }
  return false;
}

Vector sortedByLabel(Vector vector, const promql::Call& call, bool descending) {
  const auto before = [&](const Sample& a, const Sample& b) {
    for (std::size_t i = 1; i < call.args.size(); ++i) {
      const std::string_view label = textOf(*call.args[i]);
      const std::string_view x = a.labels.get(label);
      const std::string_view y = b.labels.get(label);
      if (x != y) return naturallyBefore(x, y) != descending;
    }
    return descending ? b.labels < a.labels : a.labels < b.labels;
  };
  // No text comes before the empty one, nor it before any text: what that makes depends on how Go sorts a few
  // elements, which is by insertion.
  for (std::size_t i = 1; i < vector.size(); ++i) {
    for (std::size_t j = i; j > 0 && before(vector[j], vector[j - 1]); --j)
      std::swap(vector[j], vector[j - 1]);
  }
  return vector;
}

Vector sortedByValue(const Vector& vector, bool descending) {
  Vector floats;
  std::ranges::copy_if(vector, std::back_inserter(floats), [](const Sample& s) { return !s.histogram; });
  std::ranges::stable_sort(floats, [descending](const Sample& a, const Sample& b) {
    if (isNaN(a.value) || isNaN(b.value)) return isNaN(b.value) && !isNaN(a.value);
    return descending ? b.value < a.value : a.value < b.value;
  });
  return floats;
}

}  // namespace

model::Labels Evaluation::absentLabels(const Expr& argument) const {
  const auto* const matrix = as<promql::MatrixSelector>(argument);
  const auto* const selector = as<promql::VectorSelector>(matrix != nullptr ? *matrix->selector : argument);
  model::LabelsBuilder labels;
  if (selector == nullptr) return labels.labels();
  // In 3.x storage has put matchers that exclude behind the others before absent() looks at them.
  std::vector<promql::LabelMatcher> matchers(selector->matchers.begin(), selector->matchers.end());
  if (is3x()) {
    std::ranges::stable_partition(matchers, [this](const promql::LabelMatcher& matcher) {
      const bool negative =
          matcher.type == promql::MatchType::kNotEqual || matcher.type == promql::MatchType::kNotRegexp;
      return !negative || !matches({}, {&matcher, 1});
    });
  }
  std::set<std::string_view> seen;
  for (const promql::LabelMatcher& matcher : matchers) {
    if (matcher.name == model::kMetricName) continue;
    if (matcher.type == promql::MatchType::kEqual && seen.insert(matcher.name).second) {
      labels.set(matcher.name, matcher.value);
    } else {
      labels.remove(matcher.name);
    }
  }
  return labels.labels();
}

/// What a function of instant vectors and scalars makes of one step.
Vector Evaluation::vectorFunction(const Expr& expr, const std::vector<Vector>& args, std::int64_t now) {
  const auto& call = *as<promql::Call>(expr);
  const std::string_view name = call.function->name;
  const double seconds = static_cast<double>(now) / 1000;
  const auto scalar = [&](std::size_t i) { return args.at(i).at(0).value; };
  const auto number = [](double value) { return Vector{{.value = value}}; };
  if (name == "time") return number(seconds);
  if (name == "pi") return number(std::numbers::pi);
  if (name == "vector") return number(scalar(0));
  if (name == "max_of") return number(goMax(scalar(0), scalar(1)));
  if (name == "min_of") return number(goMin(scalar(0), scalar(1)));
  if (name == "sort" || name == "sort_desc") return sortedByValue(args[0], name == "sort_desc");
  if (name == "sort_by_label" || name == "sort_by_label_desc") {
    return sortedByLabel(args[0], call, name == "sort_by_label_desc");
  }
  if (name == "scalar") {
    const auto isFloat = [](const Sample& sample) { return !sample.histogram; };
    if (std::ranges::count_if(args[0], isFloat) != 1) return number(model::kNormalNaN);
    return number(std::ranges::find_if(args[0], isFloat)->value);
  }
  if (name == "absent") {
    if (!args[0].empty()) return {};
    return {{.labels = absentLabels(promql::withoutParens(*call.args[0])), .value = 1}};
  }
  if (name.starts_with("histogram_")) return histogramFunction(expr, args, now);
  if (isDateFunction(name) && args.empty()) {
    return number(dateFunction(name, static_cast<double>(now / 1000)));
  }
  std::function<double(const Sample&)> value;
  if (const FloatFunction function = floatFunction(name)) {
    value = [function](const Sample& sample) { return function(sample.value); };
  } else if (name.starts_with("clamp")) {
    const double infinity = std::numeric_limits<double>::infinity();
    const double low = name == "clamp_max" ? -infinity : scalar(1);
    const double high = name == "clamp_min" ? infinity : name == "clamp_max" ? scalar(1) : scalar(2);
    if (high < low) return {};
    value = [=](const Sample& sample) { return goMax(low, goMin(high, sample.value)); };
  } else if (name == "round") {
    const double inverse = 1.0 / (args.size() > 1 ? scalar(1) : 1);
    value = [inverse](const Sample& sample) { return std::floor(sample.value * inverse + 0.5) / inverse; };
  } else if (name == "timestamp") {
    value = [seconds](const Sample&) { return seconds; };
  } else if (isDateFunction(name)) {
    value = [name](const Sample& sample) { return dateFunction(name, sample.value); };
  } else {
    return {};  // start_timestamp of what is no selector
  }
  Vector result;
  for (Sample sample : args[0]) {
    if (sample.histogram && name != "timestamp") continue;
    sample.value = value(sample);
    sample.histogram = nullptr;
    dropName(sample);
    result.push_back(std::move(sample));
  }
  return result;
}

/// timestamp() and start_timestamp() of a bare selector: of the stored samples, not of the step.
Rows Evaluation::timestampOf(const Expr& selector, const Grid& grid, bool of_start) {
  Rows result = select(selector, grid, true);
  for (Vector& row : result) {
    for (Sample& sample : row) {
      sample.value = (of_start ? sample.value : static_cast<double>(sample.time_ms)) / 1000;
      sample.histogram = nullptr;
      dropName(sample);
    }
  }
  return perStep(std::move(result), grid);
}

Rows Evaluation::labelReplace(const promql::Call& call, const Grid& grid) {
  const std::string_view target = textOf(*call.args[1]);
  const std::string_view source = textOf(*call.args[3]);
  const std::string pattern(textOf(*call.args[4]));
  const re2::RE2 regex((is3x() ? "^(?s:" : "^(?:") + pattern + ")$", re2::RE2::Quiet);
  if (!regex.ok()) failWith("invalid regular expression in label_replace(): " + pattern);
  if (target.empty()) failWith("invalid destination label name in label_replace(): ");
  Rows result = rows(promql::withoutParens(*call.args[0]), grid);
  for (Vector& row : result) {
    for (Sample& sample : row) {
      const std::string value(sample.labels.get(source));
      std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regex.NumberOfCapturingGroups()) + 1);
      if (!regex.Match(value, 0, value.size(), re2::RE2::UNANCHORED, groups.data(),
                       static_cast<int>(groups.size()))) {
        continue;
      }
      model::LabelsBuilder labels(sample.labels);
      sample.labels = labels.set(target, expand(textOf(*call.args[2]), regex, groups)).labels();
      if (target == model::kMetricName) sample.drop_name = false;
    }
  }
  return merged(std::move(result));
}

Rows Evaluation::labelJoin(const promql::Call& call, const Grid& grid) {
  const std::string_view target = textOf(*call.args[1]);
  for (std::size_t i = 3; i < call.args.size(); ++i) {
    if (textOf(*call.args[i]).empty()) failWith("invalid source label name in label_join(): ");
  }
  if (target.empty()) failWith("invalid destination label name in label_join(): ");
  Rows result = rows(promql::withoutParens(*call.args[0]), grid);
  for (Vector& row : result) {
    for (Sample& sample : row) {
      std::string joined;
      for (std::size_t i = 3; i < call.args.size(); ++i) {
        if (i > 3) joined += textOf(*call.args[2]);
        joined += sample.labels.get(textOf(*call.args[i]));
      }
      model::LabelsBuilder labels(sample.labels);
      sample.labels = labels.set(target, joined).labels();
      if (target == model::kMetricName) sample.drop_name = false;
    }
  }
  return merged(std::move(result));
}

Rows Evaluation::overRange(const Expr& expr, const Grid& grid, std::size_t range_argument) {
  const auto& call = *as<promql::Call>(expr);
  const std::string_view name = call.function->name;
  const Expr& ranged = promql::withoutParens(*call.args[range_argument]);
  RangeVector range;
  const bool from_subquery = as<promql::SubqueryExpr>(ranged) != nullptr;
  if (from_subquery) range = rangeOf(ranged, grid);
  std::vector<Rows> scalars;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    if (i != range_argument) scalars.push_back(operand(promql::withoutParens(*call.args[i]), grid));
  }
  if (!from_subquery) range = rangeOf(ranged, grid);
  // Where a subquery is the first argument Prometheus has lost where it stands.
  static const Expr kNowhere;
  const Expr& first_argument = promql::withoutParens(*call.args[0]);
  const Expr& about = from_subquery && range_argument == 0 ? kNowhere : first_argument;
  const bool rates = name == "rate" || name == "increase" || name == "delta";
  if (range.mode == promql::RangeMode::kAnchored && !rates && name != "resets" && name != "changes") {
    failWith("anchored modifier can only be used with: changes, delta, increase, rate, resets - not with " +
             std::string(name));
  }
  if (range.mode == promql::RangeMode::kSmoothed && !rates) {
    failWith("smoothed modifier can only be used with: delta, increase, rate - not with " +
             std::string(name));
  }
  Rows result(grid.size());
  std::vector<bool> present(grid.size(), false);
  std::set<model::Labels> outputs;
  std::size_t order = 0;
  for (const RangeSeries& series : range.series) {
    Sample named{.labels = series.labels, .drop_name = series.drop_name, .order = order++};
    if (name != "last_over_time" && name != "first_over_time") {
      dropName(named);
    } else if (series.drop_name) {
      dropName(named);
    }
    bool any = false;
    bool any_float = false;
    for (std::size_t i = 0; i < grid.size(); ++i) {
      Window window{.metric_name = std::string(series.labels.metricName()),
                    .from = range.bounds[i].first,
                    .to = range.bounds[i].second,
                    .now = grid.time(i),
                    .seconds = range.seconds,
                    .mode = range.mode,
                    .about = &about};
      for (const StoredSample& sample : series.windows[i]) {
        (sample.histogram ? window.histograms : window.floats).push_back(sample);
      }
      if (series.windows[i].empty()) continue;
      for (const Rows& scalar : scalars) window.arguments.push_back(scalar[i][0].value);
      present[i] = true;
      if (name == "absent_over_time") continue;
      const auto value = windowFunction(name, window);
      if (!value) continue;
      any = true;
      if (!value->histogram) any_float = true;
      Sample sample = named;
      sample.value = value->value;
      sample.histogram = value->histogram;
      result[i].push_back(std::move(sample));
    }
    const std::string_view metric = series.labels.metricName();
    const bool looks_like_counter = metric.ends_with("_total") || metric.ends_with("_sum") ||
                                    metric.ends_with("_count") || metric.ends_with("_bucket");
    if ((name == "rate" || name == "increase") && any_float && !metric.empty() && !looks_like_counter) {
      inform(engine::annotation_text::possibleNonCounter(metric), about);
    }
    if (any && !outputs.insert(named.labels).second && !delayed()) {
      failWith("vector cannot contain metrics with the same labelset");
    }
  }
  if (name == "absent_over_time") {
    for (std::size_t i = 0; i < grid.size(); ++i) {
      if (!present[i]) result[i].push_back({.labels = absentLabels(ranged), .value = 1, .drop_name = true});
    }
  }
  return result;
}

Rows Evaluation::call(const Expr& expr, const Grid& grid) {
  const auto& call = *as<promql::Call>(expr);
  const std::string_view name = call.function->name;
  const bool one_time = times_.start_ms == times_.end_ms;
  if (name == "start")
    return scalarRows(grid, [&](auto) { return static_cast<double>(times_.start_ms) / 1000; });
  if (name == "end") return scalarRows(grid, [&](auto) { return static_cast<double>(times_.end_ms) / 1000; });
  if (name == "range") {
    return scalarRows(grid, [&](auto) { return secondsOf(times_.end_ms - times_.start_ms); });
  }
  if (name == "step") {
    return scalarRows(grid, [&](auto) { return one_time ? 0 : secondsOf(times_.step_ms); });
  }
  if (name == "label_replace") return labelReplace(call, grid);
  if (name == "label_join") return labelJoin(call, grid);
  if (name == "info") return info(call, grid);
  if (name == "timestamp" || name == "start_timestamp") {
    const Expr& argument = promql::withoutParens(*call.args[0]);
    if (as<promql::VectorSelector>(argument) != nullptr && !wrapped_.contains(&argument)) {
      return timestampOf(argument, grid, name == "start_timestamp");
    }
  }
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    const Expr& argument = promql::withoutParens(*call.args[i]);
    if (argument.type != promql::ValueType::kMatrix) continue;
    if (!wrapped_.contains(&argument)) return overRange(expr, grid, i);
    // Prometheus does not know a subquery at a fixed time for a range vector where the call itself varies.
    Grid once{grid.start, grid.start, grid.step, grid.at_skew_ms};
    static_cast<void>(subqueryRows(argument, once));
    return Rows(grid.size());
  }
  std::vector<Rows> args;
  for (const Expr* const arg : call.args) {
    const Expr& argument = promql::withoutParens(*arg);
    args.push_back(argument.type == promql::ValueType::kString ? Rows(grid.size()) : operand(argument, grid));
  }
  if (name.starts_with("sort") && !grid.oneStep()) {
    warn(engine::annotation_text::sortInRangeQuery(), expr);
  }
  Rows result(grid.size());
  for (std::size_t i = 0; i < grid.size(); ++i) {
    std::vector<Vector> of_step;
    for (const Rows& values : args) of_step.push_back(values[i]);
    result[i] = vectorFunction(expr, of_step, grid.time(i));
  }
  return perStep(std::move(result), grid);
}

}  // namespace prome::differential
