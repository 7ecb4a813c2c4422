#include "tests/differential/comparison.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <string_view>

#include "base/number_format.h"
#include "model/sample.h"
#include "promql/children.h"
#include "promql/parser.h"

namespace prome::differential {
namespace {

bool startsWithOneOf(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.starts_with(word); });
}

/// Which of two duplicates is named first depends on their order; over many steps, and of
/// histogram_quantile's, histogram_fraction's and count_values' results, whose order is left to chance, which
/// are named at all.
std::string normalized(std::string error, bool any_of_them) {
  constexpr std::string_view kNameless = "\"<Item ";  // 2.x knows no text of some tokens
  if (const std::size_t from = error.find(kNameless); from != std::string::npos) {
    const std::size_t end = error.find("\" ", from + kNameless.size());
    if (end != std::string::npos) error.erase(from, end + 2 - from);
  }
  // Of two misuses: a subquery's, which Prometheus evaluates before the other arguments, or theirs.
  constexpr std::string_view kMisuse = "modifier can only be used with";
  if (error.find(kMisuse) != std::string::npos) return std::string(kMisuse);
  constexpr std::string_view kDuplicate = "found duplicate series";
  if (!error.starts_with(kDuplicate)) return error;
  if (any_of_them) return std::string(kDuplicate);
  std::ranges::sort(error);
  return error;
}

/// Prometheus doubles the number of samples mended at each step.
std::vector<std::string> withoutCounts(std::vector<std::string> infos) {
  for (std::string& info : infos) {
    const std::size_t from = info.find(", over ");
    const std::size_t to = info.find(" samples from ");
    if (from != std::string::npos && to != std::string::npos) info.erase(from, to - from);
  }
  return infos;
}

/// A server shows ten annotations, any ten, and how many more there are.
bool agree(const std::vector<std::string>& all, std::vector<std::string> shown) {
  constexpr std::string_view kMore = " annotations omitted";
  const auto more = std::ranges::find_if(shown, [&](const auto& text) { return text.ends_with(kMore); });
  if (more == shown.end()) return all == shown;
  const std::size_t omitted = std::strtoul(more->c_str(), nullptr, 10);
  shown.erase(more);
  const auto is_known = [&](const std::string& text) { return std::ranges::find(all, text) != all.end(); };
  return shown.size() + omitted == all.size() && std::ranges::all_of(shown, is_known);
}

/// Is there an aggregation of which `is_meant`?
template <class IsMeant>
bool hasAggregation(const promql::Expr& expr, const IsMeant& is_meant) {
  const auto* aggregate = promql::as<promql::AggregateExpr>(expr);
  bool found = aggregate != nullptr && is_meant(aggregate->op);
  promql::forEachChild(expr,
                       [&](const promql::Expr& child) { found = found || hasAggregation(child, is_meant); });
  return found;
}

bool aggregates(const std::string& text) {
  const auto query = promql::parse(text);
  return query && hasAggregation(query->root(), [](promql::AggregateOp) { return true; });
}

/// Does it add up what comes of several shards?
bool aggregatesSums(const std::string& text) {
  using promql::AggregateOp;
  const auto query = promql::parse(text);
  return query && hasAggregation(query->root(), [](AggregateOp op) {
           return op == AggregateOp::kSum || op == AggregateOp::kAvg || op == AggregateOp::kStddev ||
                  op == AggregateOp::kStdvar;
         });
}

/// By labels of which some series have none, which contradict each other in the natural order: the outcome
/// goes by the order before, and that of series over shards that have lost their names is left open.
bool sortsComputedByLabel(const std::string& text, Peer peer) {
  return peer == Peer::kShards && text.starts_with("sort_by_label") && std::ranges::count(text, '(') > 1;
}

