// The splicer against an oracle: the answer parsed, the label added, printed again; in every way of cutting it up.
#include "forward/label_splicer.h"

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <random>

namespace prome::forward {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

struct Spliced {
  bool good = true;
  bool whole = false;
  std::string text;
  std::uint64_t foreign = 0;
};

std::string drain(http::SliceSink& sink) {
  std::string out;
  for (const iovec& slice : sink.slices()) out.append(static_cast<const char*>(slice.iov_base), slice.iov_len);
  sink.clear();
  return out;
}

enum class Mode : std::uint8_t { kJump, kWalkAll };

/// Feeds `json` cut at the given positions; each piece is a copy of its own, so that a slice kept too long shows.
Spliced splice(const std::string& json, const Labels& labels, AnswerShape shape, const std::vector<std::size_t>& cuts,
               Mode mode = Mode::kJump) {
  const SplicedLabels rendered(labels);
  LabelSplicer splicer(shape, rendered);
  if (mode == Mode::kWalkAll) splicer.walkAll();
  std::vector<char> scratch(http::SliceSink::kMinScratch);
  http::SliceSink sink(scratch);
  Spliced result;
  std::size_t from = 0;
  for (std::size_t i = 0; i <= cuts.size() && result.good; ++i) {
    const std::size_t to = i < cuts.size() ? cuts[i] : json.size();
    const auto piece = std::make_unique<std::string>(json.substr(from, to - from));
    std::string_view rest = *piece;
    while (result.good && !rest.empty()) {
      result.good = splicer.feed(rest, sink);
      result.text += drain(sink);
    }
    from = to;
  }
  result.whole = splicer.whole();
  result.foreign = splicer.foreignLabels();
  return result;
}

Spliced splice(const std::string& json, const Labels& labels, AnswerShape shape = AnswerShape::kQuery) {
  return splice(json, labels, shape, {});
}

std::string vectorAnswer(const std::string& series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + series + "]}}";
}

TEST(LabelSplicer, PutsTheLabelAtItsSortedPlace) {
  const Labels cluster = {{"cluster", "a"}};
  EXPECT_EQ(splice(vectorAnswer(R"({"metric":{"__name__":"up","job":"x"},"value":[1,"1"]})"), cluster).text,
            vectorAnswer(R"({"metric":{"__name__":"up","cluster":"a","job":"x"},"value":[1,"1"]})"));
  EXPECT_EQ(splice(vectorAnswer(R"({"metric":{"__name__":"up","app":"x"},"value":[1,"1"]})"), cluster).text,
            vectorAnswer(R"({"metric":{"__name__":"up","app":"x","cluster":"a"},"value":[1,"1"]})"));
  EXPECT_EQ(splice(vectorAnswer(R"({"metric":{},"value":[1,"1"]})"), cluster).text,
            vectorAnswer(R"({"metric":{"cluster":"a"},"value":[1,"1"]})"));
  EXPECT_EQ(splice(vectorAnswer(R"({"metric":{"Zone":"z","cluste":"x","clusters":"y"},"value":[1,"1"]})"), cluster).text,
            vectorAnswer(R"({"metric":{"Zone":"z","cluste":"x","cluster":"a","clusters":"y"},"value":[1,"1"]})"));
}

TEST(LabelSplicer, KeepsASeriesOwnLabel) {
  const auto json = vectorAnswer(R"({"metric":{"__name__":"up","cluster":"own"},"value":[1,"1"]})");
  const auto result = splice(json, {{"cluster", "a"}});
  EXPECT_EQ(result.text, json);
  EXPECT_EQ(result.foreign, 1u);
}

TEST(LabelSplicer, AddsSeveralLabelsInOrder) {
  const Labels labels = {{"cluster", "a"}, {"region", "eu"}, {"zone", "1"}};
  EXPECT_EQ(splice(vectorAnswer(R"({"metric":{"job":"x","region":"own","s":"t"},"value":[1,"1"]})"), labels).text,
            vectorAnswer(R"({"metric":{"cluster":"a","job":"x","region":"own","s":"t","zone":"1"},"value":[1,"1"]})"));
  EXPECT_EQ(splice(vectorAnswer(R"({"metric":{},"value":[1,"1"]})"), labels).text,
            vectorAnswer(R"({"metric":{"cluster":"a","region":"eu","zone":"1"},"value":[1,"1"]})"));
}

TEST(LabelSplicer, EscapesTheValue) {
  EXPECT_EQ(splice(vectorAnswer(R"({"metric":{},"value":[1,"1"]})"), {{"cluster", "a\"\\\n"}}).text,
            vectorAnswer(R"({"metric":{"cluster":"a\"\\\n"},"value":[1,"1"]})"));
}

