#include "api/prepared_query.h"

#include <gtest/gtest.h>

namespace prome::api {
namespace {

PreparedQueryPtr prepared(std::string parameter) {
  auto query = std::make_shared<PreparedQuery>();
  query->parameter = std::move(parameter);
  return query;
}

TEST(PreparedQueries, FindsWhatItRemembers) {
  PreparedQueries queries;
  EXPECT_EQ(queries.find("up"), nullptr);
  queries.remember("up", prepared("query=up"));
  ASSERT_NE(queries.find("up"), nullptr);
  EXPECT_EQ(queries.find("up")->parameter, "query=up");
  EXPECT_EQ(queries.find("up "), nullptr);
  queries.remember("up", prepared("again"));
  EXPECT_EQ(queries.find("up")->parameter, "again");
  queries.clear();
  EXPECT_EQ(queries.find("up"), nullptr);
}

TEST(PreparedQueries, IsBoundedInTextsAndInTheirLength) {
  PreparedQueries queries;
  queries.remember(std::string(kMaxPreparedBytes, 'x'), prepared("long"));
  EXPECT_EQ(queries.size(), 1U);
  queries.remember(std::string(kMaxPreparedBytes + 1, 'x'), prepared("too long"));
  EXPECT_EQ(queries.size(), 1U);
  for (std::size_t i = queries.size(); i < kMaxPreparedQueries; ++i)
    queries.remember(std::to_string(i), prepared(""));
  EXPECT_EQ(queries.size(), kMaxPreparedQueries);
  const auto kept = queries.find("1");
  queries.remember("one more", prepared("new"));
  EXPECT_EQ(queries.size(), 1U);
  EXPECT_EQ(queries.find("1"), nullptr);
  EXPECT_NE(kept, nullptr);  // whoever holds a query goes on holding it
}

}  // namespace
}  // namespace prome::api
