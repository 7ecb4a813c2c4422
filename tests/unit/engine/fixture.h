// Operators over given series, and a vector to compare with, for tests of single operators.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/evaluation.h"
#include "engine/operator.h"
#include "promql/parser.h"

namespace prome::engine::testing {

inline constexpr double kNone = kAbsent;  // no value at this step

struct GivenSeries {
  model::Labels labels;
  std::vector<double> floats;
  std::vector<model::HistogramPtr> histograms = {};
};

/// Gives the series it was made of, in their order.
class GivenOperator : public Operator {
 public:
  GivenOperator(const Place& place, std::vector<GivenSeries> series)
      : Operator(place), series_(std::move(series)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (at_ == series_.size()) return false;
    GivenSeries& given = series_[at_++];
    series.labels = given.labels;
    if (!given.floats.empty()) {
      series.floats = evaluation().columns().uninitialized(given.floats.size());
      std::ranges::copy(given.floats, series.floats.values().begin());
    }
    series.histograms = evaluation().columns().histograms(given.histograms.size());
    std::ranges::copy(given.histograms, series.histograms.begin());
    return true;
  }

 private:
  std::vector<GivenSeries> series_;
  std::size_t at_ = 0;
};

/// A query parsed and an evaluation of it over the steps 0, 1, ... (times in ms as `grid` says).
class Bench {
 public:
  explicit Bench(std::string_view text, StepGrid grid, EngineOptions options = {})
      : options_(options), query_(promql::parse(text).value()), evaluation_(options_, grid, {}) {}

  const promql::Expr& root() const { return query_.root(); }
  Evaluation& evaluation() { return evaluation_; }
  Place place(const promql::Expr& expr) {
    return {evaluation_, expr, evaluation_.queryGrid(), evaluation_.ledger().add(SampleLedger::kRoot)};
  }
  OperatorPtr given(const promql::Expr& expr, std::vector<GivenSeries> series) {
    return std::make_unique<GivenOperator>(place(expr), std::move(series));
  }

 private:
  EngineOptions options_;
  promql::Query query_;
  Evaluation evaluation_;
};

}  // namespace prome::engine::testing
