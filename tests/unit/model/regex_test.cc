#include "model/regex.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace prome::model {
namespace {

bool matches(std::string_view pattern, std::string_view text, Dialect dialect = Dialect::kPrometheus3) {
  const auto regex = Regex::compile(pattern, dialect);
  EXPECT_TRUE(regex.has_value()) << pattern;
  return regex && regex->matches(text);
}

TEST(Regex, IsAnchored) {
  EXPECT_TRUE(matches("a.c", "abc"));
  EXPECT_FALSE(matches("a.c", "xabc"));
  EXPECT_FALSE(matches("a.c", "abcx"));
  EXPECT_TRUE(matches("a|b.", "a"));
  EXPECT_FALSE(matches("a|b.", "ab"));
  EXPECT_TRUE(matches("a.c$", "abc"));
  EXPECT_FALSE(matches("a.?", "a\n\n"));
}

TEST(Regex, DotMatchesNewlineInPrometheus3) {
  EXPECT_TRUE(matches("a.b", "a\nb"));
  EXPECT_FALSE(matches("a.b", "a\nb", Dialect::kPrometheus2));
  EXPECT_TRUE(matches("(?s:a.b)", "a\nb", Dialect::kPrometheus2));
  EXPECT_FALSE(matches(".*", "\n", Dialect::kPrometheus2));
}

TEST(Regex, PlainTextIsCompared) {
  const auto plain = Regex::compile("b||a|b");
  ASSERT_TRUE(plain.has_value());
  ASSERT_EQ(plain->literals().size(), 3U);
  EXPECT_EQ(plain->literals()[0], "");
  EXPECT_EQ(plain->literals()[2], "b");
  EXPECT_TRUE(plain->matches(""));
  EXPECT_TRUE(plain->matches("a"));
  EXPECT_FALSE(plain->matches("ab"));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("", "x"));
  EXPECT_TRUE(Regex::compile("a.")->literals().empty());
}

TEST(Regex, SpeaksGo) {
  EXPECT_TRUE(matches("(?<name>a)[(?<]b", "a<b"));
  EXPECT_TRUE(matches("\\Q(?<\\E", "(?<"));
  EXPECT_TRUE(matches("(?i)ABC", "abc"));
  EXPECT_TRUE(matches("\\d+\\pL", "12\xc3\xa9"));
}

TEST(Regex, ErrorsAreGos) {
  const struct {
    std::string_view pattern;
    std::string_view error;
  } cases[] = {
      {"a(b", "missing closing ): `a(b`"},
      {"a)b", "unexpected ): `a)b`"},
      {"[a", "missing closing ]: `[a`"},
      {"[z-a]", "invalid character class range: `z-a`"},
      {"[[:foo:]]", "invalid character class range: `[:foo:]`"},
      {"+", "missing argument to repetition operator: `+`"},
      {"a**", "invalid nested repetition operator: `**`"},
      {"a{1001}", "invalid repeat count: `{1001}`"},
      {"a+{2,1}?", "invalid repeat count: `{2,1}`"},
      {"a\\", "trailing backslash at end of expression: ``"},
      {"\\8", "invalid escape sequence: `\\8`"},
      {"\\C", "invalid escape sequence: `\\C`"},
      {"\\i\\C", "invalid escape sequence: `\\i`"},
      {"(?z)", "invalid or unsupported Perl syntax: `(?z`"},
      {"(?<1x", "invalid named capture: `(?<1x`"},
      {".\xff", "invalid UTF-8: `\xff`"},
  };
  for (const auto& c : cases) {
    const auto regex = Regex::compile(c.pattern);
    ASSERT_FALSE(regex.has_value()) << c.pattern;
    EXPECT_EQ(regex.error(), "error parsing regexp: " + std::string(c.error)) << c.pattern;
  }
  EXPECT_EQ(Regex::compile("a(b", Dialect::kPrometheus2).error(),
            "error parsing regexp: missing closing ): `^(?:a(b)$`");
}

TEST(Regex, ProgramsAreBounded) {
  const auto regex = Regex::compile("((a{1000}){1000}){1000}");
  EXPECT_FALSE(regex.has_value());
  EXPECT_FALSE(Regex::compile("(\\pL{500}){2}(\\pL{999})(\\pL{999})(\\pL{999})").has_value());
}

TEST(RegexCache, SharesWhatItCompiled) {
  const auto first = cachedRegex("cached.*");
  const auto second = cachedRegex("cached.*");
  const auto other = cachedRegex("cached.*", Dialect::kPrometheus2);
  EXPECT_EQ(*first, *second);
  EXPECT_NE(*first, *other);
  EXPECT_FALSE(cachedRegex("(").has_value());
}

TEST(RegexCache, ForgetsTheLeastRecentlyUsed) {
  const RegexPtr kept = *cachedRegex("kept.");
  const RegexPtr forgotten = *cachedRegex("forgotten.");
  for (std::size_t i = 0; i < kMaxCachedRegexes - 1; ++i) {
    ASSERT_TRUE(cachedRegex("x." + std::to_string(i)).has_value());
    ASSERT_EQ(*cachedRegex("kept."), kept);
  }
  EXPECT_NE(*cachedRegex("forgotten."), forgotten);
  EXPECT_TRUE(forgotten->matches("forgotten!"));
}

TEST(RegexCache, ChecksWithoutKeepingPlainText) {
  EXPECT_FALSE(regexError("a|b").has_value());
  EXPECT_FALSE(regexError("a.b").has_value());
  EXPECT_EQ(regexError("(a"), "error parsing regexp: missing closing ): `(a`");
}

}  // namespace
}  // namespace prome::model
