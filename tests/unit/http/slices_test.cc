#include "http/slices.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

namespace prome::http {
namespace {

class SliceSinkTest : public testing::Test {
 protected:
  std::string text() {
    std::string out;
    for (const iovec& slice : sink_.slices())
      out.append(static_cast<const char*>(slice.iov_base), slice.iov_len);
    return out;
  }

  alignas(iovec) std::array<char, SliceSink::kMinScratch> scratch_{};
  SliceSink sink_{scratch_};
};

TEST_F(SliceSinkTest, StartsEmpty) {
  EXPECT_TRUE(sink_.empty());
  EXPECT_FALSE(sink_.full());
  EXPECT_EQ(sink_.slices().size(), 0U);
  sink_.append("");
  EXPECT_TRUE(sink_.empty());
}

TEST_F(SliceSinkTest, ShortRunsAreCopiedTogetherLongOnesReferenced) {
  std::string shorter(SliceSink::kCopyBelow - 1, 's');
  std::string longer(SliceSink::kCopyBelow, 'l');
  sink_.append("ab");
  sink_.append(shorter);
  sink_.append(longer);
  sink_.append("z");
  ASSERT_EQ(sink_.slices().size(), 3U);
  EXPECT_EQ(sink_.slices()[1].iov_base, longer.data());
  EXPECT_EQ(sink_.size(), 2 + shorter.size() + longer.size() + 1);
  const std::string expected = "ab" + shorter + longer + "z";
  shorter.assign(shorter.size(), 'X');  // copies do not follow
  EXPECT_EQ(text(), expected);
  sink_.clear();
  EXPECT_TRUE(sink_.empty());
  sink_.append("c");
  EXPECT_EQ(text(), "c");
}

TEST_F(SliceSinkTest, FullComesInTime) {
  std::mt19937 random(1);
  const std::string source(3 * SliceSink::kCopyBelow, 'q');
  for (int round = 0; round < 200; ++round) {
    sink_.clear();
    std::string expected;
    std::size_t appends = 0;
    while (!sink_.full()) {
      for (int i = 0; i < 4; ++i) {  // the promise: a handful after full() said no
        const std::size_t size = random() % (round % 2 == 0 ? source.size() : 3);
        sink_.append(source.data(), size);
        expected.append(source, 0, size);
        ++appends;
      }
      ASSERT_LE(sink_.slices().size(), SliceSink::kMaxSlices);
    }
    EXPECT_GT(appends, 3U);
    EXPECT_EQ(sink_.size(), expected.size());
    EXPECT_EQ(text(), expected);
  }
}

}  // namespace
}  // namespace prome::http
