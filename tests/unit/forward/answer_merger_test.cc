#include "forward/answer_merger.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "merged_answer.h"

namespace prome::forward {
namespace {

std::string matrix(std::string_view series, std::string_view behind = "") {
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + std::string(series) + "]}" +
         std::string(behind) + "}";
}

std::string vectorOf(std::string_view series) {
  return R"({"status":"success","data":{"resultType":"vector","result":[)" + std::string(series) + "]}}";
}

std::string seriesAnswer(std::string_view sets) {
  return R"({"status":"success","data":[)" + std::string(sets) + "]}";
}

/// A series of a matrix with labels as JSON members.
std::string row(std::string_view labels, std::string_view value = "1") {
  return R"({"metric":{)" + std::string(labels) + R"(},"values":[[1,")" + std::string(value) + R"("]]})";
}

/// Expects the same in pieces and blocks of every size. Returns the text, or "KIND: message".
std::string merged(AnswerShape shape, const std::vector<ShardAnswer>& shards, MergeOptions options = {}) {
  const auto textOf = [](const MergedAnswer& answer) {
    if (!answer.error) return answer.text;
    return std::string(errorTypeName(answer.error->kind)) + ": " + answer.error->message;
  };
  const std::string whole = textOf(merge(shape, shards, options, piecesOf(1u << 20)));
  std::size_t longest = 0;
  for (const ShardAnswer& shard : shards) longest = std::max(longest, shard.body.size());
  for (std::size_t size = 1; size <= longest; ++size) {
    options.block_bytes = BlockStore::kBlockBytes;
    EXPECT_EQ(textOf(merge(shape, shards, options, piecesOf(size))), whole) << "pieces of " << size;
    options.block_bytes = size;
    EXPECT_EQ(textOf(merge(shape, shards, options, piecesOf(1u << 20))), whole) << "blocks of " << size;
  }
  return whole;
}

const LabelPairs kA = {{"cluster", "a"}};
const LabelPairs kB = {{"cluster", "b"}};

TEST(AnswerMerger, SeriesComeInTheOrderOfTheirWholeLabels) {
  const std::vector<ShardAnswer> shards = {
      {kA, matrix(row(R"("__name__":"x","job":"1")") + "," + row(R"("__name__":"y","job":"1")"))},
      {kB, matrix(row(R"("__name__":"w","job":"9")") + "," + row(R"("__name__":"x","job":"0")"))}};
  EXPECT_EQ(merged(AnswerShape::kMatrix, shards),
            matrix(row(R"("__name__":"w","cluster":"b","job":"9")") + "," +
                   row(R"("__name__":"x","cluster":"a","job":"1")") + "," +
                   row(R"("__name__":"x","cluster":"b","job":"0")") + "," +
                   row(R"("__name__":"y","cluster":"a","job":"1")")));
}

TEST(AnswerMerger, AddedLabelsBehindAndBeforeTheOwn) {
  const LabelPairs zone_a = {{"zone", "a"}};
  const LabelPairs zone_b = {{"zone", "b"}};
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{zone_a, matrix(row(R"("job":"1")") + "," + row(R"("job":"2")"))},
                                          {zone_b, matrix(row(R"("job":"1")") + "," + row(R"("job":"2")"))}}),
            matrix(row(R"("job":"1","zone":"a")") + "," + row(R"("job":"1","zone":"b")") + "," +
                   row(R"("job":"2","zone":"a")") + "," + row(R"("job":"2","zone":"b")")));
  const LabelPairs app_a = {{"app", "a"}};
  const LabelPairs app_b = {{"app", "b"}};
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{app_b, matrix(row(R"("job":"1")") + "," + row(R"("job":"2")"))},
                                          {app_a, matrix(row(R"("job":"1")") + "," + row(R"("job":"2")"))}}),
            matrix(row(R"("app":"a","job":"1")") + "," + row(R"("app":"a","job":"2")") + "," +
                   row(R"("app":"b","job":"1")") + "," + row(R"("app":"b","job":"2")")));
}

