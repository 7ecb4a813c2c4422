#include "verify/question_generator.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "promql/children.h"
#include "promql/functions.h"
#include "promql/parser.h"
#include "promql/printer.h"
#include "verify/answer.h"
#include "verify/learned_vocabulary.h"

namespace prome::verify {
namespace {

constexpr Span kSpan{.start_ms = 1'000'000, .end_ms = 9'000'000};
constexpr std::uint64_t kQuestions = 20'000;

Vocabulary words() {
  const Answer shape = parseAnswer(200, R"({"status":"success","data":{"resultType":"vector","result":[
      {"metric":{"__name__":"up","cluster":"a","job":"api"},"value":[1,"1"]},
      {"metric":{"__name__":"latency_bucket","cluster":"b","job":"web","le":"1"},"value":[1,"1"]},
      {"metric":{"__name__":"native","cluster":"a"},"histogram":[1,{"count":"1","sum":"1"}]}]}})")
                           .value();
  return learnVocabulary(shape, kSpan).value();
}

/// What a set of queries uses of the language.
struct Reached {
  std::set<std::string> functions;
  std::set<std::string> operators;
  std::set<std::string> modifiers;
  std::set<promql::MatchCardinality> cardinalities;
  std::size_t mistakes = 0;

  void add(const promql::Expr& expr) {
    if (const auto* call = promql::as<promql::Call>(expr)) functions.emplace(call->function->name);
    if (const auto* unary = promql::as<promql::UnaryExpr>(expr)) {
      operators.insert("unary " + std::string(promql::operatorText(unary->op)));
    }
    if (const auto* aggregate = promql::as<promql::AggregateExpr>(expr)) {
      operators.emplace(promql::operatorText(aggregate->op));
      modifiers.insert(aggregate->without ? "without" : aggregate->explicit_grouping ? "by" : "no grouping");
    }
    if (const auto* binary = promql::as<promql::BinaryExpr>(expr)) addBinary(*binary);
    if (const auto* selector = promql::as<promql::VectorSelector>(expr)) {
      addShift(selector->shift);
      if (selector->mode == promql::RangeMode::kAnchored) modifiers.insert("anchored");
      if (selector->mode == promql::RangeMode::kSmoothed) modifiers.insert("smoothed");
      for (const auto& matcher : selector->matchers) {
        operators.insert("matcher " + std::string(promql::operatorText(matcher.type)));
      }
    }
    if (const auto* subquery = promql::as<promql::SubqueryExpr>(expr)) {
      addShift(subquery->shift);
      modifiers.insert(subquery->step ? "subquery step" : "subquery without step");
    }
    promql::forEachChild(expr, [this](const promql::Expr& child) { add(child); });
  }

 private:
  void addShift(const promql::TimeShift& shift) {
    if (shift.offset) modifiers.insert(shift.offset->nanos < 0 ? "negative offset" : "offset");
    if (shift.at == promql::AtModifier::kTimestamp) modifiers.insert("@");
    if (shift.at == promql::AtModifier::kStart) modifiers.insert("@ start()");
    if (shift.at == promql::AtModifier::kEnd) modifiers.insert("@ end()");
  }

  void addBinary(const promql::BinaryExpr& binary) {
    operators.emplace(promql::operatorText(binary.op));
    if (binary.return_bool) modifiers.insert("bool");
    if (!binary.matching) return;
    cardinalities.insert(binary.matching->cardinality);
    if (binary.matching->explicit_labels) modifiers.insert(binary.matching->on ? "on" : "ignoring");
    if (!binary.matching->include.empty()) modifiers.insert("include");
    if (binary.matching->fill_left) modifiers.insert("fill_left");
    if (binary.matching->fill_right) modifiers.insert("fill_right");
  }
};

Reached reachedBy(const Language& language) {
  const QuestionGenerator generator(words(), language, kSpan, 1);
  Reached out;
  for (std::uint64_t number = 0; number < kQuestions; ++number) {
    const auto query = promql::parse(generator.question(number).query);
    if (query) {
      out.add(query->root());
    } else {
      ++out.mistakes;
    }
  }
  return out;
}

