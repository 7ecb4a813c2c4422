// The order of spliced lists, against labels added and sorted with a JSON library.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "forward/label_splicer.h"

namespace prome::forward {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;
using LabelSet = std::map<std::string, std::string>;

struct Passed {
  std::string text;
  bool good = true;
  std::uint64_t misplaced = 0;
};

Passed splice(std::string_view bytes, AnswerShape shape, const Labels& labels, std::size_t piece,
              std::size_t held_limit = kMaxHeldSeriesBytes) {
  const SplicedLabels rendered(labels);
  LabelSplicer splicer(shape, rendered, held_limit);
  alignas(iovec) std::array<char, http::SliceSink::kMinScratch> scratch;
  http::SliceSink sink(scratch);
  Passed out;
  for (std::size_t at = 0; at < bytes.size() && out.good; at += piece) {
    std::string copy(bytes.substr(at, piece));
    std::string_view in = copy;
    while ((!in.empty() || splicer.owes()) && out.good) {
      out.good = splicer.feed(in, sink);
      for (const iovec& slice : sink.slices())
        out.text.append(static_cast<const char*>(slice.iov_base), slice.iov_len);
      sink.clear();
    }
    std::ranges::fill(copy, '#');  // so that what refers to it too long is seen
  }
  out.misplaced = splicer.misplaced();
  return out;
}

std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump();
}

enum class Layout : std::uint8_t { kCompact, kSpaced };

std::string setText(const LabelSet& set, Layout layout) {
  std::string out = "{";
  for (const auto& [name, value] : set) {
    if (out.size() > 1) out += layout == Layout::kCompact ? "," : " , ";
    out += quoted(name) + (layout == Layout::kCompact ? ":" : " : ") + quoted(value);
  }
  return out + (layout == Layout::kCompact ? "}" : " }");
}

/// An answer with `sets` in this order; the values of a matrix tell the series apart.
std::string answerOf(const std::vector<LabelSet>& sets, AnswerShape shape, Layout layout,
                     std::size_t values = 2) {
  std::string out = shape == AnswerShape::kSeries
                        ? R"({"status":"success","data":[)"
                        : R"({"status":"success","data":{"resultType":"matrix","result":[)";
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (i > 0) out += layout == Layout::kCompact ? "," : " ,\n";
    const std::string set = setText(sets[i], layout);
    if (shape == AnswerShape::kSeries) {
      out += set;
      continue;
    }
    out += (layout == Layout::kCompact ? R"({"metric":)" : R"({ "metric" : )") + set + R"(,"values":[[0,")" +
           std::to_string(i) + "\"]";
    for (std::size_t k = 1; k < values; ++k) out += R"(,[1,"17.5"])";
    out += "]}";
  }
  return out +
         (shape == AnswerShape::kSeries ? R"(],"warnings":["},{]"]})" : R"(]},"infos":["]}{\"metric\":{"]})");
}

/// What one Prometheus would have answered.
nlohmann::json expectedOf(const std::string& bytes, AnswerShape shape, const Labels& labels) {
  auto answer = nlohmann::json::parse(bytes);
  auto& list = shape == AnswerShape::kSeries ? answer["data"] : answer["data"]["result"];
  const auto setOf = [&](nlohmann::json& element) -> nlohmann::json& {
    return shape == AnswerShape::kSeries ? element : element["metric"];
  };
  for (auto& element : list) {
    for (const auto& [name, value] : labels) setOf(element).emplace(name, value);
  }
  if (shape == AnswerShape::kInstant) return answer;
  std::vector<std::pair<Labels, nlohmann::json>> series;
  for (auto& element : list) {
    auto& [pairs, copy] = series.emplace_back(Labels{}, element);
    for (const auto& [name, value] : setOf(element).items()) pairs.emplace_back(name, value);
  }
  std::ranges::sort(series, {}, &std::pair<Labels, nlohmann::json>::first);
  for (std::size_t i = 0; i < series.size(); ++i) list[i] = series[i].second;
  return answer;
}

void check(const std::vector<LabelSet>& sets, AnswerShape shape, const Labels& labels, Layout layout,
           std::size_t piece, std::size_t values = 2) {
  const std::string bytes = answerOf(sets, shape, layout, values);
  const Passed passed = splice(bytes, shape, labels, piece);
  ASSERT_TRUE(passed.good) << piece << " of " << bytes;
  const auto actual = nlohmann::json::parse(passed.text, nullptr, false);
  ASSERT_EQ(actual, expectedOf(bytes, shape, labels)) << piece << " of " << bytes << "\nis " << passed.text;
  EXPECT_EQ(passed.misplaced, 0u);
}