TEST(AnswerMerger, ASeriesThatOthersBeginWithComesBehindThem) {
  const std::string own = row(R"("a":"1")", "1") + "," + row(R"("a":"1","b":"1")", "2") + "," +
                          row(R"("a":"1","b":"1","c":"1")", "3") + "," + row(R"("a":"1","z":"1")", "4");
  const auto with = [](std::string_view shard) {
    const std::string m = R"("m":")" + std::string(shard) + '"';
    return std::array{row(R"("a":"1","b":"1","c":"1",)" + m, "3"), row(R"("a":"1","b":"1",)" + m, "2"),
                      row(R"("a":"1",)" + m, "1"), row(R"("a":"1",)" + m + R"(,"z":"1")", "4")};
  };
  const auto x = with("x");
  const auto y = with("y");
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{{{"m", "x"}}, matrix(own)}, {{{"m", "y"}}, matrix(own)}}),
            matrix(x[0] + "," + y[0] + "," + x[1] + "," + y[1] + "," + x[2] + "," + x[3] + "," + y[2] + "," +
                   y[3]));
}

TEST(AnswerMerger, InstantVectorsComeWhole) {
  const std::string text =
      merged(AnswerShape::kInstant, {{kA, vectorOf(R"({"metric":{"job":"2"},"value":[1,"1"]})")},
                                     {kB, vectorOf(R"({"metric":{"job":"1"},"value":[1,"2"]})")}});
  EXPECT_EQ(text, vectorOf(R"({"metric":{"cluster":"a","job":"2"},"value":[1,"1"]},)"
                           R"({"metric":{"cluster":"b","job":"1"},"value":[1,"2"]})"));
}

TEST(AnswerMerger, AnInstantVectorIsNotHeldUpByASlowShard) {
  const SplicedLabels none;
  const std::array<const SplicedLabels*, 2> labels = {&none, &none};
  AnswerMerger merger(AnswerShape::kInstant, labels, {});
  alignas(iovec) std::array<char, http::SliceSink::kMinScratch> scratch;
  http::SliceSink sink(scratch);
  const std::string head = R"({"status":"success","data":{"resultType":"vector","result":[)";
  const std::string one = R"({"metric":{"a":"1"},"value":[1,"1"]})";
  merger.feed(1, head + one + "," + one);
  EXPECT_EQ(merger.advance(sink), AnswerMerger::Step::kWait);
  EXPECT_TRUE(sink.empty()) << "the first shard may answer with an error";
  merger.feed(0, head + one);
  EXPECT_EQ(merger.advance(sink), AnswerMerger::Step::kWait);
  const std::size_t first = sink.size();
  EXPECT_GT(first, head.size() + 2 * one.size());
  merger.feed(1, "," + one);
  EXPECT_EQ(merger.advance(sink), AnswerMerger::Step::kWait);
  EXPECT_EQ(sink.size(), first + 1 + one.size());
}

TEST(AnswerMerger, EmptyAnswers) {
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, matrix("")}, {kB, matrix("")}}), matrix(""));
  EXPECT_EQ(merged(AnswerShape::kInstant, {{kA, vectorOf("")}}), vectorOf(""));
  EXPECT_EQ(merged(AnswerShape::kSeries, {{kA, seriesAnswer("")}, {kB, seriesAnswer("")}}), seriesAnswer(""));
  EXPECT_EQ(merged(AnswerShape::kMatrix, {}), matrix(""));
  EXPECT_EQ(merged(AnswerShape::kMatrix,
                   {{kA, R"({"status":"success","data":{"resultType":"matrix","result":null}})"},
                    {kB, matrix(row(R"("job":"1")"))}}),
            matrix(row(R"("cluster":"b","job":"1")")));
}

TEST(AnswerMerger, TellsWhichShardsWereEmpty) {
  const std::vector<ShardAnswer> shards = {
      {kA, matrix("")}, {kB, matrix(row(R"("job":"1")"))}, {{{"cluster", "c"}}, matrix("")}};
  EXPECT_EQ(merge(AnswerShape::kMatrix, shards, {}, piecesOf(100)).empty_shards,
            (std::vector<std::size_t>{0, 2}));
  EXPECT_TRUE(merge(AnswerShape::kMatrix, {shards[0], shards[2]}, {}, piecesOf(100)).empty_shards.empty());
}

