#include "verify/comparison.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace prome::verify {
namespace {

using Texts = std::set<std::string>;

double number(const std::string& text) {
  return std::strtod(text.c_str(), nullptr);
}

/// Two numbers as an answer writes them.
class Closeness {
 public:
  Closeness(Grade grade, const Answer& a, const Answer& b) : exact_(grade == Grade::kExact) {
    if (exact_) return;
    for (const Answer* answer : {&a, &b}) {
      for (const AnswerSeries& series : answer->series) {
        for (const auto* points : {&series.points, &series.histograms}) {
          for (const AnswerPoint& point : *points) grow(number(point.value));
        }
      }
    }
  }

  bool same(const std::string& a, const std::string& b) const {
    if (a == b) return true;
    if (exact_) return false;
    const double x = number(a);
    const double y = number(b);
    if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y);
    if (x == y) return true;
    if (std::isinf(x) || std::isinf(y)) return false;
    const double larger = std::max(std::abs(x), std::abs(y));
    return std::abs(x - y) <= std::max(kRoundingTolerance * larger, kCancellationTolerance * scale_);
  }

  bool same(const AnswerPoint& a, const AnswerPoint& b) const {
    if (a.time != b.time || a.is_histogram != b.is_histogram || !same(a.value, b.value)) return false;
    return !a.is_histogram ||
           (same(a.count, b.count) &&
            std::ranges::equal(a.buckets, b.buckets, [this](const AnswerBucket& x, const AnswerBucket& y) {
              return x.rule == y.rule && x.low == y.low && x.high == y.high && same(x.count, y.count);
            }));
  }

 private:
  void grow(double value) {
    if (std::isfinite(value)) scale_ = std::max(scale_, std::abs(value));
  }

  bool exact_;
  double scale_ = 0;
};

std::string shown(const AnswerPoint& point) {
  std::string out = point.is_histogram ? "{sum " + point.value + ", count " + point.count : point.value;
  for (const AnswerBucket& bucket : point.buckets) {
    out += ", (" + bucket.rule + ") " + bucket.low + ".." + bucket.high + ": " + bucket.count;
  }
  return out + (point.is_histogram ? "}" : "") + " @" + point.time;
}

Verdict different(std::string reason) {
  return {Outcome::kDifferent, std::move(reason)};
}

std::string namesOf(const std::vector<AnswerSeries>& series, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < series.size() && i < most; ++i) {
    out += (i == 0 ? "" : ", ") + series[i].labels.toSeriesString();
    if (series[i].points.size() == 1) out += " " + series[i].points[0].value;
  }
  return out + (series.size() > most ? ", ..." : "");
}

/// The values at each time, in ascending order, whose series they are left out.
std::multiset<std::pair<std::string, std::string>> valuesByTime(const Answer& answer) {
  std::multiset<std::pair<std::string, std::string>> out;
  for (const AnswerSeries& series : answer.series) {
    for (const AnswerPoint& point : series.points) out.emplace(point.time, point.value);
  }
  return out;
}

bool isOmission(const std::string& annotation) {
  return annotation.ends_with(" annotations omitted");
}

/// Without the number of samples mended, which Prometheus counts again at each step.
std::string withoutCount(std::string annotation) {
  const std::size_t from = annotation.find(", over ");
  const std::size_t to = annotation.find(" samples from ");
  if (from != std::string::npos && to != std::string::npos && from < to) annotation.erase(from, to - from);
  return annotation;
}

/// Without ` (1:23)` at the end.
std::string withoutPosition(std::string annotation) {
  const std::size_t from = annotation.rfind(" (");
  if (from == std::string::npos || !annotation.ends_with(')')) return annotation;
  if (annotation.find_first_not_of("0123456789:", from + 2) + 1 == annotation.size()) annotation.erase(from);
  return annotation;
}

Texts normalized(const std::vector<std::string>& annotations, Positions positions) {
  Texts out;
  for (const std::string& annotation : annotations) {
    const std::string text = withoutCount(annotation);
    out.insert(positions == Positions::kCompared ? text : withoutPosition(text));
  }
  return out;
}

std::optional<std::string> annotationDifference(std::string_view what, const std::vector<std::string>& oracle,
                                                const std::vector<std::string>& theirs, Positions positions) {
  const bool capped = std::ranges::any_of(oracle, isOmission);
  if (capped && std::ranges::any_of(theirs, isOmission)) return std::nullopt;
  const Texts a = normalized(oracle, positions);
  const Texts b = normalized(theirs, positions);
  if (a == b) return std::nullopt;
  std::string out = "other " + std::string(what);
  for (const std::string& text : a) {
    if (!b.contains(text)) out += "\n    oracle only: " + text;
  }
  for (const std::string& text : b) {
    if (!a.contains(text)) out += "\n    router only: " + text;
  }
  return out;
}

class Comparison {
 public:
  Comparison(const Answer& oracle, const Answer& theirs, const Question& question, Grade grade,
             Positions positions)
      : oracle_(oracle),
        theirs_(theirs),
        question_(question),
        grade_(grade),
        positions_(positions),
        close_(grade, oracle, theirs) {}

