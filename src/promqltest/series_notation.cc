#include "promqltest/series_notation.h"

#include <limits>
#include <memory>
#include <utility>

#include "model/sample.h"
#include "promql/char_class.h"
#include "promql/duration.h"
#include "promql/parser.h"
#include "promqltest/histogram_notation.h"
#include "promqltest/limits.h"

namespace prome::promqltest {
namespace {

constexpr std::string_view kStartMark = "@st";
constexpr std::string_view kTooMany = "more values than a line may stand for";

/// Moves over a name and the braces behind it; strings within may hold braces.
Notation<void> skipMetric(Cursor& cursor) {
  while (promql::isAlphaNumeric(cursor.peek()) || cursor.peek() == ':') cursor.advance();
  if (cursor.peek() != '{') return {};
  const std::size_t from = cursor.at();
  char quote = '\0';
  for (; !cursor.atEnd(); cursor.advance()) {
    const char c = cursor.peek();
    if (quote != '\0') {
      if (c == '\\' && quote != '`') cursor.advance();
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'' || c == '`') {
      quote = c;
    } else if (c == '}') {
      cursor.advance();
      return {};
    }
  }
  return Cursor::failAt(from, "the labels are not closed by }");
}

Notation<model::Labels> parseLabels(Cursor& cursor) {
  const std::size_t from = cursor.at();
  if (auto skipped = skipMetric(cursor); !skipped) return std::unexpected(skipped.error());
  const std::string_view text = cursor.since(from);
  if (text.empty()) return cursor.fail("expected a series");
  const auto query = promql::parseMetricSelector(text, {}, promql::EmptySelector::kAccept);
  if (!query) return Cursor::failAt(from + query.error().pos.start, query.error().what);
  model::LabelsBuilder labels;
  for (const promql::LabelMatcher& matcher : promql::as<promql::VectorSelector>(query->root())->matchers) {
    const std::size_t at = from + matcher.pos.start;
    if (matcher.type != promql::MatchType::kEqual) return Cursor::failAt(at, "a label is given by =");
    if (!labels.get(matcher.name).empty()) {
      return Cursor::failAt(at, "label \"" + std::string(matcher.name) + "\" is given twice");
    }
    labels.set(matcher.name, matcher.value);
  }
  return labels.labels();
}

/// The N of `xN` behind an item; nothing where there is none.
Notation<std::optional<std::size_t>> parseRepeats(Cursor& cursor) {
  if (!cursor.accept('x')) return std::nullopt;
  const std::size_t from = cursor.at();
  const auto count = cursor.count();
  if (!count) return std::unexpected(count.error());
  if (*count > kMaxValuesPerLine) return Cursor::failAt(from, std::string(kTooMany));
  return static_cast<std::size_t>(*count);
}

enum class Change : std::uint8_t { kNone, kIncrease, kDecrease };

Change takeChange(Cursor& cursor) {
  if (cursor.accept('+')) return Change::kIncrease;
  if (cursor.accept('-')) return Change::kDecrease;
  return Change::kNone;
}

class ItemParser {
 public:
  explicit ItemParser(Cursor& cursor, std::vector<ScriptValue>& out) : cursor_(cursor), out_(out) {}

  Notation<void> parse() {
    if (cursor_.accept('_')) return parseGaps();
    if (cursor_.rest().starts_with("{{")) return parseHistograms();
    return parseFloats();
  }

 private:
  Notation<void> parseGaps() {
    const auto repeats = parseRepeats(cursor_);
    if (!repeats) return std::unexpected(repeats.error());
    append(repeats->value_or(1), {});
    return {};
  }

  Notation<void> parseFloats() {
    const std::size_t from = cursor_.at();
    double value = model::kStaleNaN;
    if (!cursor_.accept("stale")) {
      const auto number = cursor_.signedNumber();
      if (!number) return std::unexpected(number.error());
      value = *number;
    }
    double delta = 0;
    const Change change = takeChange(cursor_);
    if (change != Change::kNone) {
      const auto number = cursor_.number();
      if (!number) return std::unexpected(number.error());
      delta = change == Change::kDecrease ? -*number : *number;
    }
    const auto repeats = parseRepeats(cursor_);
    if (!repeats) return std::unexpected(repeats.error());
    if (change != Change::kNone && !*repeats) return Cursor::failAt(from, "expected xN behind the change");
    for (std::size_t i = 0; i <= repeats->value_or(0); ++i) {
      out_.push_back({.value = value});
      if (change != Change::kNone) value += delta;
    }
    return {};
  }

  Notation<void> parseHistograms() {
    const std::size_t from = cursor_.at();
    auto base = parseHistogram(cursor_);
    if (!base) return std::unexpected(base.error());
    const Change change = takeChange(cursor_);
    if (change == Change::kNone) {
      const auto repeats = parseRepeats(cursor_);
      if (!repeats) return std::unexpected(repeats.error());
      const ScriptValue value{
          .value = std::make_shared<const model::FloatHistogram>(std::move(base->histogram)),
          .hint_given = base->hint_given};
      append(repeats->value_or(0) + 1, value);
      return {};
    }
    auto delta = parseHistogram(cursor_);
    if (!delta) return std::unexpected(delta.error());
    const auto repeats = parseRepeats(cursor_);
    if (!repeats) return std::unexpected(repeats.error());
    if (!*repeats) return Cursor::failAt(from, "expected xN behind the change");
    if (**repeats > 0 && base->histogram.schema > delta->histogram.schema) {
      return Cursor::failAt(from, "the change has a coarser schema than what it changes");
    }
    return appendChanging(std::move(base->histogram), *delta, change, **repeats, from);
  }

