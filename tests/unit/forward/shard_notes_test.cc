#include "forward/shard_notes.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/annotations.h"

namespace prome::forward {
namespace {

using Texts = std::vector<std::string>;

// Sent as `rate(x[5m]) + rate(y[5m])` with two blanks in front of each operand and a line between them.
constexpr std::string_view kQuery = "  rate(x[5m])\n+  rate(y[5m])";
const plan::PieceText kSent = {.text = "rate(x[5m]) + rate(y[5m])",
                               .origins = {{.sent = 0, .original = 2},
                                           {.sent = 5, .original = 7},
                                           {.sent = 14, .original = 17},
                                           {.sent = 19, .original = 22}}};

AnswerNotes united(const std::vector<AnswerNotes>& shards, const plan::PieceText& sent = kSent) {
  ShardNotes notes(kQuery);
  for (const AnswerNotes& shard : shards) notes.add(shard, sent);
  return notes.all();
}

TEST(ShardNotes, PlacesAreThoseOfTheQuery) {
  const AnswerNotes notes =
      united({{.warnings = {"PromQL warning: w (1:1)"}, .infos = {"PromQL info: i (1:20)"}}});
  EXPECT_EQ(notes.warnings, Texts{"PromQL warning: w (1:3)"});
  EXPECT_EQ(notes.infos, Texts{"PromQL info: i (2:9)"});
}

TEST(ShardNotes, LinesOfTheSentTextCount) {
  const plan::PieceText sent = {.text = "x +\n y",
                                .origins = {{.sent = 0, .original = 7}, {.sent = 5, .original = 22}}};
  EXPECT_EQ(united({{.warnings = {"w (2:2)", "v (1:1)"}, .infos = {}}}, sent).warnings,
            (Texts{"v (1:8)", "w (2:9)"}));
}

TEST(ShardNotes, TheSameTextIsOneNoteAtItsLastPlace) {
  EXPECT_EQ(united({{.warnings = {"w (1:1)"}, .infos = {}},
                    {.warnings = {"w (1:20)"}, .infos = {}},
                    {.warnings = {"w (1:6)", "a"}, .infos = {}}})
                .warnings,
            (Texts{"a", "w (2:9)"}));
}

TEST(ShardNotes, WhatHasNoPlaceStays) {
  for (const char* text : {"results truncated due to limit", "w (1:)", "w (1:1", "w (a:1)", "w (1:1) ", " (",
                           "w (9:1)", "w (1:99)", "w (1:0)", "", "w (99999999999999999999:1)"}) {
    EXPECT_EQ(united({{.warnings = {text}, .infos = {}}}).warnings, Texts{text});
  }
  ShardNotes notes(kQuery);
  notes.warn("results truncated due to limit");
  notes.add({.warnings = {"results truncated due to limit"}, .infos = {}}, kSent);
  EXPECT_EQ(notes.all().warnings, Texts{"results truncated due to limit"});
}

TEST(ShardNotes, TheShownAreLimited) {
  AnswerNotes shard;
  for (std::size_t i = 0; i < model::kMaxShownAnnotations; ++i)
    shard.infos.push_back(std::string(1, static_cast<char>('a' + i)));
  EXPECT_EQ(united({shard}).infos, shard.infos) << "at the limit";
  AnswerNotes more = shard;
  more.infos.emplace_back("z");
  const AnswerNotes cut = united({shard, more});
  ASSERT_EQ(cut.infos.size(), model::kMaxShownAnnotations + 1);
  EXPECT_EQ(cut.infos.back(), "1 more info annotations omitted");
  AnswerNotes told = shard;
  told.infos.emplace_back("7 more info annotations omitted");
  EXPECT_EQ(united({shard, told}).infos.back(), "7 more info annotations omitted");
  EXPECT_EQ(united({more, told}).infos.back(), "7 more info annotations omitted") << "z may be one of them";
}

}  // namespace
}  // namespace prome::forward