constexpr std::array kShapes = {AnswerShape::kMatrix, AnswerShape::kSeries, AnswerShape::kInstant};

TEST(LabelOrder, EveryPieceOfASmallAnswer) {
  const std::vector<LabelSet> sets = {{},
                                      {{"a", "1"}},
                                      {{"a", "1"}, {"b", "1"}},
                                      {{"a", "1"}, {"b", "1"}, {"c", "1"}, {"zz", "1"}},
                                      {{"a", "1"}, {"b", "1"}, {"zz", "1"}},
                                      {{"a", "1"}, {"b", "10"}},
                                      {{"a", "1"}, {"zz", "0"}},
                                      {{"a", "10"}},
                                      {{"b", "\"\\"}},
                                      {{"b", "\"\\"}, {"x", ""}},
                                      {{"zz", "1"}}};
  for (const AnswerShape shape : kShapes) {
    for (const Layout layout : {Layout::kCompact, Layout::kSpaced}) {
      for (const Labels& labels : {Labels{{"z", "r"}}, Labels{{"a0", "r"}, {"z", "r"}}, Labels{{"aa", "r"}},
                                   Labels{{"A", "r"}}, Labels{{"zzz", "\"\\"}}}) {
        const std::size_t size = answerOf(sets, shape, layout).size();
        for (std::size_t piece = 1; piece <= size; piece += piece < 40 ? 1 : 11)
          check(sets, shape, labels, layout, piece);
      }
    }
  }
}

TEST(LabelOrder, TheBytesAreThoseOfOnePrometheus) {
  const std::vector<LabelSet> sets = {{}, {{"a", "1"}}, {{"a", "1"}, {"b", "1"}}, {{"zz", "1"}}};
  const std::vector<LabelSet> sorted = {{{"a", "1"}, {"b", "1"}, {"z", "r"}},
                                        {{"a", "1"}, {"z", "r"}},
                                        {{"z", "r"}},
                                        {{"z", "r"}, {"zz", "1"}}};
  const std::string bytes = answerOf(sets, AnswerShape::kSeries, Layout::kCompact);
  EXPECT_EQ(splice(bytes, AnswerShape::kSeries, {{"z", "r"}}, bytes.size()).text,
            answerOf(sorted, AnswerShape::kSeries, Layout::kCompact));
}

/// Sorted label sets, labels and a way to pass them, different each time.
class RandomAnswers {
 public:
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  std::vector<LabelSet> sets() {
    static const std::array<std::string, 9> names = {"__name__", "a", "ab",   "b", "job",
                                                     "m",        "x", "zonf", "é"};
    std::vector<LabelSet> sets(1 + below(12));
    for (LabelSet& set : sets) {
      for (const auto& name : names) {
        if (below(3) == 0) set[name] = value(below(3) == 0 ? 5 : 1);
      }
    }
    std::ranges::sort(sets);
    sets.erase(std::ranges::unique(sets).begin(), sets.end());
    return sets;
  }
  Labels labels() {
    Labels out;
    for (const auto* name : {"Az", "cluster", "n", "zone"}) {
      if (below(3) == 0) out.emplace_back(name, value(5));
    }
    if (out.empty()) out.emplace_back("zone", "eu");
    return out;
  }
  AnswerShape shape() { return kShapes[below(kShapes.size())]; }
  Layout layout() { return below(4) == 0 ? Layout::kSpaced : Layout::kCompact; }
  std::size_t piece() { return below(2) == 0 ? 5000 : 1 + below(300); }
  std::size_t values() { return 1 + below(below(5) == 0 ? 300 : 4); }

 private:
  std::string value(std::size_t of) {
    static const std::array<std::string, 5> values = {"1", "2", "a\"b", "\\", "x}],{"};
    return values[below(of)];
  }

  std::mt19937 random_{7};  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
};

TEST(LabelOrder, RandomSets) {
  RandomAnswers random;
  for (int round = 0; round < 1000; ++round) {
    ASSERT_NO_FATAL_FAILURE(check(random.sets(), random.shape(), random.labels(), random.layout(),
                                  random.piece(), random.values()));
  }
}

TEST(LabelOrder, RandomSetsOverTheLimitLoseNothing) {
  RandomAnswers random;
  std::uint64_t misplaced = 0;
  for (int round = 0; round < 1000; ++round) {
    const auto shape = random.shape();
    const auto labels = random.labels();
    const std::string bytes = answerOf(random.sets(), shape, random.layout(), random.values());
    const Passed passed = splice(bytes, shape, labels, random.piece(), random.below(400));
    ASSERT_TRUE(passed.good);
    misplaced += passed.misplaced;
    auto actual = nlohmann::json::parse(passed.text, nullptr, false);
    ASSERT_TRUE(actual.is_object()) << bytes << "\nis " << passed.text;
    auto expected = expectedOf(bytes, shape, labels);
    for (auto* answer : {&actual, &expected}) {
      auto& data = (*answer)["data"];
      auto& list = shape == AnswerShape::kSeries ? data : data["result"];
      std::sort(list.begin(), list.end());
    }
    ASSERT_EQ(actual, expected) << bytes << "\nis " << passed.text;
  }
  EXPECT_GT(misplaced, 100u);
}

