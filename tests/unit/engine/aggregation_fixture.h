// One aggregation over given series, its whole answer as values.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/aggregation.h"
#include "fixture.h"

namespace prome::engine::testing {

/// One series of an answer.
struct Row {
  model::Labels labels;
  std::vector<double> floats;
  std::vector<model::HistogramPtr> histograms;
  bool drop_name = false;
};

struct Given {
  model::Labels labels;
  std::vector<double> floats;
  std::vector<model::HistogramPtr> histograms = {};
  bool drop_name = false;
};

/// Gives `series` in their order.
class RowsOperator : public Operator {
 public:
  RowsOperator(const Place& place, std::vector<Given> series) : Operator(place), series_(std::move(series)) {}

 protected:
  Result<bool> produce(Series& series) override {
    if (at_ == series_.size()) return false;
    const Given& given = series_[at_++];
    series.labels = given.labels;
    series.drop_name = given.drop_name;
    series.histograms = evaluation().columns().histograms(given.histograms.size());
    std::ranges::copy(given.histograms, series.histograms.begin());
    if (!given.floats.empty()) {
      series.floats = evaluation().columns().uninitialized(given.floats.size());
      std::ranges::copy(given.floats, series.floats.values().begin());
    }
    return true;
  }

 private:
  std::vector<Given> series_;
  std::size_t at_ = 0;
};

inline constexpr EngineOptions k2x{.dialect = Dialect::kPrometheus2};

/// `text` is an aggregation; what it aggregates is given as series, its scalar parameter as values.
class Aggregated {
 public:
  Aggregated(std::string text, std::size_t steps, std::vector<Given> series,
             std::vector<double> parameter = {}, const EngineOptions& options = {})
      : text_(std::move(text)),
        bench_(text_, StepGrid{0, (static_cast<std::int64_t>(steps) - 1) * 1000, 1000}, options) {
    const auto& expr = *promql::as<promql::AggregateExpr>(bench_.root());
    OperatorPtr param;
    if (!parameter.empty()) {
      param = std::make_unique<RowsOperator>(bench_.place(*expr.param), std::vector<Given>{{{}, parameter}});
    }
    OperatorPtr input = std::make_unique<RowsOperator>(bench_.place(*expr.expr), std::move(series));
    read(makeAggregation(bench_.place(bench_.root()), std::move(input), std::move(param)).value());
  }

  const std::vector<Row>& rows() const { return rows_; }
  const std::string& error() const { return error_; }
  model::ShownAnnotations annotations() { return bench_.evaluation().annotations().show(text_); }

  /// The floats of the series with `labels`; none where there is no such series.
  std::vector<double> floats(const model::Labels& labels) const {
    for (const Row& row : rows_) {
      if (row.labels == labels) return row.floats;
    }
    return {};
  }

 private:
  void read(const OperatorPtr& op) {
    while (true) {
      Series series;
      const Result<bool> more = op->next(series);
      if (!more) {
        error_ = more.error().message;
        return;
      }
      if (!*more) return;
      bool any = false;
      for (std::size_t step = 0; step < op->grid().steps(); ++step) any |= series.present(step);
      if (!any) continue;
      const std::span<const double> floats = series.floats.values();
      rows_.push_back({series.labels,
                       {floats.begin(), floats.end()},
                       {series.histograms.begin(), series.histograms.end()},
                       series.drop_name});
    }
  }

  std::string text_;
  Bench bench_;
  std::vector<Row> rows_;
  std::string error_;
};

/// Equal bit for bit, all NaNs but the absent one being one.
inline ::testing::AssertionResult sameValues(const std::vector<double>& got,
                                             const std::vector<double>& want) {
  const auto bits = [](double value) {
    return std::bit_cast<std::uint64_t>(!isAbsent(value) && std::isnan(value) ? model::kNormalNaN : value);
  };
  if (got.size() != want.size()) {
    return ::testing::AssertionFailure() << got.size() << " values, want " << want.size();
  }
  for (std::size_t step = 0; step < got.size(); ++step) {
    if (bits(got[step]) == bits(want[step])) continue;
    return ::testing::AssertionFailure() << "step " << step << ": " << ::testing::PrintToString(got[step])
                                         << ", want " << ::testing::PrintToString(want[step]);
  }
  return ::testing::AssertionSuccess();
}

}  // namespace prome::engine::testing
