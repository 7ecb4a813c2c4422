#include <memory>
#include <optional>

#include "engine/engine.h"
#include "promql/parser.h"
#include "promqltest/observation.h"
#include "tests/differential/evaluators.h"

namespace prome::differential {
namespace {

std::vector<AnswerSeries> seriesOf(const std::vector<promqltest::PointSeries>& given) {
  std::vector<AnswerSeries> result;
  for (const promqltest::PointSeries& series : given) {
    AnswerSeries& out = result.emplace_back(AnswerSeries{series.labels, {}});
    for (const promqltest::Point& point : series.points) {
      Point& copy = out.points.emplace_back(Point{.time_ms = point.time_ms});
      if (const auto* const number = std::get_if<double>(&point.value)) {
        copy.value = *number;
      } else {
        copy.histogram = std::get<model::HistogramPtr>(point.value);
      }
    }
  }
  return result;
}

class Production : public Evaluator {
 public:
  explicit Production(engine::StartTimestamps start_timestamps) : start_timestamps_(start_timestamps) {}

  std::string name() const override { return "engine"; }

  Result<void> load(const TestCase& test_case) override {
    storage_.emplace(test_case.dialect);
    return store(test_case, *storage_);
  }

  Answers answer(const TestCase& test_case, Effort) override {
    const auto query = promql::parse(test_case.query);
    if (!query) {
      return {
          {.kind = AnswerKind::kError, .error_kind = ErrorKind::kBadData, .text = query.error().message()}};
    }
    engine::EngineOptions options;
    options.dialect = test_case.dialect;
    options.name_removal = test_case.name_removal == NameRemoval::kDelayed ? engine::NameRemoval::kDelayed
                                                                           : engine::NameRemoval::kImmediate;
    options.start_timestamps = start_timestamps_;
    const Times& times = test_case.times;
    engine::QuerySpec spec;
    spec.kind = times.kind == QueryKind::kRange ? engine::QueryKind::kRange : engine::QueryKind::kInstant;
    spec.grid = times.kind == QueryKind::kRange
                    ? engine::StepGrid{times.start_ms, times.end_ms, times.step_ms}
                    : engine::StepGrid::at(times.start_ms);
    model::Annotations annotations;
    const engine::Engine engine(options);
    const auto evaluated = engine.evaluate(*query, spec, *storage_, annotations);
    if (!evaluated) {
      return {{.kind = AnswerKind::kError,
               .error_kind = evaluated.error().kind,
               .text = evaluated.error().message}};
    }
    const promqltest::Observation seen = promqltest::observe(evaluated->value(), spec.kind);
    Answer result;
    if (const auto* const number = std::get_if<double>(&seen)) {
      result.kind = AnswerKind::kScalar;
      result.series = {{{}, {{times.start_ms, *number, nullptr}}}};
    } else if (const auto* const text = std::get_if<std::string>(&seen)) {
      result.kind = AnswerKind::kString;
      result.text = *text;
    } else if (const auto* const matrix = std::get_if<promqltest::PointMatrix>(&seen)) {
      result.kind = AnswerKind::kMatrix;
      result.series = seriesOf(matrix->series);
    } else {
      result.series = seriesOf(std::get<promqltest::PointVector>(seen));
    }
    const model::ShownAnnotations shown = annotations.show(query->text(), 0);
    result.warnings = shown.warnings;
    result.infos = shown.infos;
    return {result};
  }

 private:
  const engine::StartTimestamps start_timestamps_;
  std::optional<promqltest::MemoryStorage> storage_;
};

}  // namespace

std::unique_ptr<Evaluator> engineEvaluator(engine::StartTimestamps start_timestamps) {
  return std::make_unique<Production>(start_timestamps);
}

}  // namespace prome::differential
