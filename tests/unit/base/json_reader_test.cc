#include "base/json_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prome {
namespace {

/// Keys and string values of a flat object, `key=value`, and whether the text was whole.
std::pair<std::vector<std::string>, bool> flat(std::string_view text) {
  JsonReader json(text);
  std::vector<std::string> out;
  json.object([&](const std::string& key) {
    std::string value;
    if (json.string(value)) out.push_back(key + "=" + value);
  });
  return {out, json.atEnd()};
}

bool isJson(std::string_view text) {
  JsonReader json(text);
  json.skip();
  return json.atEnd();
}

TEST(JsonReader, ReadsAnObject) {
  const auto [pairs, whole] = flat(" {\"a\" : \"1\",\n\"b\":\"\"} ");
  EXPECT_TRUE(whole);
  EXPECT_EQ(pairs, (std::vector<std::string>{"a=1", "b="}));
  EXPECT_TRUE(flat("{}").second);
}

TEST(JsonReader, GivesTheTextOfAValue) {
  JsonReader json(R"( [ 1.50 , {"a":[ "\u0041" ]} , ])");
  std::vector<std::string> texts;
  json.array([&] {
    std::string_view text;
    if (json.raw(text)) texts.emplace_back(text);
  });
  EXPECT_EQ(texts, (std::vector<std::string>{"1.50", R"({"a":[ "\u0041" ]})"}));
  EXPECT_TRUE(json.failed());
}

TEST(JsonReader, ResolvesEscapes) {
  const auto [pairs, whole] = flat(R"({"k":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00"})");
  EXPECT_TRUE(whole);
  EXPECT_EQ(pairs, (std::vector<std::string>{"k=\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"}));
  EXPECT_EQ(flat(R"({"k":"\ud83dx"})").first.front(), "k=\xEF\xBF\xBDx");
  EXPECT_EQ(flat(R"({"k":"\ud83d\u0041"})").first.front(),
            "k=\xEF\xBF\xBD"
            "A");
  EXPECT_EQ(flat(R"({"k":"\ude00"})").first.front(), "k=\xEF\xBF\xBD");
}

TEST(JsonReader, ReadsAnArrayUntilTheTextBreaksOff) {
  JsonReader json(R"(["a","b","c)");
  std::vector<std::string> out;
  EXPECT_FALSE(json.array([&] {
    std::string text;
    if (json.string(text)) out.push_back(text);
  }));
  EXPECT_EQ(out, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(json.failed());
  EXPECT_FALSE(json.skip());
}

TEST(JsonReader, TakesJsonAndNothingElse) {
  for (const char* good :
       {"{}", "[]", "null", " true ", "0", "-0.5e+10", "1E5", "\"\"", R"([{"a":[1,{}]},"x"])"})
    EXPECT_TRUE(isJson(good)) << good;
  for (const char* bad :
       {"",         "{",          "[",          "]",      "{]",      "[1,]",      "{,}",         "{\"a\"}",
        "{\"a\":}", "{\"a\":1,}", "{a:1}",      "nul",    "01",      "1.",        ".5",          "+1",
        "1e",       "NaN",        "\"",         "\"\n\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"", "\"\\",
        "1 2",      "[1 2]",      "{\"a\":1}}", "[[]",    "--1"})
    EXPECT_FALSE(isJson(bad)) << bad;
}

TEST(JsonReader, BoundsItsDepth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(isJson(nested(kMaxJsonDepth)));
  EXPECT_FALSE(isJson(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(isJson(std::string(1'000'000, '[')));
}

}  // namespace
}  // namespace prome
