#include "http/chunked.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace prome::http {
namespace {

struct Decoded {
  std::string payload;
  ChunkDecoder::State state = ChunkDecoder::State::kRunning;
  std::size_t rest = 0;  // bytes not taken

  friend bool operator==(const Decoded&, const Decoded&) = default;
};

/// Feeds `pieces` one after the other, as long as the decoder runs.
Decoded decode(std::initializer_list<std::string_view> pieces) {
  ChunkDecoder decoder;
  Decoded out;
  for (std::string_view piece : pieces) {
    while (!piece.empty() && decoder.state() == ChunkDecoder::State::kRunning)
      out.payload += decoder.next(piece);
    out.rest += piece.size();
  }
  out.state = decoder.state();
  return out;
}

Decoded done(std::string payload, std::size_t rest = 0) {
  return {std::move(payload), ChunkDecoder::State::kDone, rest};
}

bool isBad(std::string_view text) {
  return decode({text}).state == ChunkDecoder::State::kBad;
}

constexpr std::string_view kMessage =
    "5;a=\"b\"\r\nhello\r\n00A \t\r\n, wor\r\nld!\r\n0;x\r\nTrailer: 1\r\nT2:\r\n\r\nnext";

TEST(ChunkDecoder, AllSplitsAreTheSame) {
  const Decoded whole = decode({kMessage});
  EXPECT_EQ(whole, done("hello, wor\r\nld!", 4));
  for (std::size_t i = 0; i <= kMessage.size(); ++i) {
    for (std::size_t j = i; j <= kMessage.size(); ++j) {
      EXPECT_EQ(decode({kMessage.substr(0, i), kMessage.substr(i, j - i), kMessage.substr(j)}), whole)
          << i << " " << j;
    }
  }
}

TEST(ChunkDecoder, EveryPrefixRuns) {
  const auto end = kMessage.size() - 4;
  for (std::size_t i = 0; i < end; ++i) {
    EXPECT_EQ(decode({kMessage.substr(0, i)}).state, ChunkDecoder::State::kRunning) << i;
  }
  EXPECT_EQ(decode({kMessage.substr(0, end)}).state, ChunkDecoder::State::kDone);
}

TEST(ChunkDecoder, Sizes) {
  EXPECT_EQ(decode({"0\r\n\r\n"}), done(""));
  EXPECT_EQ(decode({"000\r\n\r\n"}), done(""));
  EXPECT_EQ(decode({"a\r\n0123456789\r\n0\r\n\r\n"}), done("0123456789"));
  EXPECT_EQ(decode({"fFFFFFFFFFFFFF\r\nx"}).payload, "x");
  EXPECT_FALSE(isBad("00000000000001\r\nx"));
  for (const std::string_view bad :
       {"fffffffffffffff\r\n", "000000000000001\r\n", "\r\n", ";x\r\n", " 1\r\n", "+1\r\n", "-1\r\n",
        "0x1\r\n", "g\r\n", "1\n", "1\rx", "1;a\n", "1,1\r\n"}) {
    EXPECT_TRUE(isBad(bad)) << bad;
  }
}

TEST(ChunkDecoder, EndsOfChunks) {
  for (const std::string_view bad :
       {"1\r\nxy\r\n", "1\r\nx\n", "1\r\nx\ry", "1\r\n\r\n\r\nx", "0\r\n\n", "0\r\n\rx", "0\r\n folded\r\n",
        "0\r\n\tfolded\r\n", "0\r\nT: 1\n", "0\r\nT: 1\rx", "0\r\nT\x01\r\n", "1;\x01\r\n"}) {
    EXPECT_TRUE(isBad(bad)) << bad;
  }
}

TEST(ChunkDecoder, NothingIsTakenAfterTheEnd) {
  ChunkDecoder decoder;
  std::string_view bad = "x1\r\n";
  EXPECT_EQ(decoder.next(bad), "");
  EXPECT_EQ(decoder.state(), ChunkDecoder::State::kBad);
  std::string_view more = "1\r\nx";
  EXPECT_EQ(decoder.next(more), "");
  EXPECT_EQ(more.size(), 4U);
}

/// `;` and the first `x` of a trailer line count too where they are skipped; payload does not.
TEST(ChunkDecoder, OverheadIsBounded) {
  const std::string full(kMaxChunkOverhead, 'x');
  EXPECT_EQ(decode({"0;" + full + "\r\n\r\n"}), done(""));
  EXPECT_TRUE(isBad("0;" + full + "x\r\n\r\n"));
  EXPECT_EQ(decode({"0\r\n" + full + "\r\n\r\n"}), done(""));
  EXPECT_TRUE(isBad("0\r\nx" + full + "\r\n\r\n"));
  EXPECT_TRUE(isBad("1;x\r\n" + std::string("a\r\n0\r\n") + full + "\r\n"));
  std::string many;
  for (std::size_t i = 0; i < kMaxChunkOverhead; ++i) many += "1;y\r\na\r\n";
  EXPECT_FALSE(isBad(many));
  EXPECT_TRUE(isBad(many + "1;y\r\n"));
}

}  // namespace
}  // namespace prome::http
