#include "promqltest/script.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "model/quote.h"
#include "promqltest/limits.h"
#include "promqltest/script_lines.h"

namespace prome::promqltest {
namespace {

template <class T>
using Parsed = std::expected<T, ScriptError>;

constexpr std::string_view kRangeVector = "expect range vector";
constexpr std::string_view kString = "expect string";

/// The text of `line` from `prefix` on, blanks off; nothing unless it starts with those words.
std::optional<std::string_view> afterWords(std::string_view line, std::string_view prefix) {
  if (!line.starts_with(prefix)) return std::nullopt;
  line.remove_prefix(prefix.size());
  if (!line.empty() && line.front() != ' ' && line.front() != '\t') return std::nullopt;
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line;
}

class ScriptParser {
 public:
  ScriptParser(std::string_view text, const ScriptOptions& options)
      : lines_(splitLines(text)), options_(options) {}

  Parsed<Script> parse() {
    Script script;
    while (at_ < lines_.size()) {
      const ScriptLine& line = lines_[at_++];
      if (line.empty()) continue;
      auto command = parseCommand(line);
      if (!command) return std::unexpected(std::move(command.error()));
      script.commands.push_back(std::move(*command));
    }
    return script;
  }

 private:
  /// The next line of the block, or nullptr at its end.
  const ScriptLine* nextOfBlock() {
    if (at_ >= lines_.size() || lines_[at_].empty()) return nullptr;
    return &lines_[at_++];
  }

  Parsed<Command> parseCommand(const ScriptLine& line) {
    LineWords words(line);
    const std::string_view name = words.next();
    if (name == "clear") return ClearCommand{line.number};
    if (name == "load") return parseLoad(line, words, CustomHistograms::kNone);
    if (name == "load_with_nhcb") return parseLoad(line, words, CustomHistograms::kConverted);
    if (name.starts_with("eval")) return parseEval(line, words, name);
    return line.fail(0, "expected load, clear or eval, got " + model::quoted(name));
  }

  Parsed<Command> parseLoad(const ScriptLine& line, LineWords& words, CustomHistograms custom);
  Parsed<Command> parseEval(const ScriptLine& line, LineWords& words, std::string_view name);

  const std::vector<ScriptLine> lines_;
  const ScriptOptions& options_;
  std::size_t at_ = 0;
};

std::unexpected<ScriptError> failAt(const ScriptLine& line, const NotationError& error) {
  return line.fail(error.offset, error.message);
}

Parsed<Command> ScriptParser::parseLoad(const ScriptLine& line, LineWords& words, CustomHistograms custom) {
  LoadCommand load{.line = line.number, .custom_histograms = custom, .series = {}};
  const auto step = words.duration("step");
  if (!step) return std::unexpected(step.error());
  load.step_ms = *step;
  if (!words.rest().empty()) return line.fail(words.offset(), "nothing is expected behind the step");
  std::unordered_map<model::Labels, std::size_t, model::LabelsHash> places;
  std::optional<NotedStarts> starts;
  const ScriptLine* starts_line = nullptr;
  while (const ScriptLine* const next = nextOfBlock()) {
    if (isStartLine(next->text)) {
      if (starts) break;
      auto parsed = parseStarts(next->text);
      if (!parsed) return failAt(*next, parsed.error());
      starts = std::move(*parsed);
      starts_line = next;
      continue;
    }
    auto series = parseSeries(next->text);
    if (!series) return failAt(*next, series.error());
    LoadedSeries loaded{.line = next->number, .series = std::move(*series), .starts_ms = {}};
    if (starts) {
      if (starts->labels != loaded.series.labels) return starts_line->fail(0, "starts of another series");
      if (starts->offsets_ms.size() != loaded.series.values.size()) {
        return starts_line->fail(0, std::to_string(starts->offsets_ms.size()) + " starts for " +
                                        std::to_string(loaded.series.values.size()) + " values");
      }
      loaded.starts_ms = std::exchange(starts, std::nullopt)->offsets_ms;
    }
    // Of several lines for one series the last counts, as in Prometheus' runner.
    const auto [at, is_new] = places.try_emplace(loaded.series.labels, load.series.size());
    if (is_new) {
      load.series.push_back(std::move(loaded));
    } else {
      load.series[at->second] = std::move(loaded);
    }
  }
  if (starts) return starts_line->fail(0, "starts without the series they belong to");
  return load;
}

/// What stands behind `eval...` and its lines of expectations.
class EvalParser {
 public:
  EvalParser(const ScriptLine& line, LineWords& words, const ScriptOptions& options)
      : line_(line), words_(words), options_(options) {
    eval_.line = line.number;
    eval_.command = std::string(line.text);
  }

