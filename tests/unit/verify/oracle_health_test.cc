#include "verify/oracle_health.h"

#include <gtest/gtest.h>

#include "verify/log_allowance.h"

namespace prome::verify {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using News = OracleHealth::News;

const OracleHealth::Clock::time_point kStart{seconds(1000)};

TEST(OracleHealth, ToldWhereItChanges) {
  OracleHealth health;
  EXPECT_EQ(health.answered(), News::kNone);
  EXPECT_EQ(health.failed(kStart), News::kChanged);
  EXPECT_EQ(health.failed(kStart + seconds(1)), News::kNone);
  EXPECT_EQ(health.answered(), News::kChanged);
  EXPECT_EQ(health.answered(), News::kNone);
  EXPECT_EQ(health.failed(kStart + seconds(2)), News::kChanged);
}

TEST(OracleHealth, PausesDoubleUpToTheLongest) {
  OracleHealth health;
  auto now = kStart;
  for (const int pause : {1, 2, 4, 8, 16, 32, 60, 60}) {
    health.failed(now);
    EXPECT_EQ(health.quietUntil(), now + seconds(pause));
    now = health.quietUntil();
  }
  health.answered();
  EXPECT_LE(health.quietUntil(), kStart);
  health.failed(now);
  EXPECT_EQ(health.quietUntil(), now + kFirstPause);
}

TEST(OracleHealth, FailuresOfOneTimeAreOne) {
  OracleHealth health;
  health.failed(kStart);
  EXPECT_EQ(health.failed(kStart + milliseconds(999)), News::kNone);
  EXPECT_EQ(health.quietUntil(), kStart + kFirstPause);
}

TEST(LogAllowance, SoManyLinesAWindowThenCounted) {
  LogAllowance allowance(2, seconds(60));
  EXPECT_EQ(allowance.take(kStart), 0u);
  EXPECT_EQ(allowance.take(kStart + seconds(30)), 0u);
  EXPECT_EQ(allowance.take(kStart + seconds(31)), std::nullopt);
  EXPECT_EQ(allowance.take(kStart + milliseconds(59'999)), std::nullopt);
  EXPECT_EQ(allowance.take(kStart + seconds(60)), 2u);
  EXPECT_EQ(allowance.take(kStart + seconds(61)), 0u);
  EXPECT_EQ(allowance.take(kStart + seconds(62)), std::nullopt);
}

}  // namespace
}  // namespace prome::verify