class Comparison {
 public:
  Comparison(const Room& room, const TestCase& test_case)
      : rounding_(room.rounding),
        places_(room.places),
        peer_(room.peer),
        ordered_(test_case.query.ends_with(")") && !sortsComputedByLabel(test_case.query, room.peer) &&
                 (startsWithOneOf(test_case.query, {"sort"}) ||
                  (room.peer == Peer::kWhole && startsWithOneOf(test_case.query, {"topk", "bottomk"})))),
        is_instant_(test_case.times.kind == QueryKind::kInstant),
        any_group_order_(room.peer == Peer::kShards && aggregates(test_case.query)),
        // What deviates by little from values of about one is what their last digits are.
        least_scale_(room.peer == Peer::kShards && test_case.query.find("std") != std::string::npos ? 1 : 0),
        any_duplicates_(!is_instant_ || test_case.query.find("histogram_fraction") != std::string::npos ||
                        test_case.query.find("histogram_quantile") != std::string::npos ||
                        test_case.query.find("count_values") != std::string::npos) {}

  std::optional<std::string> operator()(const Answer& ours, const Answer& theirs) {
    if (ours.kind != theirs.kind) return "another kind of answer";
    if (ours.kind == AnswerKind::kError) {
      if (ours.error_kind != theirs.error_kind) return "another kind of error";
      if (peer_ == Peer::kShards) return std::nullopt;
      if (normalized(roundedError(ours.text), any_duplicates_) !=
          normalized(roundedError(theirs.text), any_duplicates_)) {
        return "another error";
      }
      return std::nullopt;
    }
    if (ours.text != theirs.text) return "another text";
    if (ours.series.size() != theirs.series.size()) return "another number of series";
    raw_ = is_instant_ && ours.kind == AnswerKind::kMatrix;
    scale_ = least_scale_;
    setScale(ours);
    setScale(theirs);
    // Go sorts more than 12 elements in a way of its own.
    if (ordered_ && ours.kind == AnswerKind::kVector && ours.series.size() <= 12) {
      for (std::size_t i = 0; i < ours.series.size(); ++i) {
        if (!same(ours.series[i].points[0], theirs.series[i].points[0])) return "another order";
      }
    }
    std::vector<AnswerSeries> a = ours.series;
    std::vector<AnswerSeries> b = theirs.series;
    std::ranges::stable_sort(a, {}, &AnswerSeries::labels);
    std::ranges::stable_sort(b, {}, &AnswerSeries::labels);
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (a[i].labels != b[i].labels) return "other labels: " + a[i].labels.toSeriesString();
      if (a[i].points.size() != b[i].points.size())
        return "another number of points: " + a[i].labels.toSeriesString();
      for (std::size_t p = 0; p < a[i].points.size(); ++p) {
        if (!same(a[i].points[p], b[i].points[p])) {
          return "another point of " + a[i].labels.toSeriesString() + " at " +
                 std::to_string(a[i].points[p].time_ms);
        }
      }
    }
    if (!agree(texts(settled(ours.warnings)), texts(settled(theirs.warnings)))) return "other warnings";
    if (!agree(settledInfos(ours), settledInfos(theirs))) return "other infos";
    return std::nullopt;
  }

 private:
  void setScale(const Answer& answer) {
    for (const AnswerSeries& series : answer.series) {
      for (const Point& point : series.points) {
        const double size = std::abs(point.histogram ? point.histogram->sum : point.value);
        if (std::isfinite(size)) scale_ = std::max(scale_, size);
      }
    }
  }

  /// Without the place, of which the last one stands: an engine that reads both operands as it goes has
  /// another.
  std::vector<std::string> texts(std::vector<std::string> annotations) const {
    if (places_ == Places::kExact) return annotations;
    for (std::string& annotation : annotations) {
      const std::size_t from = annotation.rfind(" (");
      if (from != std::string::npos) annotation.erase(from);
    }
    return annotations;
  }

  std::vector<std::string> settled(std::vector<std::string> warnings) const {
    return any_group_order_ ? inAnyOrder(rounded(std::move(warnings))) : rounded(std::move(warnings));
  }

  /// How far an aggregation looks at floats and histograms of both kinds depends on the order of the samples,
  /// of groups among them: at histograms not at all once there is a float, at nothing more behind two
  /// histograms that do not add up.
  static bool isOfMix(const std::string& warning) {
    return warning.find("a mix of histograms with exponential and custom") != std::string::npos ||
           warning.find("a mix of histograms and floats for aggregation") != std::string::npos;
  }

  static std::vector<std::string> inAnyOrder(std::vector<std::string> warnings) {
    if (std::erase_if(warnings, isOfMix) > 0) warnings.emplace_back("a mix");
    return warnings;
  }

  std::vector<std::string> settledInfos(const Answer& answer) const {
    std::vector<std::string> infos = texts(withoutCounts(answer.infos));
    if (any_group_order_ && std::ranges::any_of(answer.warnings, isOfMix)) {
      std::erase_if(infos, [](const std::string& info) {
        return info.ends_with("custom buckets were reconciled during aggregation");
      });
    }
    return peer_ == Peer::kShards ? ofAnyTypes(std::move(infos)) : infos;
  }

  /// Of the samples that an operation cannot take the last of a step is told, which goes by the order of
  /// groups and of series that have lost labels; that it is told, and once, does not.
  static std::vector<std::string> ofAnyTypes(std::vector<std::string> infos) {
    for (std::string& info : infos) {
      if (info.find("incompatible sample types") != std::string::npos) info.erase(info.rfind("\": ") + 1);
    }
    std::ranges::sort(infos);
    return infos;
  }

  /// Numbers of warnings without their last digits, where these are not sure.
  std::vector<std::string> rounded(std::vector<std::string> warnings) const {
    if (rounding_ == Rounding::kExact) return warnings;
    for (std::string& warning : warnings) {
      const std::size_t from = warning.find(", got ");
      if (from == std::string::npos) continue;
      const std::size_t to = std::min(warning.find_first_of(", ", from + 6), warning.size());
      std::string digits;
      appendGeneral(digits, std::strtod(warning.c_str() + from + 6, nullptr), 9);
      warning.replace(from + 6, to - from - 6, digits);
    }
    return warnings;
  }

  /// Likewise of errors.
  std::string roundedError(std::string error) const {
    constexpr std::string_view kNumber = "Scalar value ";
    if (rounding_ == Rounding::kExact || !error.starts_with(kNumber)) return error;
    return error.erase(kNumber.size(), error.find(' ', kNumber.size()) - kNumber.size());
  }

  bool same(double a, double b) const {
    if (std::isnan(a) && std::isnan(b)) return model::isStaleNaN(a) == model::isStaleNaN(b);
    if (std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b)) return true;
    if (rounding_ == Rounding::kExact) return false;
    if (a == b) return true;
    return std::abs(a - b) <= 1e-9 * std::max({std::abs(a), std::abs(b), 1e-3 * scale_});
  }

  bool same(const std::vector<double>& a, const std::vector<double>& b) const {
    return std::ranges::equal(a, b, [this](double x, double y) { return same(x, y); });
  }

  bool same(const Point& a, const Point& b) const {
    if (a.time_ms != b.time_ms || (a.histogram == nullptr) != (b.histogram == nullptr)) return false;
    if (!a.histogram) return same(a.value, b.value);
    model::FloatHistogram x = *a.histogram;  // storage may add empty buckets
    model::FloatHistogram y = *b.histogram;
    x.compact(0);
    y.compact(0);
    if (!std::isfinite(x.count)) return same(x.count, y.count);  // empty buckets may have become NaN
    return (raw_ || x.counter_reset_hint == y.counter_reset_hint) && x.schema == y.schema &&
           same(x.sum, y.sum) && same(x.count, y.count) &&
           (x.zero_count == y.zero_count || same(x.zero_count, y.zero_count)) &&
           same(x.zero_threshold, y.zero_threshold) && x.positive_spans == y.positive_spans &&
           x.negative_spans == y.negative_spans && same(x.positive_buckets, y.positive_buckets) &&
           same(x.negative_buckets, y.negative_buckets) && same(x.custom_values, y.custom_values);
  }

  Rounding rounding_;
  Places places_;
  Peer peer_;
  bool ordered_;
  bool is_instant_;
  bool any_group_order_;
  double least_scale_;
  bool any_duplicates_;
  bool raw_ = false;  // a range vector by itself: reset hints, which nobody is shown, do not count
  double scale_ = 0;
};

}  // namespace

