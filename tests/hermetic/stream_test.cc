// Answers that stream: first byte out when the first byte is in, back-pressure, constant memory, vanished
// clients.
#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

constexpr std::size_t kMiB = 1u << 20;

/// Resident memory of this process in bytes.
std::size_t residentBytes() {
  std::ifstream status("/proc/self/status");
  std::string word;
  while (status >> word) {
    std::size_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib * 1024;
  }
  return 0;
}

/// A long body, made as it is sent and checked as it is received: one block after the other, after an
/// opening and before a closing.
class Pattern {
 public:
  Pattern(std::string opening, std::string block, std::uint64_t blocks, std::string closing)
      : opening_(std::move(opening)),
        block_(std::move(block)),
        closing_(std::move(closing)),
        closing_at_(opening_.size() + blocks * block_.size()) {}

  /// Sends `size` bytes from `from` on; false if the peer went away.
  bool send(Peer& peer, std::uint64_t from, std::uint64_t size) const {
    while (size > 0) {
      const auto piece = at(from).substr(0, size);
      if (!peer.send(piece)) return false;
      from += piece.size();
      size -= piece.size();
    }
    return true;
  }
  /// The run of the pattern that starts at `offset`.
  std::string_view at(std::uint64_t offset) const {
    if (offset < opening_.size()) return std::string_view(opening_).substr(static_cast<std::size_t>(offset));
    if (offset >= closing_at_)
      return std::string_view(closing_).substr(static_cast<std::size_t>(offset - closing_at_));
    return std::string_view(block_).substr(
        static_cast<std::size_t>((offset - opening_.size()) % block_.size()));
  }
  std::uint64_t size() const { return closing_at_ + closing_.size(); }
  std::size_t openingSize() const { return opening_.size(); }
  std::size_t blockSize() const { return block_.size(); }

 private:
  std::string opening_;
  std::string block_;
  std::string closing_;
  std::uint64_t closing_at_;
};

/// Compares what passes with a pattern.
class PatternCheck {
 public:
  explicit PatternCheck(const Pattern& pattern) : pattern_(pattern) {}

  void take(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto expected = pattern_.at(offset_).substr(0, bytes.size());
      if (good_ && std::memcmp(bytes.data(), expected.data(), expected.size()) != 0) {
        good_ = false;
        ADD_FAILURE() << "differs within " << expected.size() << " bytes from " << offset_;
      }
      offset_ += expected.size();
      bytes.remove_prefix(expected.size());
    }
  }
  bool good() const { return good_; }

 private:
  const Pattern& pattern_;
  std::uint64_t offset_ = 0;
  bool good_ = true;
};

constexpr std::string_view kOpening = R"({"status":"success","data":{"resultType":"matrix","result":[)";

constexpr std::string_view kClosing =
    R"({"metric":{"__name__":"up","instance":"last"},"values":[[1,"1"]]}]}})";

/// About 64 KiB of series that end with a comma each.
std::string seriesBlock() {
  std::string out;
  for (int i = 0; out.size() < 65'000; ++i) {
    out += R"({"metric":{"__name__":"up","instance":")" + std::to_string(i) +
           R"("},"values":[[1,"1"],[2,"17.5"],[3,"NaN"]]},)";
  }
  return out;
}

Pattern plainPattern(std::uint64_t blocks) {
  return {std::string(kOpening), seriesBlock(), blocks, std::string(kClosing)};
}

Pattern splicedPattern(std::uint64_t blocks) {
  return {std::string(kOpening), withCluster(seriesBlock()), blocks, withCluster(kClosing)};
}

std::string lengthHead(std::uint64_t size) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(size) +
         "\r\n\r\n";
}

constexpr std::string_view kChunkedHead =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";