TEST(LabelSplicer, IsNotFooledByLabelValues) {
  const std::string tricky = R"({"metric":{"a":"{\"metric\":{","b":"{","c":"\\","metric":"{","z":"}]}"},"value":[1,"1"]})";
  const std::string wanted =
      R"({"metric":{"a":"{\"metric\":{","b":"{","c":"\\","cluster":"x","metric":"{","z":"}]}"},"value":[1,"1"]})";
  EXPECT_EQ(splice(vectorAnswer(tricky + "," + tricky), {{"cluster", "x"}}).text,
            vectorAnswer(wanted + "," + wanted));
}

TEST(LabelSplicer, TakesWhiteSpaceAndAnyOrderOfKeys) {
  const std::string json =
      "{ \"data\" : {\"result\": [ {\"value\": [1, \"{\"], \"metric\": { \"__name__\": \"up\" , \"job\": \"x\" } },\n"
      " {\"metric\": { }, \"value\": [1, \"2\"]} ], \"resultType\": \"vector\"}, \"status\": \"success\" }";
  const std::string wanted =
      "{ \"data\" : {\"result\": [ {\"value\": [1, \"{\"], \"metric\": { \"__name__\": \"up\" , \"cluster\":\"a\",\"job\": \"x\" } },\n"
      " {\"metric\": { \"cluster\":\"a\"}, \"value\": [1, \"2\"]} ], \"resultType\": \"vector\"}, \"status\": \"success\" }";
  const auto result = splice(json, {{"cluster", "a"}});
  EXPECT_EQ(result.text, wanted);
  EXPECT_TRUE(result.whole);
}

TEST(LabelSplicer, LeavesScalarsAndOtherObjectsAlone) {
  for (const std::string json : {R"({"status":"success","data":{"resultType":"scalar","result":[1,"2"]}})",
                                 R"({"status":"error","errorType":"x","error":"{\"metric\":{"})",
                                 R"({"status":"success","data":{"resultType":"vector","result":[]}})",
                                 R"({"metric":{"job":"x"}})", R"({"data":{"metric":{"job":"x"}}})",
                                 R"({"result":[{"metric":{"job":"x"}}]})"}) {
    EXPECT_EQ(splice(json, {{"cluster", "a"}}).text, json);
  }
}

TEST(LabelSplicer, ReadsSeriesAnswers) {
  EXPECT_EQ(splice(R"({"status":"success","data":[{"__name__":"up","job":"},{\""},{"a":"b"},{}]})", {{"cluster", "c"}},
                   AnswerShape::kSeries)
                .text,
            R"({"status":"success","data":[{"__name__":"up","cluster":"c","job":"},{\""},{"a":"b","cluster":"c"},{"cluster":"c"}]})");
}

TEST(LabelSplicer, RefusesWhatIsNotAnAnswer) {
  const Labels labels = {{"cluster", "a"}};
  for (const std::string json : {"{]", "{\"a\":[}", "}", "<html>", "{\"data\":{\"result\":[{\"metric\":{job:1}}]}}",
                                 "{\"data\":{\"result\":[{\"metric\":{\"job\":1}}]}}", "{}{}", "{} x",
                                 "{\"data\":{\"result\":[{\"metric\":{\"job\":[]}}]}}"}) {
    EXPECT_FALSE(splice(json, labels).good) << json;
  }
}

TEST(LabelSplicer, BoundsDepthAndNames) {
  const Labels labels = {{"cluster", "a"}};
  EXPECT_TRUE(splice(std::string(kMaxJsonDepth, '['), labels).good);
  EXPECT_FALSE(splice(std::string(kMaxJsonDepth + 1, '['), labels).good);
  const auto named = [&](std::size_t size) {
    const auto json = vectorAnswer("{\"metric\":{\"" + std::string(size, 'x') + "\":\"v\"},\"value\":[1,\"1\"]}");
    return splice(json, labels, AnswerShape::kQuery, {json.find("xx") + 1}).good;
  };
  EXPECT_TRUE(named(kMaxHeldBytes - 1));
  EXPECT_FALSE(named(kMaxHeldBytes));
}

