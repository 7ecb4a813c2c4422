#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace prome {
namespace {

TEST(Utf8, DecodesWhatItEncodes) {
  for (const char32_t rune :
       {0x0, 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFD, 0xFFFF, 0x10000, 0x10FFFF}) {
    std::string text;
    appendUtf8(text, rune);
    EXPECT_EQ(decodeRune(text).value, rune);
    EXPECT_EQ(decodeRune(text).width, text.size());
    EXPECT_TRUE(isValidUtf8(text));
  }
}

TEST(Utf8, InvalidBytesAreOneWide) {
  for (const std::string text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xFF"}) {
    EXPECT_EQ(decodeRune(text).value, kRuneError);
    EXPECT_EQ(decodeRune(text).width, 1U);
    EXPECT_FALSE(isValidUtf8("a" + text));
  }
  EXPECT_EQ(decodeRune("").width, 0U);
  std::string text;
  appendUtf8(text, 0xD800);
  EXPECT_EQ(text, "\xEF\xBF\xBD");
}

}  // namespace
}  // namespace prome
