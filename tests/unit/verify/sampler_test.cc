#include "verify/sampler.h"

#include <gtest/gtest.h>

#include <vector>

namespace prome::verify {
namespace {

std::vector<bool> choices(std::uint64_t seed, double ratio, std::size_t count) {
  Sampler sampler(seed);
  sampler.setRatio(ratio);
  std::vector<bool> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(sampler.next());
  return out;
}

std::size_t chosen(const std::vector<bool>& of) {
  std::size_t out = 0;
  for (const bool one : of) out += one ? 1 : 0;
  return out;
}

TEST(Sampler, NoneAndAll) {
  EXPECT_FALSE(Sampler(1).next());  // before a ratio is set
  EXPECT_EQ(chosen(choices(1, 0, 10'000)), 0u);
  EXPECT_EQ(chosen(choices(1, 1, 10'000)), 10'000u);
}

TEST(Sampler, AShare) {
  for (const double ratio : {0.01, 0.25, 0.5, 0.99}) {
    const auto count = static_cast<double>(chosen(choices(7, ratio, 100'000)));
    EXPECT_NEAR(count / 100'000, ratio, 0.01) << ratio;
  }
}

TEST(Sampler, TheSameForTheSameSeedOnly) {
  EXPECT_EQ(choices(3, 0.5, 1000), choices(3, 0.5, 1000));
  EXPECT_NE(choices(3, 0.5, 1000), choices(4, 0.5, 1000));
}

TEST(Sampler, AHigherRatioHoldsTheSampleOfALower) {
  const auto low = choices(5, 0.1, 10'000);
  const auto high = choices(5, 0.2, 10'000);
  for (std::size_t i = 0; i < low.size(); ++i) EXPECT_LE(low[i], high[i]);
}

}  // namespace
}  // namespace prome::verify
