#include "verify/query_file.h"

#include <gtest/gtest.h>

namespace prome::verify {
namespace {

TEST(QueryFile, AQueryALine) {
  EXPECT_EQ(parseQueries("# title\n up \n\n  # more\r\nsum(x) # kept\r\nlast"),
            (std::vector<std::string>{"up", "sum(x) # kept", "last"}));
  EXPECT_TRUE(parseQueries("").empty());
}

TEST(QueryFile, EachAtInstantsAndOverRanges) {
  const auto questions = questionsOf("up", {.start_ms = 1'000'000, .end_ms = 4'000'000}, 60'000);
  ASSERT_EQ(questions.size(), 5u);
  EXPECT_EQ(questions[0].when(), "at 1000");
  EXPECT_EQ(questions[1].when(), "at 2500.337");
  EXPECT_EQ(questions[2].when(), "at 4000");
  EXPECT_EQ(questions[3].when(), "from 1000 to 4000 step 60");
  EXPECT_EQ(questions[4].when(), "from 2000.613 to 2800.893 step 20.007");
  for (const Question& question : questions) EXPECT_EQ(question.query, "up");
}

TEST(QueryFile, TimesAreWrittenInSeconds) {
  EXPECT_EQ(secondsText(0), "0");
  EXPECT_EQ(secondsText(1'700'000'000'050), "1700000000.05");
  EXPECT_EQ(secondsText(-1), "-0.001");
  EXPECT_EQ(secondsText(-1500), "-1.5");
}

}  // namespace
}  // namespace prome::verify
