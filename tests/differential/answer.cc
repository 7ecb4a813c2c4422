#include "tests/differential/answer.h"

#include "base/number_format.h"

namespace prome::differential {

std::string describe(const Answer& answer) {
  std::string out;
  switch (answer.kind) {
    case AnswerKind::kError:
      return "error " + std::string(errorTypeName(answer.error_kind)) + ": " + answer.text + "\n";
    case AnswerKind::kString:
      return "string: " + answer.text + "\n";
    case AnswerKind::kScalar:
      out = "scalar\n";
      break;
    case AnswerKind::kVector:
      out = "vector\n";
      break;
    case AnswerKind::kMatrix:
      out = "matrix\n";
      break;
  }
  for (const AnswerSeries& series : answer.series) {
    out += "  " + series.labels.toSeriesString();
    for (const Point& point : series.points) {
      out += "\n    @" + std::to_string(point.time_ms) + " ";
      if (point.histogram) {
        out += point.histogram->toTestExpression();
        out += " hint " + std::to_string(static_cast<int>(point.histogram->counter_reset_hint));
      } else {
        appendGeneral(out, point.value);
      }
    }
    out += "\n";
  }
  for (const std::string& warning : answer.warnings) out += "  warn: " + warning + "\n";
  for (const std::string& info : answer.infos) out += "  info: " + info + "\n";
  return out;
}

}  // namespace prome::differential
