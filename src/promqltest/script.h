// A test script: text -> commands. Nothing is evaluated here.
//
// Lines are trimmed, a line that starts with # counts as empty, and an empty line ends a command's block:
//   clear
//   load[_with_nhcb] STEP, then series lines (series_notation.h), each maybe after its line of starts
//   eval instant at T QUERY | eval range from A to B step S QUERY, then in any mix
//     expect fail|warn|info [msg:TEXT|regex:RE], expect no_warn|no_info|ordered, expect string "TEXT",
//     expect range vector from A to B step S, and series lines or one number
// eval_fail, eval_warn, eval_info, eval_ordered and expected_fail_message|regexp are the old forms of expect.
// Source: prometheus/promql/promqltest/README.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/engine.h"
#include "engine/step_grid.h"
#include "model/regex.h"
#include "promql/parser.h"
#include "promqltest/series_notation.h"

namespace prome::promqltest {

/// Where a script is wrong; line and column from 1, column in bytes.
struct ScriptError {
  std::size_t line = 1;
  std::size_t column = 1;
  std::string message;
};

struct LoadedSeries {
  std::size_t line = 0;
  NotedSeries series;
  std::vector<std::optional<std::int64_t>> starts_ms;  // relative to each sample's time; empty or parallel
};

enum class CustomHistograms : std::uint8_t { kNone, kConverted };  // load, load_with_nhcb

struct LoadCommand {
  std::size_t line = 0;
  std::int64_t step_ms = 0;
  CustomHistograms custom_histograms = CustomHistograms::kNone;
  std::vector<LoadedSeries> series;
};

struct ClearCommand {
  std::size_t line = 0;
};

/// What a text must be: anything, this, or what contains a match of a regex.
class TextExpectation {
 public:
  static TextExpectation any() { return {}; }
  static TextExpectation exactly(std::string text);
  static std::expected<TextExpectation, std::string> matching(std::string_view pattern);

  bool accepts(std::string_view text) const;
  /// `any text`, `the text "..."`, `a text matching /.../`.
  std::string describe() const;

 private:
  std::optional<std::string> text_;
  std::string pattern_;
  std::shared_ptr<const model::Regex> regex_;
};

/// What is expected of annotations of one severity. `texts`: each must occur, and each that occurs must be
/// accepted by one of them; empty: nothing is checked.
struct AnnotationExpectation {
  std::vector<TextExpectation> texts;
  bool none = false;
};

struct EvalCommand {
  std::size_t line = 0;
  std::string command;  // the line as written
  std::shared_ptr<const promql::Query> query;
  engine::QuerySpec spec;

  std::optional<TextExpectation> failure;  // set: it must fail
  AnnotationExpectation warnings;
  AnnotationExpectation infos;
  bool ordered = false;

  /// Times of the expected values: the query's grid, or that of `expect range vector`.
  engine::StepGrid values_grid;
  bool range_vector = false;
  std::optional<std::string> text;  // of a string
  std::optional<double> scalar;
  std::vector<NotedSeries> series;  // in the order written
};

using Command = std::variant<LoadCommand, ClearCommand, EvalCommand>;

struct Script {
  std::vector<Command> commands;
};

struct ScriptOptions {
  promql::ParserOptions parser;
};

std::expected<Script, ScriptError> parseScript(std::string_view text, const ScriptOptions& options = {});

}  // namespace prome::promqltest