  Parsed<void> parseHead(std::string_view name) {
    const std::string_view kind = words_.next();
    if (kind != "instant" && kind != "range") {
      return line_.fail(words_.offset(), "expected instant or range");
    }
    eval_.spec.kind = kind == "range" ? engine::QueryKind::kRange : engine::QueryKind::kInstant;
    if (auto old = parseOldForm(name); !old) return old;
    if (auto times = parseTimes(); !times) return times;
    const std::string_view text = words_.rest();
    auto query = promql::parse(text, options_.parser);
    if (!query) {
      return line_.fail(words_.offset() + query.error().pos.start,
                        query.error().what + " in " + model::quoted(text));
    }
    eval_.query = std::make_shared<const promql::Query>(std::move(*query));
    return {};
  }

  /// False where this line is the last of the block.
  Parsed<bool> parseLine(const ScriptLine& line) {
    if (old_failure_) {
      if (const auto text = afterWords(line.text, "expected_fail_message")) {
        eval_.failure = TextExpectation::exactly(std::string(*text));
        return false;
      }
      if (const auto pattern = afterWords(line.text, "expected_fail_regexp")) {
        return reading(parseMatching(line, *pattern, eval_.failure.emplace()), false);
      }
    }
    if (line.text.starts_with(kRangeVector)) return reading(parseRangeVector(line), true);
    if (const auto text = afterWords(line.text, kString)) return reading(parseString(line, *text), true);
    if (afterWords(line.text, "expect")) return reading(parseExpect(line), true);
    return parseValues(line);
  }

  Parsed<EvalCommand> finish() {
    if (eval_.warnings.none && !eval_.warnings.texts.empty()) {
      return line_.fail(0, "warn and no_warn are both expected");
    }
    if (eval_.infos.none && !eval_.infos.texts.empty()) {
      return line_.fail(0, "info and no_info are both expected");
    }
    return std::move(eval_);
  }

 private:
  /// `goes_on` where `parsed` is no error.
  static Parsed<bool> reading(const Parsed<void>& parsed, bool goes_on) {
    if (!parsed) return std::unexpected(parsed.error());
    return goes_on;
  }

  bool isRange() const { return eval_.spec.kind == engine::QueryKind::kRange; }

  Parsed<void> parseOldForm(std::string_view name) {
    if (name == "eval") return {};
    if (name == "eval_fail") {
      old_failure_ = true;
      eval_.failure = TextExpectation::any();
    } else if (name == "eval_warn") {
      eval_.warnings.texts.push_back(TextExpectation::any());
    } else if (name == "eval_info") {
      eval_.infos.texts.push_back(TextExpectation::any());
    } else if (name == "eval_ordered" && !isRange()) {
      eval_.ordered = true;
    } else {
      return line_.fail(0, "unknown command " + model::quoted(name));
    }
    return {};
  }

  Parsed<void> parseTimes() {
    if (isRange()) {
      auto grid = parseGrid(line_, words_);
      if (!grid) return std::unexpected(grid.error());
      eval_.spec.grid = *grid;
    } else {
      if (auto at = words_.expect("at"); !at) return at;
      const auto time = words_.duration("time");
      if (!time) return std::unexpected(time.error());
      eval_.spec.grid = engine::StepGrid::at(*time);
    }
    eval_.values_grid = eval_.spec.grid;
    return {};
  }

  /// `from A to B step S`.
  static Parsed<engine::StepGrid> parseGrid(const ScriptLine& line, LineWords& words) {
    engine::StepGrid grid;
    const auto take = [&](std::string_view word, std::string_view what, std::int64_t& out) -> Parsed<void> {
      if (auto expected = words.expect(word); !expected) return expected;
      const auto value = words.duration(what);
      if (!value) return std::unexpected(value.error());
      out = *value;
      return {};
    };
    if (auto start = take("from", "start", grid.start_ms); !start) return std::unexpected(start.error());
    if (auto end = take("to", "end", grid.end_ms); !end) return std::unexpected(end.error());
    if (grid.end_ms < grid.start_ms) return line.fail(words.offset(), "the end is before the start");
    if (auto step = take("step", "step", grid.step_ms); !step) return std::unexpected(step.error());
    if (grid.step_ms <= 0) return line.fail(words.offset(), "the step is not above 0");
    return grid;
  }

  Parsed<void> parseRangeVector(const ScriptLine& line) {
    if (isRange()) return line.fail(0, "a range vector is the result of instant queries only");
    LineWords words(line);
    for (int i = 0; i < 3; ++i) words.next();
    auto grid = parseGrid(line, words);
    if (!grid) return std::unexpected(grid.error());
    if (!words.rest().empty()) return line.fail(words.offset(), "nothing is expected behind the step");
    eval_.values_grid = *grid;
    eval_.range_vector = true;
    eval_.spec.grid =
        engine::StepGrid::at(grid->end_ms);  // as Prometheus' own runner does, whatever `at` says
    return {};
  }