  Verdict verdict() const {
    if (grade_ == Grade::kPartial) return different("a partial answer");
    if (oracle_.isError() || theirs_.isError()) return errors();
    if (oracle_.result_type != theirs_.result_type) {
      return different("resultType: oracle " + oracle_.result_type + ", router " + theirs_.result_type);
    }
    if (auto found = results()) return judge(std::move(*found));
    if (auto found = order()) return different(std::move(*found));
    if (auto found = annotationDifference("warnings", oracle_.warnings, theirs_.warnings, positions_)) {
      return judge(std::move(*found));
    }
    if (auto found = annotationDifference("infos", oracle_.infos, theirs_.infos, positions_)) {
      return judge(std::move(*found));
    }
    return {};
  }

 private:
  Verdict errors() const {
    const auto text = [](const Answer& answer) {
      if (!answer.isError()) return "success with " + std::to_string(answer.series.size()) + " series";
      return std::to_string(answer.status) + " " + answer.error_type + ": " + answer.error;
    };
    if (oracle_.status == theirs_.status && oracle_.error_type == theirs_.error_type) return {};
    return judge("oracle " + text(oracle_) + "\n    router " + text(theirs_));
  }

  /// A difference that was found, beside what is left open.
  Verdict judge(std::string reason) const {
    const Room room = roomOf(question_);
    if (grade_ == Grade::kRounding && room.sums_decide) return {Outcome::kLeftOpen, std::move(reason)};
    if (room.picks_of_tied && valuesByTime(oracle_) == valuesByTime(theirs_)) {
      return {Outcome::kLeftOpen, std::move(reason)};
    }
    return different(std::move(reason));
  }

  std::optional<std::string> results() const {
    std::map<model::Labels, const AnswerSeries*> mine;
    std::map<model::Labels, const AnswerSeries*> others;
    for (const AnswerSeries& series : oracle_.series) mine.emplace(series.labels, &series);
    for (const AnswerSeries& series : theirs_.series) others.emplace(series.labels, &series);
    if (others.size() != theirs_.series.size() && mine.size() == oracle_.series.size()) {
      return "the router has a series twice: " + namesOf(theirs_.series, 5);
    }
    for (const auto& [labels, series] : mine) {
      const auto found = others.find(labels);
      if (found == others.end()) return missing("oracle", labels, *series);
      if (auto other = points(labels, series->points, found->second->points)) return other;
      if (auto other = points(labels, series->histograms, found->second->histograms)) return other;
    }
    for (const auto& [labels, series] : others) {
      if (!mine.contains(labels)) return missing("router", labels, *series);
    }
    return std::nullopt;
  }

  std::string missing(std::string_view whose, const model::Labels& labels, const AnswerSeries& series) const {
    const auto& points = series.points.empty() ? series.histograms : series.points;
    return "oracle " + std::to_string(oracle_.series.size()) + " series, router " +
           std::to_string(theirs_.series.size()) + "; only the " + std::string(whose) + " has " +
           labels.toSeriesString() + (points.empty() ? "" : " " + shown(points.front()));
  }

  std::optional<std::string> points(const model::Labels& labels, const std::vector<AnswerPoint>& oracle,
                                    const std::vector<AnswerPoint>& theirs) const {
    for (std::size_t i = 0; i < std::max(oracle.size(), theirs.size()); ++i) {
      if (i < oracle.size() && i < theirs.size() && close_.same(oracle[i], theirs[i])) continue;
      return labels.toSeriesString() + "\n    oracle " + (i < oracle.size() ? shown(oracle[i]) : "nothing") +
             "\n    router " + (i < theirs.size() ? shown(theirs[i]) : "nothing");
    }
    return std::nullopt;
  }

  /// Only where the series are the same.
  std::optional<std::string> order() const {
    const bool range = question_.kind == QuestionKind::kRange;
    if (!range && !roomOf(question_).values_ordered) return std::nullopt;
    const bool same =
        std::ranges::equal(oracle_.series, theirs_.series, [&](const AnswerSeries& a, const AnswerSeries& b) {
          if (range) return a.labels == b.labels;
          return a.points.size() == b.points.size() &&
                 (a.points.empty() || close_.same(a.points[0].value, b.points[0].value));
        });
    if (same) return std::nullopt;
    return "another order\n    oracle " + namesOf(oracle_.series, 8) + "\n    router " +
           namesOf(theirs_.series, 8);
  }

  const Answer& oracle_;
  const Answer& theirs_;
  const Question& question_;
  const Grade grade_;
  const Positions positions_;
  const Closeness close_;
};

}  // namespace

Verdict compareAnswers(const Answer& oracle, const Answer& theirs, const Question& question, Grade grade,
                       Positions positions) {
  Verdict verdict = Comparison(oracle, theirs, question, grade, positions).verdict();
  if (verdict.outcome != Outcome::kDifferent || grade != Grade::kExact || !roomOf(question).sums)
    return verdict;
  if (Comparison(oracle, theirs, question, Grade::kRounding, positions).verdict().outcome == Outcome::kSame) {
    verdict.outcome = Outcome::kLeftOpen;
  }
  return verdict;
}

}  // namespace prome::verify
