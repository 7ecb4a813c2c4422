#include <memory>
#include <optional>

#include "engine/engine.h"
#include "promql/parser.h"
#include "tests/differential/engine_answer.h"
#include "tests/differential/evaluators.h"

namespace prome::differential {
namespace {

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
    engine::EngineOptions options = engineOptions(test_case);
    options.start_timestamps = start_timestamps_;
    model::Annotations annotations;
    const engine::Engine engine(options);
    const auto evaluated = engine.evaluate(*query, engineSpec(test_case), *storage_, annotations);
    if (!evaluated) return {answerOf(evaluated.error())};
    Answer result = answerOf(evaluated->value(), test_case);
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
