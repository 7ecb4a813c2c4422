#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace prome {
namespace {

std::string jsonOf(std::string_view text) {
  std::string out = "x";  // appends, never clears
  appendJsonString(out, text);
  return out.substr(1);
}

TEST(JsonString, EscapesAsGoDoes) {
  EXPECT_EQ(jsonOf(""), R"("")");
  EXPECT_EQ(jsonOf("a b/c'"), R"("a b/c'")");
  EXPECT_EQ(jsonOf("\"\\"), R"("\"\\")");
  EXPECT_EQ(jsonOf("<a href=\"x\">&"), R"("\u003ca href=\"x\"\u003e\u0026")");
  EXPECT_EQ(jsonOf("\n\r\t\b\f"), R"("\n\r\t\b\f")");
  EXPECT_EQ(jsonOf(std::string_view("\0\x01\x1F\x7F", 4)), "\"\\u0000\\u0001\\u001f\x7F\"");
  EXPECT_EQ(jsonOf("\xE2\x80\xA7\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAA"),
            "\"\xE2\x80\xA7\\u2028\\u2029\xE2\x80\xAA\"");
  EXPECT_EQ(jsonOf("\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST(JsonString, InvalidUtf8BecomesReplacementCharacters) {
  const std::pair<std::string_view, int> cases[] = {{"\x80", 1},  // a tail without a head
                                                    {"\xFF", 1},
                                                    {"\xC3", 1},  // cut
                                                    {"\xE2\x82", 2},
                                                    {"\xF0\x9F\x98", 3},
                                                    {"\xC0\x80", 2},  // overlong
                                                    {"\xC1\xBF", 2},
                                                    {"\xE0\x9F\xBF", 3},
                                                    {"\xF0\x8F\xBF\xBF", 4},
                                                    {"\xED\xA0\x80", 3},      // a surrogate
                                                    {"\xF4\x90\x80\x80", 4},  // beyond U+10FFFF
                                                    {"\xF5\x80\x80\x80", 4}};
  for (const auto& [bytes, count] : cases) {
    std::string expected = "\"a";
    for (int i = 0; i < count; ++i) expected += "\\ufffd";
    EXPECT_EQ(jsonOf("a" + std::string(bytes) + "b"), expected + "b\"");
  }
  EXPECT_EQ(jsonOf("\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\xE0\xA0\x80"),
            "\"\xED\x9F\xBF\xEE\x80\x80\xF4\x8F\xBF\xBF\xE0\xA0\x80\"");
}

TEST(JsonString, IsReadBack) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  for (std::size_t size = 0; size <= all.size(); ++size) {
    EXPECT_EQ(nlohmann::json::parse(jsonOf(all.substr(0, size))).get<std::string>(), all.substr(0, size));
  }
}

TEST(JsonWriter, PlacesCommas) {
  std::string out;
  JsonWriter json(out);
  json.beginObject();
  json.key("a").beginArray().endArray();
  json.key("b<")
      .beginArray()
      .integer(1)
      .boolean(true)
      .boolean(false)
      .null()
      .string("x")
      .raw("1.5")
      .endArray();
  json.key("c").beginObject().key("d").beginObject().endObject().endObject();
  json.key("e").integer(std::numeric_limits<std::int64_t>::min());
  json.endObject();
  EXPECT_EQ(out, R"({"a":[],"b\u003c":[1,true,false,null,"x",1.5],"c":{"d":{}},"e":-9223372036854775808})");
}

}  // namespace
}  // namespace prome
