#include "promqltest/custom_histograms.h"

#include <gtest/gtest.h>

namespace prome::promqltest {
namespace {

Result<std::vector<ConvertedSample>> convert(const std::string& series) {
  const auto script = parseScript("load_with_nhcb 1m\n" + series);
  EXPECT_TRUE(script) << script.error().message;
  return convertClassicHistograms(std::get<LoadCommand>(script->commands.at(0)));
}

TEST(ClassicHistograms, BecomeCustomOnes) {
  const auto samples = convert(
      "x_bucket{le=\"+Inf\",a=\"b\"} 4 6\n"
      "x_bucket{le=\"1\",a=\"b\"} 1 1\n"
      "x_bucket{le=\"2.5\",a=\"b\"} 3 5\n"
      "x_sum{a=\"b\"} 10 _\n"
      "x_count{a=\"b\"} 4 6\n"
      "other 1\n"
      "x_bucket{le=\"wide\"} 1\n");
  ASSERT_TRUE(samples) << samples.error().message;
  ASSERT_EQ(samples->size(), 2U);
  const ConvertedSample& first = samples->front();
  EXPECT_EQ(first.labels, (model::Labels{{"__name__", "x"}, {"a", "b"}}));
  EXPECT_EQ(first.histogram.schema, model::kCustomBucketsSchema);
  EXPECT_EQ(first.histogram.count, 4);
  EXPECT_EQ(first.histogram.sum, 10);
  EXPECT_EQ(first.histogram.custom_values, (std::vector<double>{1, 2.5}));
  EXPECT_EQ(first.histogram.positive_buckets, (std::vector<double>{1, 2, 1}));
  EXPECT_EQ(samples->back().time_ms, 60'000);
  EXPECT_EQ(samples->back().histogram.positive_buckets, (std::vector<double>{1, 4, 1}));
}

TEST(ClassicHistograms, DoWithoutSomeParts) {
  const auto total = convert("x_count 3\n");
  ASSERT_TRUE(total);
  EXPECT_EQ(total->at(0).histogram.positive_buckets, std::vector<double>{3});
  const auto counted = convert("x_bucket{le=\"1\"} 2\n");
  ASSERT_TRUE(counted);
  EXPECT_EQ(counted->at(0).histogram.count, 2);
}

TEST(ClassicHistograms, MustNotContradictThemselves) {
  EXPECT_FALSE(convert("x_bucket{le=\"1\"} 5\nx_bucket{le=\"2\"} 3\n"));
  EXPECT_FALSE(convert("x_bucket{le=\"+Inf\"} 5\nx_count 6\n"));
  EXPECT_FALSE(convert("x_count -1\n"));
}

}  // namespace
}  // namespace prome::promqltest