Rounding roundingOf(const TestCase& test_case, MathLibraries libraries) {
  static constexpr std::array<std::string_view, 22> kComputed = {
      "exp(", "ln(", "log", "sin",  "cos", "tan",      "^",     "quantile",  "fraction", "deriv", "predict",
      "sum",  "avg", "std", "rate", "/",   "increase", "delta", "smoothing", "mad_over", "*",     "-"};
  const auto occurs = [&](std::string_view word) { return test_case.query.find(word) != std::string::npos; };
  if (libraries == MathLibraries::kTwo) {
    return std::ranges::any_of(kComputed, occurs) ? Rounding::kReordered : Rounding::kExact;
  }
  // Prometheus computes the steps of a range query in an order of series that is left to chance.
  const bool folds = occurs("sum") || occurs("avg") || occurs("stdd") || occurs("stdv");
  const bool many_steps = test_case.times.kind == QueryKind::kRange || occurs(":");
  return folds && many_steps ? Rounding::kReordered : Rounding::kExact;
}

/// What of a date is left of a time is a remainder, too.
template <class Occurs>
bool isOfCalendar(const Occurs& occurs) {
  return occurs("minute(") || occurs("hour(") || occurs("day_of_") || occurs("days_in_month(") ||
         occurs("month(") || occurs("year(");
}