TEST(LabelSplicer, TellsWholeAnswersFromBrokenOnes) {
  const auto json = vectorAnswer(R"({"metric":{"a":"}"},"value":[1,"1"]},{"metric":{"b":"x"},"value":[1,"1"]})");
  for (std::size_t size = 0; size <= json.size(); ++size) {
    const auto result = splice(json.substr(0, size), {{"cluster", "a"}}, AnswerShape::kQuery, {}, Mode::kWalkAll);
    EXPECT_TRUE(result.good);
    EXPECT_EQ(result.whole, size == json.size()) << size;
  }
  EXPECT_TRUE(splice(json, {}, AnswerShape::kQuery, {}, Mode::kWalkAll).whole);
}

// Generated answers, cut at random: the bytes must be those of the oracle, whatever the cuts.

std::string randomText(std::mt19937& random) {
  static const std::vector<std::string> kParts = {"a", "{", "}", "\\\"", "\\\\", "metric", ":", "[", "]", ",", "\\n", "é", "{\\\"metric\\\":{"};
  std::string out;
  for (auto n = random() % 5; n > 0; --n) out += kParts[random() % kParts.size()];
  return out;
}

std::string labelSet(std::mt19937& random, const Labels& add, std::string& wanted) {
  static const std::vector<std::string> kNames = {"A", "__name__", "a", "b", "cluster_", "d", "metric", "region", "z"};
  std::vector<std::pair<std::string, std::string>> labels;
  for (const auto& name : kNames) {
    if (random() % 3 == 0) labels.emplace_back(name, randomText(random));
  }
  const auto print = [](const auto& pairs) {
    std::string out = "{";
    for (const auto& [name, value] : pairs) out.append(out.size() > 1 ? "," : "").append("\"" + name + "\":\"" + value + "\"");
    return out + "}";
  };
  auto merged = labels;
  for (const auto& label : add) {
    const bool own = std::ranges::any_of(labels, [&](const auto& have) { return have.first == label.first; });
    if (!own) merged.push_back(label);
  }
  std::ranges::sort(merged, {}, [](const auto& pair) { return pair.first; });
  wanted += print(merged);
  return print(labels);
}

TEST(LabelSplicer, AgreesWithTheOracleHoweverTheAnswerIsCut) {
  std::mt19937 random(20261122);
  for (int round = 0; round < 4000; ++round) {
    const Labels add = random() % 2 == 0 ? Labels{{"cluster", "a"}} : Labels{{"cluster", "a"}, {"region", "eu"}, {"zz", "q"}};
    const auto shape = random() % 3 == 0 ? AnswerShape::kSeries : AnswerShape::kQuery;
    const std::string head = shape == AnswerShape::kSeries
                                 ? R"({"status":"success","data":[)"
                                 : R"({"status":"success","data":{"resultType":"matrix","result":[)";
    std::string json = head;
    std::string wanted = head;
    for (auto n = random() % 6; n > 0; --n) {
      const bool first = json == head;
      for (std::string* text : {&json, &wanted}) {
        if (!first) *text += ',';
        if (shape == AnswerShape::kQuery) *text += "{\"metric\":";
      }
      json += labelSet(random, add, wanted);
      if (shape == AnswerShape::kQuery) {
        const std::string values = random() % 4 == 0
                                       ? R"(,"histograms":[[1.5,{"count":"2","sum":"3","buckets":[[0,"1","2","1"]]}]]})"
                                       : ",\"values\":[[1,\"" + std::string(random() % 2000, '7') + "\"]]}";
        json += values;
        wanted += values;
      }
    }
    const std::string tail = shape == AnswerShape::kSeries ? "]}" : "]},\"warnings\":[\"{x}\"]}";
    json += tail;
    wanted += tail;
    std::vector<std::size_t> cuts;
    for (auto n = random() % 6; n > 0; --n) cuts.push_back(random() % json.size());
    if (random() % 10 == 0) {
      cuts.clear();
      for (std::size_t at = 1; at < json.size(); ++at) cuts.push_back(at);
    }
    std::ranges::sort(cuts);
    for (const Mode mode : {Mode::kJump, Mode::kWalkAll}) {
      const auto result = splice(json, add, shape, cuts, mode);
      ASSERT_TRUE(result.good) << json;
      ASSERT_EQ(result.text, wanted) << json;
      ASSERT_TRUE(mode == Mode::kJump || result.whole);
    }
  }
}

}  // namespace
}  // namespace prome::forward
