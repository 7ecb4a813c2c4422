// One binary or unary operation over given series, and its answer in a form to compare with.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/binary.h"
#include "fixture.h"

namespace prome::engine::testing {

inline constexpr double kInf = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = model::kNormalNaN;

/// A value, a histogram's text, or "-" for none, for each step: `{a="b"} 1 2 -`.
struct Answered {
  std::vector<std::string> series;
  std::vector<bool> drop_name;
  std::string error;
};

inline std::string valueText(const Series& series, std::size_t step) {
  if (series.hasHistogram(step)) return series.histograms[step]->toString();
  if (!series.hasFloat(step)) return "-";
  if (std::isnan(series.floats[step])) return "NaN";
  std::string text = std::to_string(series.floats[step]);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

inline EngineOptions prometheus2() {
  EngineOptions options;
  options.dialect = Dialect::kPrometheus2;
  return options;
}

inline EngineOptions delayedNames() {
  EngineOptions options;
  options.name_removal = NameRemoval::kDelayed;
  return options;
}

/// A series of floats: `at({{"a", "b"}}, {1, 2})`.
inline GivenSeries at(model::Labels labels, std::vector<double> floats) {
  return {std::move(labels), std::move(floats)};
}

inline model::HistogramPtr histogram(model::FloatHistogram value) {
  return std::make_shared<const model::FloatHistogram>(std::move(value));
}

inline GivenSeries histogramsAt(model::Labels labels, std::vector<model::HistogramPtr> histograms) {
  return {std::move(labels), {}, std::move(histograms)};
}

/// Gives `before`, then fails.
class FailingOperator : public GivenOperator {
 public:
  FailingOperator(const Place& place, std::vector<GivenSeries> before, std::string message)
      : GivenOperator(place, std::move(before)), message_(std::move(message)) {}

 protected:
  Result<bool> produce(Series& series) override {
    const Result<bool> more = GivenOperator::produce(series);
    if (*more) return more;
    return fail(ErrorKind::kExecution, message_);
  }

 private:
  std::string message_;
};

/// The operation `text` over `steps` steps; what its sides are in the text counts for their types only.
class Operation {
 public:
  explicit Operation(std::string_view text, std::size_t steps, const EngineOptions& options = {})
      : text_(text), bench_(text, {0, static_cast<std::int64_t>(steps - 1), 1}, options) {}

  OperatorPtr given(std::vector<GivenSeries> series) {
    return bench_.given(bench_.root(), std::move(series));
  }
  OperatorPtr failing(std::vector<GivenSeries> before, std::string message) {
    return std::make_unique<FailingOperator>(bench_.place(bench_.root()), std::move(before),
                                             std::move(message));
  }

  Answered ofOperators(OperatorPtr lhs, OperatorPtr rhs) {
    return answer(makeBinary(bench_.place(bench_.root()), std::move(lhs), std::move(rhs)).value());
  }
  Answered of(std::vector<GivenSeries> lhs, std::vector<GivenSeries> rhs) {
    return ofOperators(given(std::move(lhs)), given(std::move(rhs)));
  }
  Answered of(std::vector<GivenSeries> operand) {
    return answer(makeUnary(bench_.place(bench_.root()), given(std::move(operand))).value());
  }

  /// What has been said so far.
  model::ShownAnnotations shown() { return bench_.evaluation().annotations().show(text_); }
  std::size_t memoryUsed() { return bench_.evaluation().budget().used(); }

 private:
  Answered answer(OperatorPtr operation) {
    Answered answered;
    Result<std::vector<Series>> all = drain(*operation);
    if (!all) {
      answered.error = all.error().message;
      return answered;
    }
    const std::size_t steps = operation->grid().steps();
    for (const Series& series : *all) {
      if (countSamples(series) == 0) continue;
      std::string text = series.labels.toSeriesString();
      for (std::size_t step = 0; step < steps; ++step) text += " " + valueText(series, step);
      answered.series.push_back(std::move(text));
      answered.drop_name.push_back(series.drop_name);
    }
    return answered;
  }

  std::string text_;
  Bench bench_;
};

}  // namespace prome::engine::testing
