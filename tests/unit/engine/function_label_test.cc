#include "function_testing.h"
#include "model/regex_rewrite.h"

namespace prome::engine {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace): the fixture of these tests
using ::testing::ElementsAre;

std::vector<GivenSeries> series() {
  return {{{{"__name__", "up"}, {"src", "a-10"}, {"dst", "old"}}, {1}}};
}

std::string replaced(std::string_view text, const EngineOptions& options = {}) {
  const Outcome outcome = evaluateCall(text, kInstant, {series()}, options);
  return outcome.error.empty() ? outcome.order.at(0) : outcome.error;
}

TEST(LabelReplace, ExpandsSubmatches) {
  EXPECT_EQ(replaced(R"q(label_replace(x, "dst", "$2/$1", "src", "(.*)-(.*)"))q"),
            "up{dst=\"10/a\", src=\"a-10\"}");
  EXPECT_EQ(replaced(R"q(label_replace(x, "dst", "${name}_", "src", "(?P<name>.).*"))q"),
            "up{dst=\"a_\", src=\"a-10\"}");
  EXPECT_EQ(replaced(R"q(label_replace(x, "new", "v", "none", ""))q"),
            "up{dst=\"old\", new=\"v\", src=\"a-10\"}");
}

TEST(LabelReplace, LeavesWhatDoesNotMatchAsAWhole) {
  EXPECT_EQ(replaced(R"q(label_replace(x, "dst", "v", "src", "a"))q"), "up{dst=\"old\", src=\"a-10\"}");
}

TEST(LabelReplace, DeletesALabelThatBecomesEmpty) {
  EXPECT_EQ(replaced(R"q(label_replace(x, "dst", "$1", "src", "a-10(x)?"))q"), "up{src=\"a-10\"}");
}

TEST(LabelReplace, MatchesNewlinesIn3xOnly) {
  const std::vector<GivenSeries> given{{{{"src", "a\nb"}}, {1}}};
  const std::string_view text = R"q(label_replace(x, "dst", "v", "src", "a.b"))q";
  EXPECT_THAT(evaluateCall(text, kInstant, {given}).order, ElementsAre("{dst=\"v\", src=\"a\\nb\"}"));
  EXPECT_THAT(evaluateCall(text, kInstant, {given}, dialect2()).order, ElementsAre("{src=\"a\\nb\"}"));
}

// A name that is written stays, though it was to go; any other label changes nothing about it.
TEST(LabelReplace, MakesAMetricNameStay) {
  class Dropped : public Operator {
   public:
    using Operator::Operator;

   protected:
    Result<bool> produce(Series& out) override {
      if (std::exchange(done_, true)) return false;
      out.labels = {{"__name__", "up"}, {"src", "new"}};
      out.drop_name = true;
      out.floats = evaluation().columns().absent(1);
      out.floats[0] = 1;
      return true;
    }

   private:
    bool done_ = false;
  };
  for (const auto& [text, name, drops] :
       std::initializer_list<std::tuple<std::string_view, std::string, bool>>{
           {R"q(label_replace(x, "__name__", "$1", "src", "(.*)"))q", "new", false},
           {R"q(label_replace(x, "__name__", "up", "src", "(.*)"))q", "up", false},
           {R"q(label_replace(x, "__name__", "$1", "src", "no"))q", "up", true},
           {R"q(label_replace(x, "other", "$1", "src", "(.*)"))q", "up", true},
           {R"q(label_join(x, "__name__", "", "src"))q", "new", false},
           {R"q(label_join(x, "other", "", "src"))q", "up", true}}) {
    Bench bench(text, kInstant, delayed());
    std::vector<Operand> operands;
    operands.emplace_back(std::make_unique<Dropped>(bench.place(bench.root())));
    const auto& call = std::get<promql::Call>(bench.root().node);
    for (std::size_t i = 1; i < call.args.size(); ++i)
      operands.emplace_back(std::get<promql::StringLiteral>(call.args[i]->node).value);
    GivenLeaves leaves;
    auto made = makeFunction(bench.place(bench.root()), std::move(operands), leaves);
    Series out;
    ASSERT_TRUE(*(*made)->next(out));
    EXPECT_EQ(out.labels.metricName(), name) << text;
    EXPECT_EQ(out.drop_name, drops) << text;
  }
}