/// Sends the blocks in as many chunks, after one with the opening.
Script sayBlocks(const Pattern& pattern) {
  return [&pattern](const SeenRequest&, Peer& peer) {
    bool good = peer.send(kChunkedHead);
    for (std::uint64_t at = 0, size = pattern.openingSize(); good && at < pattern.size(); at += size) {
      if (at > 0) size = std::min<std::uint64_t>(pattern.blockSize(), pattern.size() - at);
      char line[24];
      std::snprintf(line, sizeof line, "%zx\r\n", static_cast<std::size_t>(size));
      good = peer.send(line) && pattern.send(peer, at, size) && peer.send("\r\n");
    }
    if (good) peer.send("0\r\n\r\n");
  };
}

// First byte.

struct FirstByteCase {
  std::string name;
  bool chunked;
  bool stored;
  bool gzip;  // to the client
};

class FirstByte : public testing::TestWithParam<FirstByteCase> {};

TEST_P(FirstByte, LeavesBeforeTheLastOneIsIn) {
  const auto& param = GetParam();
  const std::string body = vectorBody(40);
  const std::string first = body.substr(0, body.size() / 2);
  const std::string rest = body.substr(first.size());
  Event seen;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    if (!param.chunked) {
      peer.send(lengthHead(body.size()) + first);
      EXPECT_TRUE(seen.await());
      peer.send(rest);
      return;
    }
    const std::string opening = chunked(first, first.size());
    peer.send(std::string(kChunkedHead) + opening.substr(0, opening.size() - 5));
    EXPECT_TRUE(seen.await());
    peer.send(chunked(rest, rest.size()));
  });
  Router router(shard, param.stored ? "stored: true" : "");
  const std::string expected = param.stored ? body : withCluster(body);
  TestClient client(router.port());
  client.send(get(kQueryA, param.gzip ? "Accept-Encoding: gzip\r\n" : ""));
  Answer answer;
  // All that has come in has gone out, but for a name or opening that is cut by the end of the piece.
  client.read(answer, param.gzip ? 50 : first.size() - 100);
  EXPECT_EQ(answer.ending, Answer::Ending::kRunning);
  EXPECT_GE(answer.body_size, param.gzip ? 50u : first.size() - 100);
  if (!param.gzip) {
    EXPECT_EQ(answer.body, expected.substr(0, answer.body.size()));
  }
  seen.set();
  client.finish(answer);
  ASSERT_TRUE(answer.whole());
  EXPECT_EQ(param.gzip ? answer.unzipped() : answer.body, expected);
}

INSTANTIATE_TEST_SUITE_P(All, FirstByte,
                         testing::Values(FirstByteCase{"LengthSpliced", false, false, false},
                                         FirstByteCase{"LengthStored", false, true, false},
                                         FirstByteCase{"ChunkedSpliced", true, false, false},
                                         FirstByteCase{"ChunkedStored", true, true, false},
                                         FirstByteCase{"ChunkedSplicedToGzip", true, false, true}),
                         ByName());

TEST(FirstByteOfGzip, IsUnpackedAsItComes) {
  const std::string body = vectorBody(3000);
  const std::string packed = gzipped(body);
  Event seen;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: " +
        std::to_string(packed.size()) + "\r\n\r\n" + packed.substr(0, packed.size() / 2));
    EXPECT_TRUE(seen.await());
    peer.send(packed.substr(packed.size() / 2));
  });
  Router router(shard);
  TestClient client(router.port());
  client.send(get(kQueryA));
  Answer answer;
  client.read(answer, 1000);
  EXPECT_GE(answer.body_size, 1000u);
  seen.set();
  client.finish(answer);
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(answer.body, withCluster(body));
}

// Back-pressure and memory.