TEST(QuestionGenerator, ReachesTheWholeLanguage) {
  const Reached reached =
      reachedBy({.dialect = model::Dialect::kPrometheus3, .experimental = Experimental::kAll});
  for (const auto& function : promql::allFunctions()) {
    if (function.name == "holt_winters") continue;  // of 2.x
    EXPECT_TRUE(reached.functions.contains(std::string(function.name))) << function.name;
  }
  using promql::AggregateOp;
  using promql::BinaryOp;
  for (int op = 0; op <= static_cast<int>(BinaryOp::kTrimLower); ++op) {
    const auto text = promql::operatorText(static_cast<BinaryOp>(op));
    EXPECT_TRUE(reached.operators.contains(std::string(text))) << text;
  }
  for (int op = 0; op <= static_cast<int>(AggregateOp::kLimitRatio); ++op) {
    const auto text = promql::operatorText(static_cast<AggregateOp>(op));
    EXPECT_TRUE(reached.operators.contains(std::string(text))) << text;
  }
  for (const char* other : {"unary -", "unary +", "matcher =", "matcher !=", "matcher =~", "matcher !~"}) {
    EXPECT_TRUE(reached.operators.contains(other)) << other;
  }
  for (const char* modifier : {"without", "by", "no grouping", "anchored", "smoothed", "subquery step",
                               "subquery without step", "offset", "negative offset", "@", "@ start()",
                               "@ end()", "bool", "on", "ignoring", "include", "fill_left", "fill_right"}) {
    EXPECT_TRUE(reached.modifiers.contains(modifier)) << modifier;
  }
  EXPECT_EQ(reached.cardinalities.size(), 4u);
  EXPECT_GT(reached.mistakes, 0u);
  EXPECT_LT(reached.mistakes, kQuestions / 10);
}

TEST(QuestionGenerator, UsesOnlyWhatTheServerUnderstands) {
  const Reached old = reachedBy({.dialect = model::Dialect::kPrometheus2});
  EXPECT_TRUE(old.functions.contains("holt_winters"));
  EXPECT_FALSE(old.functions.contains("info"));
  const Reached plain = reachedBy({});
  EXPECT_FALSE(plain.functions.contains("info"));
  EXPECT_FALSE(plain.modifiers.contains("smoothed"));
  EXPECT_FALSE(plain.modifiers.contains("fill_left"));
  EXPECT_TRUE(plain.functions.contains("first_over_time") || plain.functions.contains("histogram_stddev"));
}

TEST(QuestionGenerator, AQuestionIsItsSeedAndNumber) {
  const QuestionGenerator one(words(), {}, kSpan, 7);
  const QuestionGenerator other(words(), {}, kSpan, 7);
  const QuestionGenerator another(words(), {}, kSpan, 8);
  std::size_t same = 0;
  for (std::uint64_t number = 100; number-- > 0;) {
    const Question question = one.question(number);
    EXPECT_EQ(question.query, other.question(number).query);
    EXPECT_EQ(question.when(), other.question(number).when());
    if (question.query == another.question(number).query) ++same;
  }
  EXPECT_LT(same, 20u);
}

TEST(QuestionGenerator, TimesAreOfAllKinds) {
  const QuestionGenerator generator(words(), {}, kSpan, 3);
  std::size_t instants = 0;
  std::size_t aligned = 0;
  std::size_t odd = 0;
  for (std::uint64_t number = 0; number < 500; ++number) {
    const Question question = generator.question(number);
    if (question.kind == QuestionKind::kInstant) {
      ++instants;
      continue;
    }
    ASSERT_GT(question.step_ms, 0);
    EXPECT_LE((question.end_ms - question.start_ms) / question.step_ms, kMaxQuestionSteps);
    EXPECT_GE(question.end_ms, question.start_ms);
    (question.start_ms % question.step_ms == 0 ? aligned : odd) += 1;
  }
  EXPECT_GT(instants, 100u);
  EXPECT_GT(aligned, 20u);
  EXPECT_GT(odd, 100u);
}

}  // namespace
}  // namespace prome::verify