bool isBeyondComparison(const TestCase& test_case, MathLibraries libraries, Peer peer) {
  const auto occurs = [&](std::string_view word) { return test_case.query.find(word) != std::string::npos; };
  const bool grows = occurs("^") || occurs("exp") || occurs("sinh") || occurs("cosh") || occurs("tan");
  const bool folds_back =
      occurs("%") || occurs("sin(") || occurs("cos(") || occurs("tan(") || isOfCalendar(occurs);
  const bool chooses = occurs("limit") || occurs("topk") || occurs("bottomk") || occurs("sort_by_label");
  const bool many_steps = test_case.times.kind == QueryKind::kRange || occurs(":");
  // Empty and other labels contradict each other in the natural order: what comes of more than twelve is left
  // to Go's sort, and an aggregation sees it.
  const std::size_t calls = static_cast<std::size_t>(std::ranges::count(test_case.query, '('));
  if (occurs("sort_by_label") && calls > 1 && test_case.series.size() > 12) return true;
  if (chooses && (many_steps || occurs("count_values") || occurs("histogram_"))) {
    // Of a bare selector even the choice of a range query is certain.
    if (calls > 1) return true;
  }
  const auto is_huge = [](const std::string& value) { return value.ends_with("1e308"); };
  const bool huge = std::ranges::any_of(test_case.series, [&](const SeriesText& series) {
    return std::ranges::any_of(series.values, is_huge);
  });
  // Of a sum in another order the last digits differ, of its sine, where it is large, then all, a remainder
  // jumps by the divisor, and beside a number that is huge all that is small is lost.
  const bool diverges = (grows && folds_back) || huge || occurs("%");
  if (peer == Peer::kShards && diverges && aggregatesSums(test_case.query)) return true;
  // In a subquery histograms are read whole, and mismatched custom buckets told of; a shard that is asked for
  // the steps of one by themselves reads no more of them than their counts and sums.
  const bool counts = occurs("histogram_count(") || occurs("histogram_sum(") || occurs("histogram_avg(");
  const bool custom = std::ranges::any_of(test_case.series, [](const SeriesText& series) {
    return std::ranges::any_of(series.values, [](const std::string& value) {
      return value.find("schema:-53") != std::string::npos;
    });
  });
  if (peer == Peer::kShards && counts && custom && occurs(":")) return true;
  if (roundingOf(test_case, libraries) == Rounding::kExact) return false;
  // Of denormal numbers Go's logarithm is wrong on some machines.
  const bool denormal = std::ranges::any_of(test_case.series, [](const SeriesText& series) {
    return std::ranges::find(series.values, "5e-324") != series.values.end();
  });
  if (libraries == MathLibraries::kTwo && denormal && (occurs("^") || occurs("ln(") || occurs("log")))
    return true;
  return occurs("count_values") || (libraries == MathLibraries::kTwo && grows && folds_back);
}

std::optional<std::string> difference(const Answers& ours, const Answers& theirs, const TestCase& test_case,
                                      const Room& room) {
  std::optional<std::string> first;
  for (const Answer& our : ours) {
    for (const Answer& their : theirs) {
      const auto found = Comparison(room, test_case)(our, their);
      if (!found) return std::nullopt;
      if (!first) first = found;
    }
  }
  return first;
}

}  // namespace prome::differential