TEST(BackPressure, ASlowClientHoldsTheShardBack) {
  constexpr std::uint64_t kBlocks = (kSanitized ? 24 : 96) * kMiB / 65'000;
  constexpr std::uint64_t kHeldBack = 20 * kMiB;  // socket buffers on the way, generously
  const Pattern pattern = plainPattern(kBlocks);
  const Pattern spliced = splicedPattern(kBlocks);
  std::atomic<std::uint64_t> sent{0};
  Event stuck;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    const std::uint64_t size = pattern.size();
    peer.send(lengthHead(size));
    for (std::uint64_t at = 0; at < size; at = sent) {
      // Nothing goes out for a while: the router has stopped reading.
      if (!peer.awaitRoom(Milliseconds(300))) stuck.set();
      const auto piece = pattern.at(at).substr(0, std::min<std::uint64_t>(size - at, 16'384));
      if (!peer.send(piece)) return;
      sent += piece.size();
    }
  });
  Router router(shard);
  const std::size_t before = residentBytes();
  TestClient client(router.port(), {.receive_buffer = 64 << 10});
  client.send(get(kQueryA));
  ASSERT_TRUE(stuck.await());
  EXPECT_LT(sent, std::min<std::uint64_t>(kHeldBack, pattern.size()));
  if (!kSanitized) {
    EXPECT_LT(residentBytes(), before + 8 * kMiB);
  }
  PatternCheck check(spliced);
  Answer answer;
  answer.consume = [&](std::string_view bytes) { check.take(bytes); };
  client.finish(answer, 4 * kPatience);
  EXPECT_TRUE(answer.whole());
  EXPECT_TRUE(check.good());
  EXPECT_EQ(answer.body_size, spliced.size());
}

/// Passes a large answer and checks how much memory grew meanwhile.
void passLargeAnswer(Router& router, const Pattern& expected, std::string_view target = kQueryA) {
  TestClient client(router.port());
  client.send(get(target));
  PatternCheck check(expected);
  Answer answer;
  answer.consume = [&](std::string_view bytes) { check.take(bytes); };
  client.read(answer, kMiB);
  const std::size_t before = residentBytes();
  std::size_t most = before;
  while (answer.ending == Answer::Ending::kRunning && answer.body_size < expected.size()) {
    const auto had = answer.body_size;
    client.read(answer, had + 64 * kMiB);
    most = std::max(most, residentBytes());
    ASSERT_GT(answer.body_size, had);
  }
  client.finish(answer);
  EXPECT_TRUE(answer.whole());
  EXPECT_TRUE(check.good());
  EXPECT_EQ(answer.body_size, expected.size());
  if (!kSanitized) {
    EXPECT_LE(most - before, 16 * kMiB);
  }
}

constexpr std::uint64_t kGigabyteOfBlocks = (kSanitized ? 32 * kMiB : std::uint64_t{1} << 30) / 65'000;

TEST(ConstantMemory, AGigabytePassesUntouched) {
  const Pattern pattern = plainPattern(kGigabyteOfBlocks);
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    const auto size = pattern.size();
    if (peer.send(lengthHead(size))) pattern.send(peer, 0, size);
  });
  Router router(shard, "stored: true");
  passLargeAnswer(router, pattern);
}

TEST(ConstantMemory, AGigabyteInChunksIsSpliced) {
  const Pattern pattern = plainPattern(kGigabyteOfBlocks);
  MemoryShard shard(sayBlocks(pattern));
  Router router(shard);
  passLargeAnswer(router, splicedPattern(kGigabyteOfBlocks));
}

TEST(ConstantMemory, OneSeriesOfAGigabyteIsNotHeld) {
  // Its labels end with the spliced one: it waits for what could go before it, up to a limit.
  std::string samples;
  while (samples.size() < 65'000) samples += R"([1,"17.5"],)";
  const auto of = [&](const std::string& labels) {
    return Pattern(std::string(kOpening) + R"({"metric":{)" + labels + R"(},"values":[)", samples,
                   kGigabyteOfBlocks, R"([1,"1"]]}]}})");
  };
  const Pattern pattern = of(R"("__name__":"up")");
  MemoryShard shard(sayBlocks(pattern));
  Router router(shard);
  const std::string range = "/api/v1/query_range?query=up%7Bcluster%3D%22a%22%7D&start=1&end=2&step=1";
  passLargeAnswer(router, of(R"("__name__":"up","cluster":"a")"), range);
}

TEST(ConstantMemory, AGzipBombIsUnpackedPieceByPiece) {
  // 64 MiB of one series' samples, a few dozen KiB packed.
  std::string body =
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"instance":"x"},"values":[[1,"1"])";
  while (body.size() < (kSanitized ? 8 : 64) * kMiB) body += R"(,[1,"1"])";
  body += "]}]}}";
  const std::string bytes = render({.body = body, .coding = ShardAnswer::Coding::kGzip});
  MemoryShard shard(sayRaw(bytes));
  Router router(shard);
  TestClient client(router.port(), {.receive_buffer = 64 << 10});
  const std::size_t before = residentBytes();
  client.send(get(kQueryA));
  std::uint64_t size = 0;
  Answer answer;
  answer.consume = [&](std::string_view piece) { size += piece.size(); };
  client.finish(answer);
  EXPECT_TRUE(answer.whole());
  EXPECT_EQ(size, body.size() + std::string_view(R"("cluster":"a",)").size());
  if (!kSanitized) {
    EXPECT_LE(residentBytes(), before + 16 * kMiB);
  }
}