TEST(AnswerMerger, SeriesAnswers) {
  EXPECT_EQ(
      merged(AnswerShape::kSeries,
             {{kA, seriesAnswer(R"({"__name__":"up","job":"1"},{"__name__":"up","job":"2"})")},
              {kB, seriesAnswer(R"({},{"__name__":"up","job":"1"})")}}),
      seriesAnswer(R"({"__name__":"up","cluster":"a","job":"1"},{"__name__":"up","cluster":"a","job":"2"},)"
                   R"({"__name__":"up","cluster":"b","job":"1"},{"cluster":"b"})"));
}

TEST(AnswerMerger, EqualLabelSetsOnce) {
  // The third shard's own order is not that of labels, as a server's head may give them.
  const std::vector<ShardAnswer> shards = {{{}, seriesAnswer(R"({"a":"1"},{"a":"2"})")},
                                           {{}, seriesAnswer(R"({"a":"2"},{"a":"3"})")},
                                           {{}, seriesAnswer(R"({"a":"3"},{"a":"1"})")}};
  EXPECT_EQ(merged(AnswerShape::kSeries, shards, {.equal = MergeOptions::Equal::kOnce}),
            seriesAnswer(R"({"a":"1"},{"a":"2"},{"a":"3"})"));
  EXPECT_EQ(merged(AnswerShape::kSeries, shards, {.equal = MergeOptions::Equal::kOnce, .seen_series = 3}),
            seriesAnswer(R"({"a":"1"},{"a":"2"},{"a":"3"})"));
  EXPECT_EQ(merged(AnswerShape::kSeries, shards, {.equal = MergeOptions::Equal::kOnce, .seen_series = 2}),
            "execution: answer has more than 2 series, which several shards may share");
  EXPECT_EQ(merged(AnswerShape::kSeries, shards, {.limit = 2, .equal = MergeOptions::Equal::kOnce}),
            seriesAnswer(R"({"a":"1"},{"a":"2"})"));
}

TEST(AnswerMerger, ALimitCountsTheMerged) {
  const std::vector<ShardAnswer> shards = {{kA, matrix(row(R"("a":"1")") + "," + row(R"("a":"3")"))},
                                           {kB, matrix(row(R"("a":"2")"), R"(,"warnings":["w"])")}};
  const std::string all = row(R"("a":"1","cluster":"a")") + "," + row(R"("a":"2","cluster":"b")");
  EXPECT_EQ(merged(AnswerShape::kMatrix, shards, {.limit = 2}), matrix(all, R"(,"warnings":["w"])"));
  EXPECT_TRUE(merge(AnswerShape::kMatrix, shards, {.limit = 2}, piecesOf(9)).truncated);
  EXPECT_EQ(merged(AnswerShape::kMatrix, shards, {.limit = 3}),
            matrix(all + "," + row(R"("a":"3","cluster":"a")"), R"(,"warnings":["w"])"));
  EXPECT_FALSE(merge(AnswerShape::kMatrix, shards, {.limit = 3}, piecesOf(9)).truncated);
}

TEST(AnswerMerger, OtherServersForms) {
  const std::string odd = R"( { "infos" : [ "i" ] , "isPartial":false, "data" : { "result" : [ )"
                          R"({ "values" : [ [1, "}{2"] ] , "metric" : { "job" : "1" } } , )"
                          R"({"metric" :{},"values":[[1,"3"]],"extra":{"metric":"x"}})"
                          R"( ] , "resultType" : "matrix", "stats":{"a":[1]} } , "status" : "success" } )";
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, odd}, {kB, matrix(row(R"("job":"1")"))}}),
            matrix(R"({"metric":{"cluster":"a","job":"1"},"values":[ [1, "}{2"] ]},)"
                   R"({"metric":{"cluster":"a"},"values":[[1,"3"]],"extra":{"metric":"x"}},)" +
                       row(R"("cluster":"b","job":"1")"),
                   R"(,"infos":["i"])"));
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, matrix(R"({"metric":{ "b" : "1" , "a" : "2" },"values":[]})")},
                                          {{}, matrix(row(R"("a":"1")") + "," + row(R"("a":"3")"))}}),
            matrix(row(R"("a":"1")") + R"(,{"metric":{"b":"1","a":"2","cluster":"a"},"values":[]},)" +
                   row(R"("a":"3")")));
}

