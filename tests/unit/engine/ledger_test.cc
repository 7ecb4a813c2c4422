#include <gtest/gtest.h>

#include "engine/memory_budget.h"
#include "engine/sample_ledger.h"

namespace prome::engine {
namespace {

// One binary node over two leaves of 10 samples with 10 of its own: both leaves and the result are held.
TEST(SampleLedger, HoldsArgumentsBesideTheResult) {
  SampleLedger ledger(30);
  const auto node = ledger.add(SampleLedger::kRoot);
  const auto lhs = ledger.add(node);
  const auto rhs = ledger.add(node);
  ledger.count(lhs, 10);
  ledger.count(rhs, 10);
  ledger.count(node, 10);
  EXPECT_EQ(ledger.peak(), 30U);
  EXPECT_THROW(ledger.count(node, 1), EvaluationStopped);
}

TEST(SampleLedger, ForgetsArgumentsOnceTheirNodeIsDone) {
  SampleLedger ledger(100);
  const auto top = ledger.add(SampleLedger::kRoot);
  const auto first = ledger.add(top);
  const auto first_leaf = ledger.add(first);
  const auto second = ledger.add(top);
  ledger.count(first_leaf, 80);
  ledger.count(first, 1);
  ledger.count(second, 20);
  EXPECT_EQ(ledger.peak(), 81U);
}

TEST(SampleLedger, CountsOnlyTheLargestWindow) {
  SampleLedger ledger(15);
  const auto node = ledger.add(SampleLedger::kRoot);
  ledger.hold(node, 5);
  ledger.hold(node, 10);
  ledger.hold(node, 7);
  ledger.count(node, 5);
  EXPECT_EQ(ledger.peak(), 15U);
  EXPECT_THROW(ledger.hold(node, 11), EvaluationStopped);
}

}  // namespace
}  // namespace prome::engine
