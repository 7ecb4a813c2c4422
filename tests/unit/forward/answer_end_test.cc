#include "forward/answer_end.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace prome::forward {
namespace {

bool wholeAfter(std::string_view bytes, std::size_t piece) {
  AnswerEnd end;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string copy(bytes.substr(at, piece));
    end.see(copy);
  }
  return end.whole();
}

/// Expects that every beginning of `bytes` is told from the whole, in pieces of every size.
void check(std::string_view bytes) {
  for (std::size_t piece = 1; piece <= bytes.size(); piece += piece < 64 ? 1 : 37) {
    ASSERT_TRUE(wholeAfter(bytes, piece)) << piece << " of " << bytes;
    AnswerEnd end;
    // The state at each piece's end is that of an answer that ends there.
    for (std::size_t at = 0; at + piece < bytes.size(); at += piece) {
      const std::string copy(bytes.substr(at, piece));
      end.see(copy);
      ASSERT_FALSE(end.whole()) << bytes.substr(0, at + piece);
    }
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_FALSE(wholeAfter(bytes.substr(0, size), bytes.size())) << bytes.substr(0, size);
  }
}

std::string query(std::string_view type, std::string_view result, std::string_view rest = "") {
  return R"({"status":"success","data":{"resultType":")" + std::string(type) + R"(","result":[)" +
         std::string(result) + "]" + std::string(rest) + "}";
}

TEST(AnswerEnd, ResultsOfEveryKind) {
  check(query("vector", "", "}"));
  check(query("vector", R"({"metric":{},"value":[1,"2"]})", "}"));
  check(query("vector", R"({"metric":{"a":"b"},"value":[1,"2"]},{"metric":{"a":"c"},"value":[1,"2"]})", "}"));
  check(query("matrix",
              R"({"metric":{"a":"b"},"values":[[1,"2"],[2,"NaN"]]},{"metric":{},"values":[[1,"2"]]})", "}"));
  check(query("scalar", R"(1,"2")", "}"));
  check(R"({"status":"success","data":[{"__name__":"up","job":"}\"{"},{"a":"{"},{}]})");
  check(R"({"status":"success","data":[]})");
}

TEST(AnswerEnd, Histograms) {
  const std::string of = R"({"count":"3","sum":"4","buckets":[[0,"1","2","3"],[1,"2","4","5"]]})";
  check(query("vector", R"({"metric":{"a":"b"},"histogram":[1,)" + of + "]}", "}"));
  check(query("matrix",
              R"({"metric":{"a":"}"},"values":[[1,"2"]],"histograms":[[2,)" + of + "],[3," + of + "]]}",
              "}"));
}

TEST(AnswerEnd, BracesInStrings) {
  check(query("vector", R"({"metric":{"a":"]}]}}","b":"{\"metric\":{","c":"\\"},"value":[1,"2"]})", "}"));
  check(query("matrix", R"({"metric":{"a":"b"},"values":[[1,"2"]]})",
              R"(},"warnings":["}}}","{\"metric\":{ \\"],"infos":["{"])"));
}

TEST(AnswerEnd, OtherLayouts) {
  check(R"({ "data" : { "result" : [ { "value" : [ 1 , "}" ] , "metric" : { "x" : "{" } } ] } })");
  check(query("matrix", R"({"metric":{"a":"b"},"values":[[1,"2"]]})",
              R"(,"stats":{"timings":{"evalTotalTime":1},"samples":{"totalQueryableSamples":1}}})"));
  check("{}");
  check(R"({"a":{}})");
}

TEST(AnswerEnd, WhatFollowsTheEndIsNotLookedAt) {
  EXPECT_TRUE(wholeAfter("{}\n", 1));
  EXPECT_TRUE(wholeAfter(query("vector", R"({"metric":{},"value":[1,"2"]})", "}") + "\n", 7));
  EXPECT_FALSE(wholeAfter("", 1));
  EXPECT_FALSE(wholeAfter("  ", 1));
}

}  // namespace
}  // namespace prome::forward