  Notation<void> appendChanging(model::FloatHistogram histogram, const NotedHistogram& delta, Change change,
                                std::size_t repeats, std::size_t from) {
    for (std::size_t i = 0; i <= repeats; ++i) {
      if (i > 0) {
        const auto changed = change == Change::kIncrease ? histogram.add(delta.histogram)
                                                         : histogram.subtract(delta.histogram);
        if (!changed) return Cursor::failAt(from, changed.error().message);
      }
      out_.push_back({.value = std::make_shared<const model::FloatHistogram>(histogram),
                      .hint_given = delta.hint_given});
    }
    return {};
  }

  void append(std::size_t times, const ScriptValue& value) {
    for (std::size_t i = 0; i < times; ++i) out_.push_back(value);
  }

  Cursor& cursor_;
  std::vector<ScriptValue>& out_;
};

/// `-1m`, `30s`, `0s`: milliseconds.
Notation<std::int64_t> parseOffset(Cursor& cursor) {
  const bool negative = cursor.accept('-');
  if (!negative) cursor.accept('+');
  const std::size_t from = cursor.at();
  while (promql::isDigit(cursor.peek()) || (promql::isAlpha(cursor.peek()) && cursor.peek() != 'x')) {
    cursor.advance();
  }
  const std::string_view text = cursor.since(from);
  if (text == "0") return 0;
  const auto nanos = promql::parseDuration(text);
  if (!nanos) return Cursor::failAt(from, nanos.error());
  const std::int64_t millis = *nanos / promql::kNanosPerMilli;
  if (millis > kMaxScriptMs) return Cursor::failAt(from, "an offset is at most 100 years");
  return negative ? -millis : millis;
}

Notation<void> parseStartItem(Cursor& cursor, std::vector<std::optional<std::int64_t>>& out) {
  if (cursor.accept('_')) {
    const auto repeats = parseRepeats(cursor);
    if (!repeats) return std::unexpected(repeats.error());
    out.insert(out.end(), repeats->value_or(1), std::nullopt);
    return {};
  }
  const std::size_t from = cursor.at();
  const auto base = parseOffset(cursor);
  if (!base) return std::unexpected(base.error());
  std::int64_t delta = 0;
  const Change change = takeChange(cursor);
  if (change != Change::kNone) {
    const auto parsed = parseOffset(cursor);
    if (!parsed) return std::unexpected(parsed.error());
    delta = change == Change::kDecrease ? -*parsed : *parsed;
  }
  const auto repeats = parseRepeats(cursor);
  if (!repeats) return std::unexpected(repeats.error());
  if (change != Change::kNone && !*repeats) return Cursor::failAt(from, "expected xN behind the change");
  for (std::size_t i = 0; i <= repeats->value_or(0); ++i) {
    out.push_back(*base + static_cast<std::int64_t>(i) * delta);
  }
  return {};
}

/// Reads items parted by blanks up to the end of the line into `out`, at most kMaxValuesPerLine values.
template <class T, class ParseItem>
Notation<void> parseItems(Cursor& cursor, std::vector<T>& out, ParseItem parse_item) {
  while (true) {
    const bool blank = cursor.skipBlanks();
    if (cursor.atEnd()) return {};
    if (!blank) return cursor.fail("expected a blank");
    const std::size_t from = cursor.at();
    if (auto parsed = parse_item(); !parsed) return parsed;
    if (out.size() > kMaxValuesPerLine) return Cursor::failAt(from, std::string(kTooMany));
  }
}

}  // namespace

Notation<NotedSeries> parseSeries(std::string_view line) {
  Cursor cursor(line);
  auto labels = parseLabels(cursor);
  if (!labels) return std::unexpected(labels.error());
  NotedSeries out{.labels = std::move(*labels), .values = {}};
  ItemParser items(cursor, out.values);
  auto parsed = parseItems(cursor, out.values, [&] { return items.parse(); });
  if (!parsed) return std::unexpected(parsed.error());
  return out;
}

bool isStartLine(std::string_view line) {
  return line.substr(0, line.find_first_of(" \t")).ends_with(kStartMark);
}

Notation<NotedStarts> parseStarts(std::string_view line) {
  Cursor cursor(line);
  auto labels = parseLabels(cursor);
  if (!labels) return std::unexpected(labels.error());
  if (!cursor.accept(kStartMark)) return cursor.fail("expected @st");
  NotedStarts out{.labels = std::move(*labels), .offsets_ms = {}};
  auto parsed = parseItems(cursor, out.offsets_ms, [&] { return parseStartItem(cursor, out.offsets_ms); });
  if (!parsed) return std::unexpected(parsed.error());
  return out;
}

}  // namespace prome::promqltest