TEST(AnswerMerger, EscapesAreComparedAsWhatTheyMean) {
  EXPECT_EQ(merged(AnswerShape::kMatrix,
                   {{{}, matrix(row(R"("a":"\u0062\"")", "1") + "," + row(R"("a":"d")", "2"))},
                    {{}, matrix(row(R"("a":"b")", "3") + "," + row(R"("a":"c")", "4"))}}),
            matrix(row(R"("a":"b")", "3") + "," + row(R"("a":"\u0062\"")", "1") + "," +
                   row(R"("a":"c")", "4") + "," + row(R"("a":"d")", "2")));
  EXPECT_EQ(merged(AnswerShape::kSeries,
                   {{{}, seriesAnswer(R"({"a":"<"})")}, {{}, seriesAnswer(R"({"a":"\u003c"})")}},
                   {.equal = MergeOptions::Equal::kOnce}),
            seriesAnswer(R"({"a":"<"})"));
}

TEST(AnswerMerger, ASeriesKeepsItsOwn) {
  const std::vector<ShardAnswer> shards = {{kA, matrix(row(R"("cluster":"own","job":"1")"))},
                                           {kB, matrix(row(R"("job":"1")"))}};
  const MergedAnswer answer = merge(AnswerShape::kMatrix, shards, {}, piecesOf(100));
  EXPECT_EQ(answer.text,
            matrix(row(R"("cluster":"b","job":"1")") + "," + row(R"("cluster":"own","job":"1")")));
  EXPECT_EQ(answer.foreign, 1U);
}

TEST(AnswerMerger, HistogramsPass) {
  const std::string histogram =
      R"(,"histograms":[[1,{"count":"3","sum":"2","buckets":[[0,"1","2","3"]]}],[2,{"count":"0","sum":"0"}]]})";
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, matrix(R"({"metric":{"a":"1"})" + histogram)},
                                          {kB, matrix(R"({"metric":{})" + histogram)}}),
            matrix(R"({"metric":{"a":"1","cluster":"a"})" + histogram + R"(,{"metric":{"cluster":"b"})" +
                   histogram));
}

TEST(AnswerMerger, NotesAreGathered) {
  const std::vector<ShardAnswer> shards = {{kA, matrix("", R"(,"warnings":["w \"1\"","w2"],"infos":["i"])")},
                                           {kB, matrix("", R"(,"infos":["<"])")}};
  const MergedAnswer answer = merge(AnswerShape::kMatrix, shards, {}, piecesOf(7));
  EXPECT_EQ(answer.notes[0], (AnswerNotes{.warnings = {"w \"1\"", "w2"}, .infos = {"i"}}));
  EXPECT_EQ(answer.text, matrix("", R"(,"warnings":["w \"1\"","w2"],"infos":["i","\u003c"])"));
}

// Errors.

TEST(AnswerMerger, AShardsErrorIsTheAnswers) {
  const std::string error = R"({"status":"error","errorType":"bad_data","error":"no \"x\""})";
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, matrix(row(R"("a":"1")"))}, {kB, error}}),
            "bad_data: no \"x\"");
  const MergedAnswer answer =
      merge(AnswerShape::kMatrix, {{kA, matrix(row(R"("a":"1")"))}, {kB, error}}, {}, piecesOf(3));
  EXPECT_EQ(answer.failed_shard, 1U);
  EXPECT_EQ(answer.text, "");
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, R"({"status":"error","data":null,"error":"x"})"}}),
            "unavailable: x");
  EXPECT_EQ(merged(AnswerShape::kMatrix,
                   {{kA, R"({"status":"error","data":{"resultType":"matrix","result":[]},"error":"x"})"}}),
            "unavailable: answer is an error");
}