// Vanished clients.

enum class Vanishing : std::uint8_t { kEnd, kReset };

class ClientGone : public testing::TestWithParam<Vanishing> {
 protected:
  void vanish(TestClient& client) {
    if (GetParam() == Vanishing::kEnd)
      client.close();
    else
      client.reset();
  }
};

TEST_P(ClientGone, WhileWaitingCancelsTheShardsRequest) {
  Event asked;
  Event hung_up;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    asked.set();
    if (peer.awaitHangUp()) hung_up.set();
    peer.close();
  });
  Router router(shard);
  TestClient client(router.port());
  client.send(get(kQueryA));
  ASSERT_TRUE(asked.await());
  vanish(client);
  EXPECT_TRUE(hung_up.await(Milliseconds(1000)));
  EXPECT_EQ(router.get("/-/healthy").status, 200);
}

TEST_P(ClientGone, WhileTheShardPausesCancelsTheShardsRequest) {
  Event hung_up;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send(lengthHead(100'000) + vectorBody(3));
    if (peer.awaitHangUp()) hung_up.set();
    peer.close();
  });
  Router router(shard);
  TestClient client(router.port());
  client.send(get(kQueryA));
  Answer answer;
  client.read(answer, 50);
  vanish(client);
  EXPECT_TRUE(hung_up.await(Milliseconds(1000)));
}

TEST_P(ClientGone, WhileStreamingCancelsTheShardsRequest) {
  Event hung_up;
  const Pattern pattern = plainPattern(std::uint64_t{1} << 30);
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send(lengthHead(std::uint64_t{1} << 40));
    if (!pattern.send(peer, 0, std::uint64_t{1} << 40)) hung_up.set();
    peer.close();
  });
  Router router(shard);
  TestClient client(router.port());
  client.send(get(kQueryA));
  Answer answer;
  client.read(answer, 10'000);
  vanish(client);
  EXPECT_TRUE(hung_up.await(Milliseconds(1000)));
}

TEST_P(ClientGone, WhileBlockedCancelsTheShardsRequest) {
  Event stuck;
  Event hung_up;
  const Pattern pattern = plainPattern(std::uint64_t{1} << 30);
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send(lengthHead(std::uint64_t{1} << 40));
    while (true) {
      if (!peer.awaitRoom(Milliseconds(300))) stuck.set();
      if (!pattern.send(peer, 0, 16'384)) break;
    }
    hung_up.set();
    peer.close();
  });
  Router router({.shards = {{"a", shard, "stored: true"}}});
  TestClient client(router.port());
  client.send(get(kQueryA));
  ASSERT_TRUE(stuck.await());
  vanish(client);
  EXPECT_TRUE(hung_up.await(Milliseconds(1000)));
}

INSTANTIATE_TEST_SUITE_P(All, ClientGone, testing::Values(Vanishing::kEnd, Vanishing::kReset),
                         [](const auto& of) { return of.param == Vanishing::kEnd ? "Closed" : "Reset"; });

}  // namespace
}  // namespace prome::hermetic