  Parsed<void> parseString(const ScriptLine& line, std::string_view literal) {
    const auto query = promql::parse(literal);
    const auto* const text = query ? promql::as<promql::StringLiteral>(query->root()) : nullptr;
    if (text == nullptr) {
      return line.fail(static_cast<std::size_t>(literal.data() - line.text.data()),
                       "expected a quoted string");
    }
    eval_.text = std::string(text->value);
    return {};
  }

  static Parsed<void> parseMatching(const ScriptLine& line, std::string_view pattern, TextExpectation& out) {
    auto matching = TextExpectation::matching(pattern);
    if (!matching) {
      return line.fail(static_cast<std::size_t>(pattern.data() - line.text.data()), matching.error());
    }
    out = std::move(*matching);
    return {};
  }

  /// `msg:TEXT`, `regex:RE` or nothing.
  static Parsed<TextExpectation> parseText(const ScriptLine& line, LineWords& words) {
    std::string_view rest = words.rest();
    TextExpectation out = TextExpectation::any();
    if (rest.empty()) return out;
    const std::size_t colon = rest.find(':');
    const std::string_view kind = rest.substr(0, colon);
    if (colon == std::string_view::npos || (kind != "msg" && kind != "regex")) {
      return line.fail(words.offset(), "expected msg: or regex:");
    }
    rest.remove_prefix(colon + 1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    if (rest.empty()) return line.fail(words.offset(), "expected a text behind the colon");
    if (kind == "msg") return TextExpectation::exactly(std::string(rest));
    if (auto parsed = parseMatching(line, rest, out); !parsed) return std::unexpected(parsed.error());
    return out;
  }

  Parsed<void> parseExpect(const ScriptLine& line) {
    LineWords words(line);
    words.next();
    const std::string_view what = words.next();
    const std::size_t offset = words.offset();
    if (what == "ordered" || what == "no_warn" || what == "no_info") {
      if (!words.rest().empty()) return line.fail(words.offset(), "nothing is expected here");
      (what == "ordered" ? eval_.ordered : what == "no_warn" ? eval_.warnings.none : eval_.infos.none) = true;
      return {};
    }
    if (what != "fail" && what != "warn" && what != "info") {
      return line.fail(offset,
                       "expected fail, warn, info, no_warn, no_info, ordered, string or range vector");
    }
    auto text = parseText(line, words);
    if (!text) return std::unexpected(text.error());
    if (what == "fail") {
      if (eval_.failure && !old_failure_) return line.fail(0, "fail is expected twice");
      eval_.failure = std::move(*text);
    } else {
      (what == "warn" ? eval_.warnings : eval_.infos).texts.push_back(std::move(*text));
    }
    return {};
  }

  Parsed<bool> parseValues(const ScriptLine& line) {
    Cursor cursor(line.text);
    if (const auto number = cursor.signedNumber(); number && cursor.atEnd()) {
      eval_.scalar = *number;
      return false;
    }
    auto series = parseSeries(line.text);
    if (!series) return failAt(line, series.error());
    if (series->values.empty()) return line.fail(0, "a series needs values");
    if (!isRange() && !eval_.range_vector && series->values.size() > 1) {
      return line.fail(0, "an instant query has one value a series; see \"expect range vector\"");
    }
    eval_.series.push_back(std::move(*series));
    return true;
  }

  const ScriptLine& line_;
  LineWords& words_;
  const ScriptOptions& options_;
  EvalCommand eval_;
  bool old_failure_ = false;
};

Parsed<Command> ScriptParser::parseEval(const ScriptLine& line, LineWords& words, std::string_view name) {
  EvalParser eval(line, words, options_);
  if (auto head = eval.parseHead(name); !head) return std::unexpected(head.error());
  while (const ScriptLine* const next = nextOfBlock()) {
    const auto more = eval.parseLine(*next);
    if (!more) return std::unexpected(more.error());
    if (!*more) break;
  }
  return eval.finish();
}

}  // namespace

TextExpectation TextExpectation::exactly(std::string text) {
  TextExpectation out;
  out.text_ = std::move(text);
  return out;
}

std::expected<TextExpectation, std::string> TextExpectation::matching(std::string_view pattern) {
  // A match anywhere; Regex is anchored at both ends.
  auto regex = model::Regex::compile("(?s:.*)(?:" + std::string(pattern) + ")(?s:.*)");
  if (!regex) return std::unexpected(std::move(regex.error()));
  TextExpectation out;
  out.pattern_ = std::string(pattern);
  out.regex_ = std::make_shared<const model::Regex>(std::move(*regex));
  return out;
}

bool TextExpectation::accepts(std::string_view text) const {
  if (text_) return *text_ == text;
  return regex_ == nullptr || regex_->matches(text);
}

std::string TextExpectation::describe() const {
  if (text_) return "the text " + *text_;
  return regex_ == nullptr ? "any text" : "a text that matches " + pattern_;
}

std::expected<Script, ScriptError> parseScript(std::string_view text, const ScriptOptions& options) {
  return ScriptParser(text, options).parse();
}

}  // namespace prome::promqltest