TEST(AnswerMerger, EveryTruncationIsSeen) {
  const std::string good = matrix(row(R"("a":"1")") + "," + row(R"("a":"1","b":"2")"), R"(,"infos":["i"])");
  for (const LabelPairs& labels : {kA, LabelPairs{{"aa", "a"}}, LabelPairs{}}) {
    for (std::size_t size = 0; size < good.size(); ++size) {
      const std::vector<ShardAnswer> shards = {{labels, good.substr(0, size)}, {kB, good}};
      for (const std::size_t piece : {std::size_t{5}, std::size_t{1000}}) {
        const MergedAnswer answer = merge(AnswerShape::kMatrix, shards, {}, piecesOf(piece));
        ASSERT_TRUE(answer.error) << good.substr(0, size);
        EXPECT_EQ(answer.error->kind, ErrorKind::kUnavailable);
        EXPECT_EQ(answer.error->message, size == 0 ? "answer is empty" : "answer ended before it was whole");
        EXPECT_EQ(answer.failed_shard, 0U);
      }
    }
  }
}

TEST(AnswerMerger, WhatIsNoAnswerIsRefused) {
  constexpr std::string_view kNone = "unavailable: answer is not Prometheus' JSON";
  const std::string good = matrix(row(R"("a":"1")"));
  for (const std::string& bad :
       {std::string("<html>"),
        std::string("[]"),
        std::string("{}"),
        std::string(R"({"status":"success"})"),
        good + "x",
        good + good,
        matrix(row(R"("a":"1")") + "," + ","),
        matrix("," + row("")),
        matrix(row("") + row("")),
        matrix("1"),
        matrix(R"({"metric":[]})"),
        matrix(R"({"values":[]})"),
        matrix(R"({"metric":{"a"},"values":[]})"),
        matrix(R"({"metric":{"a":1},"values":[]})"),
        matrix(R"({"metric":{"a":"1",},"values":[]})"),
        matrix("", "]"),
        matrix("", ",\"warnings\":[1]"),
        matrix("", ",\"x\":nul"),
        std::string(R"({"status":"success","data":[]})"),
        std::string(R"({"status":"success","data":{"resultType":"matrix","result":{}}})")}) {
    EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, good}, {kB, bad}}), kNone) << bad;
  }
  EXPECT_EQ(merged(AnswerShape::kMatrix, {{kA, vectorOf("")}}),
            "unavailable: answer is a vector, not a matrix");
  EXPECT_EQ(merged(AnswerShape::kInstant,
                   {{kA, R"({"status":"success","data":{"resultType":"scalar","result":[1,"1"]}})"}}),
            "unavailable: answer is a scalar, not a vector");
}

// Limits.

TEST(AnswerMerger, ALabelSetAtTheLimitAndOver) {
  const auto answer = [](std::size_t size) {
    const std::string name = R"("a":")";
    return matrix(row(name + std::string(size - name.size() - 1, 'x') + '"'));
  };
  const auto outcome = [&](std::size_t size, std::size_t piece) {
    const std::vector<ShardAnswer> shards = {{{}, answer(size)}};
    const MergedAnswer merged = merge(AnswerShape::kMatrix, shards, {}, piecesOf(piece));
    return merged.error ? merged.error->message : merged.text == shards[0].body ? "same" : "other";
  };
  for (const std::size_t piece : {std::size_t{1000}, std::size_t{70'000}, 2 * kMaxLabelSetBytes}) {
    EXPECT_EQ(outcome(kMaxLabelSetBytes, piece), "same");
    EXPECT_EQ(outcome(kMaxLabelSetBytes + 1, piece), "answer has a label set over the limit");
  }
}

TEST(AnswerMerger, AnOddElementAtTheLimitAndOver) {
  const auto outcome = [&](std::size_t size) {
    const std::string before = R"({"values":[],"x":")";
    const std::string behind = R"(","metric":{}})";
    const std::string element = before + std::string(size - before.size() - behind.size(), 'x') + behind;
    const MergedAnswer merged = merge(AnswerShape::kMatrix, {{{}, matrix(element)}}, {}, piecesOf(1u << 20));
    return merged.error ? merged.error->message : "good";
  };
  EXPECT_EQ(outcome(kMaxOddElementBytes), "good");
  EXPECT_EQ(outcome(kMaxOddElementBytes + 1), "answer has a series over the limit");
}