TEST(LabelReplace, RefusesWrongArguments) {
  EXPECT_EQ(replaced(R"q(label_replace(x, "dst", "v", "src", "(a"))q"),
            "invalid regular expression in label_replace(): (a");
  EXPECT_EQ(replaced(R"q(label_replace(x, "", "v", "src", "a"))q"),
            "invalid destination label name in label_replace(): ");
  EXPECT_EQ(replaced("label_replace(x, \"\\xff\", \"v\", \"src\", \"a\")"),
            "invalid destination label name in label_replace(): \xff");
  EXPECT_EQ(replaced(R"q(label_replace(x, "a.b", "v", "src", "a-10"))q"),
            "up{\"a.b\"=\"v\", dst=\"old\", src=\"a-10\"}");
  EXPECT_EQ(replaced(R"q(label_replace(x, "a.b", "v", "src", "a-10"))q", dialect2()),
            "invalid destination label name in label_replace(): a.b");
  EXPECT_EQ(replaced(R"q(label_replace(x, "1a", "v", "src", "a-10"))q", dialect2()),
            "invalid destination label name in label_replace(): 1a");
}

TEST(LabelJoin, JoinsInTheOrderWritten) {
  EXPECT_EQ(replaced(R"q(label_join(x, "dst", "+", "src", "none", "__name__"))q"),
            "up{dst=\"a-10++up\", src=\"a-10\"}");
  EXPECT_EQ(replaced(R"q(label_join(x, "dst", "+"))q"), "up{src=\"a-10\"}");
  EXPECT_EQ(replaced(R"q(label_join(x, "__name__", "", "none"))q"), "{dst=\"old\", src=\"a-10\"}");
}

TEST(LabelJoin, RefusesWrongNames) {
  EXPECT_EQ(replaced(R"q(label_join(x, "", "+", "src"))q"),
            "invalid destination label name in label_join(): ");
  EXPECT_EQ(replaced(R"q(label_join(x, "", "+", ""))q"), "invalid source label name in label_join(): ");
  EXPECT_EQ(replaced(R"q(label_join(x, "dst", "+", "s-c"))q", dialect2()),
            "invalid source label name in label_join(): s-c");
}

std::string rewritten(std::string_view pattern, std::string_view replacement, std::string_view text) {
  const auto rewrite = model::RegexRewrite::compile(pattern, replacement);
  if (rewrite == nullptr) return "no regex";
  return rewrite->apply(text).value_or("no match");
}

TEST(RegexRewrite, ReadsReferencesAsGo) {
  EXPECT_EQ(rewritten("(a)(b)?", "[$1$2]", "a"), "[a]");
  EXPECT_EQ(rewritten("(a)(b)?", "$$1 $ ${1 ${-} $", "a"), "$1 $ ${1 ${-} $");
  EXPECT_EQ(rewritten("(a)", "$1x|${1}x", "a"), "|ax");
  EXPECT_EQ(rewritten("(a)", "$01 $10 $1", "a"), "  a");
  EXPECT_EQ(rewritten("(a)", "$0", "a"), "a");
  EXPECT_EQ(rewritten("(a)", "$1\xC3\xA9", "a"), "");  // a letter belongs to the name
  EXPECT_EQ(rewritten("(?<n>a)", "$n-", "a"), "a-");
}

TEST(RegexRewrite, IsAnchoredAroundThePatternAsWritten) {
  EXPECT_EQ(rewritten("b", "x", "abc"), "no match");
  EXPECT_EQ(rewritten("a|ab", "x", "ab"), "x");
  EXPECT_EQ(rewritten("a)|(b", "x", "ac"), "x");
  EXPECT_EQ(rewritten("a.c", "x", "a\nc"), "x");
  EXPECT_EQ(rewritten("\\C", "x", "a"), "no regex");
}

}  // namespace
}  // namespace prome::engine