TEST(LabelOrder, UnsortedListsLoseNothing) {
  const std::vector<LabelSet> sets = {{{"b", "1"}}, {{"a", "1"}}, {{"a", "1"}}, {{"a", "1"}, {"c", "1"}}, {}};
  const std::string bytes = answerOf(sets, AnswerShape::kMatrix, Layout::kCompact);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const Passed passed = splice(bytes, AnswerShape::kMatrix, {{"z", "r"}}, piece);
    const auto answer = nlohmann::json::parse(passed.text, nullptr, false);
    ASSERT_TRUE(answer.is_object()) << passed.text;
    EXPECT_EQ(answer["data"]["result"].size(), sets.size());
  }
}

TEST(LabelOrder, ListsOfOtherThings) {
  for (const std::string_view same : {R"({"data":["a","b",{}]})", R"({"data":[1,2]})",
                                      R"({"data":[[],[{}]]})", R"({"data":[]})", R"({"data":{}})"}) {
    for (std::size_t piece = 1; piece <= same.size(); ++piece) {
      const Passed passed = splice(same, AnswerShape::kSeries, {{"z", "r"}}, piece);
      EXPECT_TRUE(passed.good);
      EXPECT_EQ(nlohmann::json::parse(passed.text, nullptr, false),
                nlohmann::json::parse(same == R"({"data":["a","b",{}]})" ? R"({"data":["a","b",{"z":"r"}]})"
                                                                         : same));
    }
  }
}

TEST(LabelOrder, ASeriesOwnLabelIsNotHeld) {
  const std::vector<LabelSet> sets = {
      {{"a", "1"}, {"z", "own"}}, {{"a", "2"}}, {{"a", "2"}, {"b", "1"}, {"z", "own"}}};
  const std::string bytes = answerOf(sets, AnswerShape::kMatrix, Layout::kCompact);
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece)
    check(sets, AnswerShape::kMatrix, {{"z", "r"}}, Layout::kCompact, piece);
}

// The limit.

/// A matrix whose first series, which `a` begins, has so many bytes of values; then one that goes before it.
std::string largeAnswer(std::size_t size) {
  return R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"1"},"values":[)" +
         std::string(size, '1') + R"(]},{"metric":{"a":"1","b":"1"},"values":[]}]}})";
}

TEST(LabelOrder, LargeSeriesAreHeldUpToTheLimit) {
  // What is held: the series with its label, and its label set once more.
  const std::string framing = R"({"metric":{"a":"1","z":"r"},"values":[]})";
  const std::size_t most = kMaxHeldSeriesBytes - framing.size() - std::string_view(R"("a":"1")").size();
  // The label set of the next series comes on top while it is looked at.
  const std::size_t next = std::string_view(R"({"metric":{)").size();
  for (const std::size_t piece : {std::size_t{1} << 24, std::size_t{100'000}}) {
    const Passed held = splice(largeAnswer(most - next), AnswerShape::kMatrix, {{"z", "r"}}, piece);
    EXPECT_TRUE(held.good);
    EXPECT_EQ(held.misplaced, 0u);
    EXPECT_LT(held.text.find(R"("b":"1")"), held.text.find("\"z\":\"r\"},\"values\":[1")) << piece;
    const Passed passed = splice(largeAnswer(most + 1), AnswerShape::kMatrix, {{"z", "r"}}, piece);
    EXPECT_TRUE(passed.good);
    EXPECT_EQ(passed.misplaced, 1u);
    EXPECT_GT(passed.text.find(R"("b":"1")"), passed.text.find("\"z\":\"r\"},\"values\":[1")) << piece;
    EXPECT_EQ(passed.text.size(), held.text.size() + next + 1);
  }
}

TEST(LabelOrder, ALargeSeriesAloneIsNotMisplaced) {
  std::string bytes = largeAnswer(2 * kMaxHeldSeriesBytes);
  bytes.replace(bytes.rfind(R"("a":"1","b")"), 7, R"("a":"2")");
  EXPECT_EQ(splice(bytes, AnswerShape::kMatrix, {{"z", "r"}}, 100'000).misplaced, 0u);
}

}  // namespace
}  // namespace prome::forward
