#include "cli/verify.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace prome::cli {
namespace {

std::expected<VerifyFlags, Exit> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"prome-route", "verify"});
  return parseVerifyCommand(static_cast<int>(arguments.size()), arguments.data());
}

std::string mistake(std::vector<const char*> arguments) {
  const auto flags = parse(std::move(arguments));
  if (flags.has_value()) return "none";
  EXPECT_EQ(flags.error().code, kExitUsage);
  return flags.error().text.substr(0, flags.error().text.find('\n'));
}

TEST(Verify, ReadsItsFlags) {
  const auto flags =
      parse({"--oracle=http://o", "--router", "http://r", "--queries=a.txt", "--queries=b.txt", "--random=10",
             "--seed=7", "--first=3", "--start=1000.5", "--end=2000", "--step=1m", "--dialect=2.x",
             "--experimental", "--ignore-positions", "--match={a=\"b\"}", "--show=5"});
  ASSERT_TRUE(flags.has_value()) << flags.error().text;
  EXPECT_EQ(flags->oracle, "http://o");
  EXPECT_EQ(flags->router, "http://r");
  EXPECT_EQ(flags->queries, (std::vector<std::string>{"a.txt", "b.txt"}));
  EXPECT_EQ(flags->random, 10u);
  EXPECT_EQ(flags->seed, 7u);
  EXPECT_EQ(flags->first, 3u);
  EXPECT_EQ(flags->span.start_ms, 1'000'500);
  EXPECT_EQ(flags->span.end_ms, 2'000'000);
  EXPECT_EQ(flags->step_ms, 60'000);
  EXPECT_EQ(flags->language.dialect, model::Dialect::kPrometheus2);
  EXPECT_EQ(flags->language.experimental, verify::Experimental::kAll);
  EXPECT_EQ(flags->positions, verify::Positions::kIgnored);
  EXPECT_EQ(flags->match, "{a=\"b\"}");
  EXPECT_EQ(flags->show, 5u);
}

TEST(Verify, TheLastHourIsTheDefault) {
  const auto flags = parse({"--oracle=http://o", "--config.file=c.yml", "--random=1"});
  ASSERT_TRUE(flags.has_value());
  EXPECT_EQ(flags->config_file, "c.yml");
  EXPECT_EQ(flags->span.end_ms - flags->span.start_ms, 3'600'000);
  EXPECT_EQ(flags->language.dialect, model::Dialect::kPrometheus3);
  EXPECT_EQ(flags->language.experimental, verify::Experimental::kNone);
}

TEST(Verify, TellsWhatIsWrong) {
  EXPECT_EQ(mistake({"--router=http://r", "--random=1"}), "prome-route: --oracle needs a value");
  EXPECT_EQ(mistake({"--oracle=o", "--random=1"}), "prome-route: expected --router or --config.file");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r", "--config.file=c", "--random=1"}),
            "prome-route: expected --router or --config.file");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r"}), "prome-route: expected --queries or --random");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r", "--random=x"}),
            "prome-route: --random: expected a whole number, got \"x\"");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r", "--random=-1"}),
            "prome-route: --random: expected a whole number, got \"-1\"");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r", "--random=1", "--start=2", "--end=1"}),
            "prome-route: --end: expected a time after --start");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r", "--random=1", "--step=0"}),
            "prome-route: --step: expected at least 1ms");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r", "--random=1", "--dialect=4"}),
            "prome-route: --dialect: expected one of 3.x, 2.x, got \"4\"");
  EXPECT_EQ(mistake({"--oracle=o", "--router=r", "--randon=1"}),
            "prome-route: unknown flag \"--randon\", did you mean \"--random\"?");
}

TEST(Verify, AnOracleThatIsNotThereFails) {
  std::string printed;
  const auto flags = parse({"--oracle=http://127.0.0.1:1", "--router=http://127.0.0.1:1", "--random=1"});
  ASSERT_TRUE(flags.has_value());
  const Exit exit = verifyAnswers(*flags, [&](std::string_view text) { printed += text; });
  EXPECT_EQ(exit.code, kExitFailure);
  EXPECT_TRUE(exit.text.starts_with("prome-route: http://127.0.0.1:1: ")) << exit.text;
}

TEST(Verify, AConfigurationThatIsNotThereFails) {
  const auto flags = parse({"--oracle=http://127.0.0.1:1", "--config.file=/nonesuch.yml", "--random=1"});
  ASSERT_TRUE(flags.has_value());
  const Exit exit = verifyAnswers(*flags, [](std::string_view) {});
  EXPECT_EQ(exit.code, kExitFailure);
  EXPECT_NE(exit.text.find("/nonesuch.yml"), std::string::npos) << exit.text;
}

}  // namespace
}  // namespace prome::cli
