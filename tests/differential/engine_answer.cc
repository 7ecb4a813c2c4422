#include "tests/differential/engine_answer.h"

#include <variant>

#include "promqltest/observation.h"

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

}  // namespace

engine::EngineOptions engineOptions(const TestCase& test_case) {
  engine::EngineOptions options;
  options.dialect = test_case.dialect;
  options.name_removal = test_case.name_removal == NameRemoval::kDelayed ? engine::NameRemoval::kDelayed
                                                                         : engine::NameRemoval::kImmediate;
  return options;
}

engine::QuerySpec engineSpec(const TestCase& test_case) {
  const Times& times = test_case.times;
  engine::QuerySpec spec;
  spec.kind = times.kind == QueryKind::kRange ? engine::QueryKind::kRange : engine::QueryKind::kInstant;
  spec.grid = times.kind == QueryKind::kRange ? engine::StepGrid{times.start_ms, times.end_ms, times.step_ms}
                                              : engine::StepGrid::at(times.start_ms);
  return spec;
}

Answer answerOf(const engine::Value& value, const TestCase& test_case) {
  const promqltest::Observation seen = promqltest::observe(value, engineSpec(test_case).kind);
  Answer result;
  if (const auto* const number = std::get_if<double>(&seen)) {
    result.kind = AnswerKind::kScalar;
    result.series = {{{}, {{test_case.times.start_ms, *number, nullptr}}}};
  } else if (const auto* const text = std::get_if<std::string>(&seen)) {
    result.kind = AnswerKind::kString;
    result.text = *text;
  } else if (const auto* const matrix = std::get_if<promqltest::PointMatrix>(&seen)) {
    result.kind = AnswerKind::kMatrix;
    result.series = seriesOf(matrix->series);
  } else {
    result.series = seriesOf(std::get<promqltest::PointVector>(seen));
  }
  return result;
}

Answer answerOf(const Error& error) {
  return {.kind = AnswerKind::kError, .error_kind = error.kind, .text = error.message};
}

}  // namespace prome::differential
