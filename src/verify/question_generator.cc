#include "verify/question_generator.h"

#include <algorithm>
#include <vector>

#include "promql/parser.h"
#include "verify/query_generator.h"
#include "verify/random.h"

namespace prome::verify {
namespace {

/// Two numbers next to each other give generators that have nothing in common (splitmix64's finish).
std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  std::uint64_t x = seed * 0x9E3779B97F4A7C15 + number * 0xD1B54A32D192ED03 + 1;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EB;
  return x ^ (x >> 31U);
}

/// Mostly where the data lie, now and then before or behind them; on whole minutes, seconds, or neither.
std::int64_t instant(Random& random, const Span& span) {
  constexpr std::int64_t kAround = 600'000;
  const std::int64_t around = random.percent(10) ? kAround : 0;
  const std::int64_t unit = random.pick(std::vector<std::int64_t>{60'000, 1000, 1});
  return random.between(span.start_ms - around, span.end_ms + around) / unit * unit;
}

void chooseTimes(Random& random, const Span& span, Question& out) {
  out.start_ms = instant(random, span);
  if (random.percent(45)) return;
  out.kind = QuestionKind::kRange;
  out.step_ms = random.pick(
      std::vector<std::int64_t>{60'000, 60'000, 30'000, 15'000, 300'000, 7500, 1234, 100'000, 37'001, 500});
  const std::int64_t steps = random.between(0, kMaxQuestionSteps - 1);
  out.end_ms = out.start_ms + steps * out.step_ms;
  if (random.percent(30)) out.end_ms += random.between(0, out.step_ms - 1);
}

}  // namespace

/// True also of what nobody understands: a mistake is to be answered alike, too.
bool QuestionGenerator::isUnderstood(const std::string& query) const {
  if (language_.experimental == Experimental::kAll) return true;
  const promql::ParserOptions plain{
      .experimental_functions = false, .extended_range_selectors = false, .binop_fill_modifiers = false};
  return promql::parse(query, plain).has_value() || !promql::parse(query).has_value();
}

Question QuestionGenerator::question(std::uint64_t number) const {
  Random random(mixed(seed_, number));
  Question out;
  chooseTimes(random, span_, out);
  do {
    out.query = QueryGenerator(random, language_.dialect, words_).query(out.kind == QuestionKind::kRange);
  } while (!isUnderstood(out.query));
  return out;
}

}  // namespace prome::verify
