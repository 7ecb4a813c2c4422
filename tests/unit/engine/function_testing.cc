#include "function_testing.h"

#include <cmath>

#include "model/regex.h"

namespace prome::engine::testing {
namespace {

class GivenStream : public SampleStream {
 public:
  explicit GivenStream(std::vector<GivenLeaves::Samples> series) : series_(std::move(series)) {}

  Result<bool> next(SampleRun& run) override {
    if (at_ == series_.size()) return false;
    const GivenLeaves::Samples& samples = series_[at_++];
    run = {};
    run.labels = samples.labels;
    run.floats = {samples.times, samples.values, {}};
    run.histograms = {samples.histogram_times, samples.histograms, {}};
    return true;
  }

 private:
  std::vector<GivenLeaves::Samples> series_;
  std::size_t at_ = 0;
};

bool matches(const promql::LabelMatcher& matcher, std::string_view text) {
  switch (matcher.type) {
    case promql::MatchType::kEqual:
      return text == matcher.value;
    case promql::MatchType::kNotEqual:
      return text != matcher.value;
    case promql::MatchType::kRegexp:
      return model::Regex::compile(matcher.value)->matches(text);
    case promql::MatchType::kNotRegexp:
      return !model::Regex::compile(matcher.value)->matches(text);
  }
  return false;
}

template <class Value>
void keepBetween(const SamplesRequest& request, std::vector<std::int64_t>& times,
                 std::vector<Value>& values) {
  std::vector<std::int64_t> kept_times;
  std::vector<Value> kept_values;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i] < request.start_ms || times[i] > request.end_ms) continue;
    kept_times.push_back(times[i]);
    kept_values.push_back(values[i]);
  }
  times = std::move(kept_times);
  values = std::move(kept_values);
}

}  // namespace

Result<std::unique_ptr<SampleStream>> GivenLeaves::samples(const SamplesRequest& request) {
  std::vector<Samples> selected;
  for (Samples samples : series_) {
    const bool matching = std::ranges::all_of(request.matchers, [&](const promql::LabelMatcher& matcher) {
      return matches(matcher, samples.labels.get(matcher.name));
    });
    if (!matching) continue;
    keepBetween(request, samples.times, samples.values);
    keepBetween(request, samples.histogram_times, samples.histograms);
    selected.push_back(std::move(samples));
  }
  return std::make_unique<GivenStream>(std::move(selected));
}

Outcome evaluateCall(std::string_view text, const StepGrid& grid, std::vector<Given> given,
                     const EngineOptions& options, GivenLeaves leaves) {
  Bench bench(text, grid, options);
  const auto& call = std::get<promql::Call>(bench.root().node);
  std::vector<Operand> operands;
  std::size_t next = 0;
  for (const promql::Expr* parenthesized : call.args) {
    const promql::Expr& argument = promql::withoutParens(*parenthesized);
    if (const auto* literal = promql::as<promql::StringLiteral>(argument)) {
      operands.emplace_back(literal->value);
    } else if (const auto* number = promql::as<promql::NumberLiteral>(argument)) {
      operands.emplace_back(makeConstant(bench.place(argument), number->value));
    } else if (call.function->name == "info" && !operands.empty()) {
      operands.emplace_back(OperatorPtr());
    } else if (auto* series = std::get_if<std::vector<GivenSeries>>(&given.at(next++))) {
      operands.emplace_back(bench.given(argument, std::move(*series)));
    } else {
      auto& values = std::get<std::vector<double>>(given[next - 1]);
      operands.emplace_back(bench.given(argument, {{model::Labels(), std::move(values)}}));
    }
  }

  Outcome outcome;
  Result<OperatorPtr> made = makeFunction(bench.place(bench.root()), std::move(operands), leaves);
  if (!made) return outcome.error = made.error().message, outcome;
  Series series;
  while (true) {
    const Result<bool> more = (*made)->next(series);
    if (!more) return outcome.error = more.error().message, outcome;
    if (!*more) break;
    for (const model::HistogramPtr& histogram : series.histograms) outcome.histograms += histogram != nullptr;
    if (countSamples(series) == 0) continue;
    const std::string labels = series.labels.toSeriesString() + (series.drop_name ? "~" : "");
    outcome.order.push_back(labels);
    const std::span<const double> values = series.floats.values();
    if (!values.empty()) outcome.floats[labels].assign(values.begin(), values.end());
  }
  model::ShownAnnotations shown = bench.evaluation().annotations().show(text, 0);
  outcome.warnings = std::move(shown.warnings);
  outcome.infos = std::move(shown.infos);
  return outcome;
}

double onlyValue(const Outcome& outcome) {
  EXPECT_EQ(outcome.floats.size(), 1U) << outcome.error;
  return outcome.floats.empty() ? std::nan("") : outcome.floats.begin()->second.at(0);
}

}  // namespace prome::engine::testing
