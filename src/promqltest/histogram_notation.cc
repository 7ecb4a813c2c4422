#include "promqltest/histogram_notation.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "promql/char_class.h"

namespace prome::promqltest {
namespace {

using model::CounterResetHint;

/// The key or hint at the cursor, in lower case.
std::string takeName(Cursor& cursor) {
  std::string name;
  while (promql::isAlpha(cursor.peek())) {
    name += promql::toLower(cursor.peek());
    cursor.advance();
  }
  return name;
}

Notation<std::vector<double>> parseList(Cursor& cursor) {
  std::vector<double> out;
  if (!cursor.accept('[')) return cursor.fail("expected [");
  while (true) {
    cursor.skipBlanks();
    if (cursor.accept(']')) return out;
    const auto value = cursor.signedNumber();
    if (!value) return std::unexpected(value.error());
    out.push_back(*value);
    if (cursor.peek() != ']' && !cursor.skipBlanks()) return cursor.fail("expected a blank or ]");
  }
}

Notation<CounterResetHint> parseHint(Cursor& cursor) {
  constexpr std::array<std::string_view, 4> kHints{"unknown", "reset", "not_reset", "gauge"};
  const std::size_t from = cursor.at();
  const std::string name = takeName(cursor);
  const auto* const hint = std::ranges::find(kHints, name);
  if (hint == kHints.end()) {
    return Cursor::failAt(from, "expected one of unknown, reset, not_reset, gauge, got \"" + name + "\"");
  }
  return static_cast<CounterResetHint>(hint - kHints.begin());
}

class Builder {
 public:
  explicit Builder(Cursor& cursor) : cursor_(cursor) {}

  Notation<void> takeItem() {
    const std::size_t from = cursor_.at();
    const std::string key = takeName(cursor_);
    if (std::ranges::find(seen_, key) != seen_.end()) {
      return Cursor::failAt(from, "\"" + key + "\" is given twice");
    }
    seen_.push_back(key);
    if (!cursor_.accept(':')) return cursor_.fail("expected a key and a colon");
    return takeValue(key, from);
  }

  NotedHistogram finish() {
    setSpans(out_.histogram.positive_spans, out_.histogram.positive_buckets, offset_);
    setSpans(out_.histogram.negative_spans, out_.histogram.negative_buckets, negative_offset_);
    return std::move(out_);
  }

 private:
  template <class T>
  static Notation<void> store(Notation<T> value, T& target) {
    if (!value) return std::unexpected(value.error());
    target = std::move(*value);
    return {};
  }

  Notation<void> takeValue(std::string_view key, std::size_t from) {
    model::FloatHistogram& h = out_.histogram;
    if (key == "schema") return store(cursor_.integer(), h.schema);
    if (key == "sum") return store(cursor_.signedNumber(), h.sum);
    if (key == "count") return store(cursor_.signedNumber(), h.count);
    if (key == "z_bucket") return store(cursor_.signedNumber(), h.zero_count);
    if (key == "z_bucket_w") return store(cursor_.signedNumber(), h.zero_threshold);
    if (key == "buckets") return store(parseList(cursor_), h.positive_buckets);
    if (key == "n_buckets") return store(parseList(cursor_), h.negative_buckets);
    if (key == "custom_values") return store(parseList(cursor_), h.custom_values);
    if (key == "offset") return store(cursor_.integer(), offset_);
    if (key == "n_offset") return store(cursor_.integer(), negative_offset_);
    if (key == "counter_reset_hint") {
      out_.hint_given = true;
      return store(parseHint(cursor_), h.counter_reset_hint);
    }
    return Cursor::failAt(from, "unknown key \"" + std::string(key) + "\" in a histogram");
  }

  static void setSpans(std::vector<model::Span>& spans, const std::vector<double>& buckets,
                       std::int32_t offset) {
    if (!buckets.empty()) spans = {{.offset = offset, .length = static_cast<std::uint32_t>(buckets.size())}};
  }

  Cursor& cursor_;
  std::vector<std::string> seen_;
  NotedHistogram out_;
  std::int32_t offset_ = 0;
  std::int32_t negative_offset_ = 0;
};

}  // namespace

Notation<NotedHistogram> parseHistogram(Cursor& cursor) {
  const std::size_t from = cursor.at();
  if (!cursor.accept("{{")) return cursor.fail("expected {{");
  Builder builder(cursor);
  while (true) {
    cursor.skipBlanks();
    if (cursor.accept("}}")) return builder.finish();
    if (cursor.atEnd()) return Cursor::failAt(from, "the histogram is not closed by }}");
    if (auto item = builder.takeItem(); !item) return std::unexpected(item.error());
    if (!cursor.atEnd() && cursor.peek() != ' ' && cursor.peek() != '\t' &&
        !cursor.rest().starts_with("}}")) {
      return cursor.fail("expected a blank or }}");
    }
  }
}

}  // namespace prome::promqltest
