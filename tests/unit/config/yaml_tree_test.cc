#include "config/yaml_tree.h"

#include <gtest/gtest.h>

#include <string>

namespace prome::config {
namespace {

/// The first mistake of `text` as `line:column: message`.
std::string mistakeOf(std::string_view text) {
  const YamlDocument document = parseYaml(text);
  if (document.mistakes.empty()) return {};
  const Mistake& first = document.mistakes.front();
  return std::to_string(first.at.line) + ":" + std::to_string(first.at.column) + ": " + first.message;
}

TEST(YamlTreeTest, KeepsTextsAsTheyAreWritten) {
  const YamlDocument document = parseYaml("{no: on, 1: 0x10, null: y, ~: 1e3, 012: .5, 2001-01-01: 'q'}");
  ASSERT_TRUE(document.mistakes.empty());
  std::string got;
  for (const YamlEntry& entry : document.root.entries) got += entry.key + "=" + entry.value.text + " ";
  EXPECT_EQ(got, "no=on 1=0x10 null=y ~=1e3 012=.5 2001-01-01=q ");
}

TEST(YamlTreeTest, KnowsWhereThingsStand) {
  const YamlDocument document = parseYaml(
      "\xEF\xBB\xBF"
      "a: b\nlist:\n  - \xC3\xA9: 1\n    f: {g: h}\n");
  ASSERT_EQ(document.root.entries.size(), 2u);
  EXPECT_EQ(document.root.entries[0].at, (Position{1, 1}));
  EXPECT_EQ(document.root.entries[0].value.at, (Position{1, 4}));
  const YamlNode& item = document.root.entries[1].value.items.at(0);
  EXPECT_EQ(item.entries[0].value.at, (Position{3, 9}));  // columns are bytes
  EXPECT_EQ(item.entries[1].value.entries[0].at, (Position{4, 9}));
}

TEST(YamlTreeTest, SaysWhatIsNotTaken) {
  EXPECT_EQ(mistakeOf(""), "0:0: the file is empty");
  EXPECT_EQ(mistakeOf("# only a comment\n"), "0:0: the file is empty");
  EXPECT_EQ(mistakeOf("---\n"), "0:0: the file is empty");
  EXPECT_EQ(mistakeOf("a: 1\nb: 2\na: 3\n"), "3:1: duplicate key \"a\", first at line 1, column 1");
  EXPECT_EQ(mistakeOf("a: {b: 1, 'b': 2}"), "1:11: duplicate key \"b\", first at line 1, column 5");
  EXPECT_EQ(mistakeOf("a: 1\n---\nb: 2\n"),
            "2:1: a configuration is one YAML document, and here a second one begins");
  EXPECT_EQ(mistakeOf("{a: b} c"), "1:8: a configuration is one YAML document, and here a second one begins");
  EXPECT_EQ(mistakeOf("a: 1\n...\n"), "");
  EXPECT_EQ(mistakeOf("---\na: 1\n"), "");
  EXPECT_EQ(mistakeOf("a: !x b"), "1:4: YAML tags are not supported");
  EXPECT_EQ(mistakeOf("a: !!str no"), "");
  EXPECT_EQ(mistakeOf("a: {<<: b}"), "1:5: merge keys (<<) are not supported");
  EXPECT_EQ(mistakeOf("[a]: b"), "1:1: a key must be text");
  EXPECT_EQ(mistakeOf("a: &x [*x]"), "1:8: this alias stands inside the value it names");
  EXPECT_EQ(mistakeOf("a: *x"), "1:4: not valid YAML: the referenced anchor is not defined");
  EXPECT_EQ(mistakeOf("a: b: c"), "1:5: not valid YAML: illegal map value");
  EXPECT_EQ(mistakeOf("x: 1\na: {b: [::1]:9090}"),
            "2:13: not valid YAML: end of map flow not found (an IPv6 address must stand in quotes: "
            "\"[::1]:9090\")");
  EXPECT_EQ(mistakeOf("a: \"\\0\""), "1:4: a NUL character is not allowed");
  EXPECT_EQ(mistakeOf("a: \"\\N\""), "1:4: not UTF-8 text: write \\N as \\u0085 and \\_ as \\u00a0");
  EXPECT_EQ(mistakeOf("a: \xFF"), "1:4: not UTF-8 text: a control character or an invalid byte");
  EXPECT_EQ(mistakeOf("a: b\nc: \x01"), "2:4: not UTF-8 text: a control character or an invalid byte");
  EXPECT_EQ(mistakeOf(std::string("a\0b", 3)), "1:2: not UTF-8 text: a control character or an invalid byte");
}

TEST(YamlTreeTest, DoesNotExpandTheEnvironment) {
  constexpr std::string_view kMessage =
      "environment variables are not expanded: replace ${...} by what it stands for (secrets may stand in "
      "files, see "
      "the *_file keys)";
  EXPECT_EQ(mistakeOf("a: ${HOME}"), "1:4: " + std::string(kMessage));
  EXPECT_EQ(mistakeOf("a: 'x-${HOME}-y'"), "1:4: " + std::string(kMessage));
  EXPECT_EQ(mistakeOf("? '${A}'\n: b"), "1:3: " + std::string(kMessage));
  EXPECT_EQ(mistakeOf("a: '$HOME $(x) ${ }{$'"), "1:4: " + std::string(kMessage));
  EXPECT_EQ(mistakeOf("a: '$HOME $1 }${'"), "");
}

TEST(YamlTreeTest, AliasesAreCopies) {
  const YamlDocument document = parseYaml("a: &x {b: c}\nd: *x\n");
  ASSERT_TRUE(document.mistakes.empty());
  EXPECT_EQ(document.root.entries[1].value.entries[0].value.text, "c");
}

TEST(YamlTreeTest, DepthIsLimited) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_EQ(mistakeOf(nested(kMaxYamlDepth)), "");
  EXPECT_EQ(mistakeOf(nested(kMaxYamlDepth + 1)), "1:33: nested deeper than 32 levels");
  EXPECT_EQ(mistakeOf(nested(1'000'000)), "1:33: nested deeper than 32 levels");
  EXPECT_EQ(mistakeOf(std::string(100'000, '{')), "1:32: nested deeper than 32 levels");
}

TEST(YamlTreeTest, AliasesOfAliasesAreLimited) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) bomb += (k == 0 ? "" : ", ") + before;
    bomb += "]\n";
  }
  const YamlDocument document = parseYaml(bomb);
  ASSERT_EQ(document.mistakes.size(), 1u);
  EXPECT_EQ(document.mistakes[0].message, "more than 1000000 keys and values");
  EXPECT_FALSE(document.readable);
}

TEST(YamlTreeTest, NodesAreLimited) {
  const auto list = [](std::size_t items) {
    std::string out = "[";
    for (std::size_t i = 0; i < items; ++i) out += "x,";
    return out + "]";
  };
  EXPECT_EQ(parseYaml(list(kMaxYamlNodes - 1)).mistakes.size(), 0u);
  EXPECT_EQ(parseYaml(list(kMaxYamlNodes)).mistakes.size(), 1u);
}

TEST(YamlTreeTest, BytesAreLimited) {
  const std::string start = "a: 1\n#";
  EXPECT_EQ(mistakeOf(start + std::string(kMaxYamlBytes - start.size(), ' ')), "");
  EXPECT_EQ(mistakeOf(start + std::string(kMaxYamlBytes - start.size() + 1, ' ')),
            "0:0: the file is larger than 16MiB");
}

TEST(YamlEmitTest, ReadsBack) {
  const YamlDocument document = parseYaml(
      "a: {b: [1, [x, y], {k: v, l: }], c: {}, d: []}\n"
      "'on': \"q\\n\\t\\\"\\\\ \\u2028 \\x85 \xC3\xA9\"\n"
      "http: {listen_addr: :9097}\n"
      "text: |\n  one\n  two\n"
      "spaced: a b # comment\n"
      "url: http://user:pw@host/x@y\n"
      "~: 'null'\n");
  ASSERT_TRUE(document.mistakes.empty());
  const std::string text = emitYaml(document.root);
  EXPECT_EQ(text,
            "a:\n"
            "  b:\n"
            "    - 1\n"
            "    - - x\n"
            "      - y\n"
            "    - k: v\n"
            "      l: null\n"
            "  c: {}\n"
            "  d: []\n"
            "\"on\": \"q\\n\\t\\\"\\\\ \\L \\u0085 \xC3\xA9\"\n"
            "http:\n"
            "  listen_addr: :9097\n"
            "text: \"one\\ntwo\\n\"\n"
            "spaced: \"a b\"\n"
            "url: \"http://<secret>@host/x@y\"\n"
            "\"~\": \"null\"\n");
  const YamlDocument again = parseYaml(text);
  EXPECT_TRUE(again.mistakes.empty());
  EXPECT_EQ(emitYaml(again.root), text);
}

TEST(YamlEmitTest, HidesSecrets) {
  YamlDocument document = parseYaml("a: hunter2\nb: [x, y]\nc: d\n");
  document.root.entries[0].value.secret = true;
  document.root.entries[1].value.secret = true;
  EXPECT_EQ(emitYaml(document.root), "a: <secret>\nb: <secret>\nc: d\n");
}

}  // namespace
}  // namespace prome::config
