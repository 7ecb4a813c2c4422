#include "engine/step_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "engine/step_counts.h"

namespace prome::engine {
namespace {

using ::testing::ElementsAre;

TEST(StepSet, HoldsStepsOfAllWords) {
  StepSet steps(130);
  EXPECT_TRUE(steps.none());
  for (const std::size_t step : {0U, 63U, 64U, 129U}) steps.insert(step);
  steps.erase(63);
  std::vector<std::size_t> seen;
  steps.forEach([&](std::size_t step) { seen.push_back(step); });
  EXPECT_THAT(seen, ElementsAre(0U, 64U, 129U));
  StepSet other(130);
  other.insert(129);
  EXPECT_EQ(steps.firstCommon(other), 129U);
  steps -= other;
  EXPECT_EQ(steps.firstCommon(other), std::nullopt);
  EXPECT_FALSE(steps.has(129));
}

// A set of steps, with how it came to be them.
struct Example {
  StepSet set;
  std::set<std::size_t> steps;
};

class StepSetAlgebra : public ::testing::TestWithParam<std::size_t> {
 protected:
  std::vector<Example> examples() const {
    const std::size_t steps = GetParam();
    Example none{StepSet(steps), {}};
    Example all = none;
    all.set.insertAll();
    Example one_by_one = none;
    Example emptied = all;
    Example some = none;
    Example holed = all;
    std::mt19937 random(3);
    for (std::size_t step = 0; step < steps; ++step) {
      all.steps.insert(step);
      one_by_one.set.insert(step);
      one_by_one.steps.insert(step);
      emptied.set.erase(step);
      if (random() % 2 == 0) some.set.insert(step), some.steps.insert(step);
      if (random() % 4 == 0) {
        holed.set.erase(step);
      } else {
        holed.steps.insert(step);
      }
    }
    return {none, all, one_by_one, emptied, some, holed};
  }

  static void expectSame(const Example& example) {
    std::vector<std::size_t> listed;
    example.set.forEach([&](std::size_t step) { listed.push_back(step); });
    EXPECT_TRUE(std::ranges::equal(listed, example.steps));
    EXPECT_EQ(example.set.none(), example.steps.empty());
    if (example.set.all()) {
      EXPECT_EQ(example.steps.size(), GetParam());
    }
    for (std::size_t step = 0; step < GetParam(); ++step) {
      EXPECT_EQ(example.set.has(step), example.steps.contains(step));
    }
  }
};

TEST_P(StepSetAlgebra, IsThatOfSets) {
  const std::vector<Example> all = examples();
  for (const Example& a : all) {
    expectSame(a);
    for (const Example& b : all) {
      Example both{a.set, {}};
      Example either{a.set, a.steps};
      Example only_a{a.set, {}};
      both.set &= b.set;
      either.set |= b.set;
      only_a.set -= b.set;
      either.steps.insert(b.steps.begin(), b.steps.end());
      for (const std::size_t step : a.steps) (b.steps.contains(step) ? both : only_a).steps.insert(step);
      expectSame(both);
      expectSame(either);
      expectSame(only_a);
      EXPECT_EQ(a.set == b.set, a.steps == b.steps);
      const auto first = a.set.firstCommon(b.set);
      EXPECT_EQ(first.has_value(), !both.steps.empty());
      if (first) {
        EXPECT_EQ(*first, *both.steps.begin());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, StepSetAlgebra, ::testing::Values(1, 63, 64, 65, 130));

TEST(Density, CountsWhatIsNotAbsent) {
  std::mt19937 random(5);
  for (std::size_t steps = 0; steps < 9; ++steps) {
    for (unsigned pattern = 0; pattern < 1U << steps; ++pattern) {
      std::vector<double> values;
      StepSet expected(steps);
      std::size_t present = 0;
      for (std::size_t step = 0; step < steps; ++step) {
        const bool is_present = (pattern >> step & 1U) != 0;
        if (is_present) expected.insert(step), ++present;
        values.push_back(!is_present ? kAbsent : random() % 2 == 0 ? model::kNormalNaN : 1.5);
      }
      EXPECT_EQ(countPresent(values), present);
      const Density sparse = present == steps ? Density::kDense : Density::kSparse;
      EXPECT_EQ(densityOf(values), present == 0 ? Density::kEmpty : sparse);
      StepSet steps_present(steps);
      steps_present.insertPresent(values, densityOf(values));
      EXPECT_TRUE(steps_present == expected);
    }
  }
}

TEST(StepCounts, CountDenseAndSparseSeries) {
  MemoryBudget budget(1000);
  StepCounts counts(budget);
  const std::vector<double> dense{1, 2, 3};
  const std::vector<double> sparse{1, kAbsent, 3};
  counts.add(3, Density::kDense, presentIn(dense));
  EXPECT_EQ(counts.uniform(), 1);
  counts.add(3, Density::kSparse, presentIn(sparse));
  counts.add(3, Density::kDense, presentIn(dense));
  EXPECT_EQ(counts.uniform(), std::nullopt);
  EXPECT_EQ(counts[0], 3);
  EXPECT_EQ(counts[1], 2);
}

}  // namespace
}  // namespace prome::engine