TEST(AnswerMerger, AnEnvelopeAtTheLimitAndOver) {
  const std::size_t rest = matrix("", R"(,"infos":[""])").size() - 1;  // the list's own end is not part of it
  const auto outcome = [&](std::size_t size) {
    const std::string behind = R"(,"infos":[")" + std::string(size - rest - 1, 'i') + R"("])";
    return merge(AnswerShape::kMatrix, {{{}, matrix("", behind)}}, {}, piecesOf(1u << 20)).error.has_value();
  };
  EXPECT_FALSE(outcome(kMaxEnvelopeBytes));
  EXPECT_TRUE(outcome(kMaxEnvelopeBytes + 1));
}

/// A matrix of so many series, of about 1000 bytes each.
std::string largeMatrix(std::size_t count) {
  std::string series;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(100'000 + i);
    series += (i == 0 ? "" : ",") + row(R"("job":")" + number + '"', std::string(1000, '1'));
  }
  return matrix(series);
}

TEST(AnswerMerger, LookAheadIsBounded) {
  // All of a's series go first, so that b's have to wait.
  const std::vector<ShardAnswer> shards = {{kA, largeMatrix(1000)}, {kB, largeMatrix(1000)}};
  const MergeOptions options = {
      .shard_look_ahead = 100'000, .query_look_ahead = 150'000, .block_bytes = 4096};
  const MergedAnswer all = merge(AnswerShape::kMatrix, shards, {}, piecesOf(10'000));
  // The last that may be fed is: b as long as there is room.
  const NextPiece last = [](std::size_t choices) { return std::pair(choices - 1, std::size_t{10'000}); };
  const MergedAnswer bounded = merge(AnswerShape::kMatrix, shards, options, last);
  EXPECT_EQ(bounded.text, all.text);
  EXPECT_GT(bounded.most_buffered, 100'000U);
  EXPECT_LT(bounded.most_buffered, 150'000U);
}

TEST(AnswerMerger, AQuerysLookAheadIsBounded) {
  std::vector<ShardAnswer> shards;
  for (const char c : {'a', 'b', 'c', 'd'})
    shards.push_back({{{"cluster", std::string(1, c)}}, largeMatrix(300)});
  const MergeOptions options = {
      .shard_look_ahead = 100'000, .query_look_ahead = 150'000, .block_bytes = 4096};
  std::mt19937 random(1);
  const NextPiece any = [&](std::size_t choices) {
    return std::pair(random() % choices, std::size_t{10'000});
  };
  const MergedAnswer bounded = merge(AnswerShape::kMatrix, shards, options, any);
  EXPECT_EQ(bounded.text, merge(AnswerShape::kMatrix, shards, {}, piecesOf(10'000)).text);
  EXPECT_GT(bounded.most_buffered, 150'000U);
  EXPECT_LT(bounded.most_buffered, 180'000U);
}

TEST(AnswerMerger, WhatIsTooLargeToBeHeldIsCounted) {
  const std::vector<ShardAnswer> shards = {
      {{{"m", "x"}}, matrix(row(R"("a":"1")") + "," + row(R"("a":"1","b":"1")") + "," + row(R"("a":"2")"))},
      {kB, matrix(row(R"("a":"0")"))}};
  for (const std::size_t piece : {std::size_t{1}, std::size_t{1000}}) {
    const MergedAnswer none = merge(AnswerShape::kMatrix, shards, {.held_bytes = 0}, piecesOf(piece));
    EXPECT_EQ(none.text, matrix(row(R"("a":"0","cluster":"b")") + "," + row(R"("a":"1","m":"x")") + "," +
                                row(R"("a":"1","b":"1","m":"x")") + "," + row(R"("a":"2","m":"x")")));
    EXPECT_EQ(none.misplaced, 1U);
    const MergedAnswer enough = merge(AnswerShape::kMatrix, shards, {}, piecesOf(piece));
    EXPECT_EQ(enough.misplaced, 0U);
  }
}

// Against a merger that holds everything.

struct Generated {
  std::vector<ShardAnswer> shards;
  std::string merged;
};

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Generated matrices() {
    Generated out;
    std::vector<std::pair<LabelPairs, std::string>> all;
    const std::size_t count = 1 + pick(4);
    const std::string routing = std::array{"a", "m", "zz", "b"}[pick(4)];
    for (std::size_t i = 0; i < count; ++i) {
      LabelPairs added = {{routing, std::to_string(i)}};
      if (pick(3) == 0) added.insert(routing < "n" ? added.end() : added.begin(), {"n", "same"});
      std::vector<LabelPairs> sets;
      for (std::size_t series = pick(20); series > 0; --series) sets.push_back(labels(added));
      std::ranges::sort(sets);
      sets.erase(std::ranges::unique(sets).begin(), sets.end());
      std::string list;
      for (LabelPairs& set : sets) {
        const std::string rest = value();
        list += (list.empty() ? "" : ",") + text(set) + rest;
        set.insert(set.end(), added.begin(), added.end());
        std::ranges::sort(set);
        all.emplace_back(set, rest);
      }
      out.shards.push_back({added, matrix(list)});
    }
    std::ranges::sort(all);
    std::string list;
    for (const auto& [set, rest] : all) list += (list.empty() ? "" : ",") + text(set) + rest;
    out.merged = matrix(list);
    return out;
  }

  std::size_t pick(std::size_t count) { return random_() % count; }

 private:
  LabelPairs labels(const LabelPairs& added) {
    LabelPairs out;
    for (const char* name : {"__name__", "a", "ab", "c", "m", "mm", "z", "zz", "zzz"}) {
      const bool taken = std::ranges::any_of(added, [&](const auto& label) { return label.first == name; });
      if (!taken && pick(3) == 0) out.emplace_back(name, std::array{"1", "2", "1{", "\"}", "\\"}[pick(5)]);
    }
    return out;
  }

  static std::string text(const LabelPairs& labels) {
    std::string out = R"({"metric":{)";
    for (const auto& [name, value] : labels) {
      if (&name != &labels.front().first) out += ',';
      out += '"' + name + "\":\"";
      for (const char c : value) out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
      out += '"';
    }
    return out + "}";
  }

  std::string value() {
    if (pick(5) == 0) return R"(,"histograms":[[1,{"count":"1","sum":"2"}]]})";
    return R"(,"values":[[)" + std::to_string(pick(1000)) + ",\"" + std::string(pick(30), '1') + "\"]]}";
  }

  std::mt19937 random_;
};

TEST(AnswerMerger, EqualsASortOfAll) {
  for (unsigned seed = 1; seed <= 2000; ++seed) {
    Generator generator(seed);
    const Generated generated = generator.matrices();
    const NextPiece next = [&](std::size_t choices) {
      return std::pair(generator.pick(choices), 1 + generator.pick(100));
    };
    const MergeOptions options = {.shard_look_ahead = 1 + generator.pick(500),
                                  .query_look_ahead = 1 + generator.pick(1000),
                                  .block_bytes = 1 + generator.pick(300)};
    const MergedAnswer answer = merge(AnswerShape::kMatrix, generated.shards, options, next);
    ASSERT_EQ(answer.text, generated.merged) << "seed " << seed;
    ASSERT_EQ(answer.misplaced, 0U) << "seed " << seed;
  }
}

}  // namespace
}  // namespace prome::forward
