#include "engine/column.h"

#include <gtest/gtest.h>

namespace prome::engine {
namespace {

TEST(ColumnPool, GivesAbsentColumnsAndTakesThemBack) {
  MemoryBudget budget(8 * 3 * sizeof(double));
  {
    ColumnPool pool(budget);
    Column first = pool.absent(8);
    EXPECT_TRUE(isAbsent(first[0]));
    EXPECT_TRUE(isAbsent(first[7]));
    const double* memory = first.values().data();
    first.reset();
    EXPECT_EQ(pool.uninitialized(8).values().data(), memory);
    EXPECT_EQ(budget.used(), 8 * sizeof(double));
  }
  EXPECT_EQ(budget.used(), 0U);
}

TEST(ColumnPool, StopsTheEvaluationWhereTheBudgetEnds) {
  MemoryBudget process(16 * sizeof(double));
  MemoryBudget budget(1 << 20, &process);
  ColumnPool pool(budget);
  const Column held = pool.absent(16);
  EXPECT_THROW(pool.absent(1), EvaluationStopped);
  EXPECT_EQ(budget.used(), 16 * sizeof(double));
}

TEST(Absent, IsNotWhatArithmeticGives) {
  EXPECT_TRUE(isAbsent(model::kStaleNaN)) << "a stale sample is an absent one";
  EXPECT_FALSE(isAbsent(0.0 / model::kNormalNaN));
  EXPECT_FALSE(isAbsent(model::kNormalNaN));
}

}  // namespace
}  // namespace prome::engine
