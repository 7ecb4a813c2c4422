// Every framing and coding of a shard's answer, against every way in which it is passed on.
#include <gtest/gtest.h>

#include <tuple>
#include <vector>

#include "forward/series_order.h"
#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using Framing = ShardAnswer::Framing;
using Coding = ShardAnswer::Coding;
enum class Kind : std::uint8_t { kSpliced, kStored, kAnyShard };
enum class Asked : std::uint8_t { kIdentity, kGzip };

std::string nameOf(Framing framing) {
  return framing == Framing::kLength ? "Length" : framing == Framing::kChunked ? "Chunked" : "Close";
}

std::string nameOf(Kind kind) {
  return kind == Kind::kSpliced ? "Spliced" : kind == Kind::kStored ? "Stored" : "AnyShard";
}

using Case = std::tuple<Framing, Coding, Kind, Asked, std::size_t>;

class EveryFraming : public testing::TestWithParam<Case> {};

std::string caseName(const testing::TestParamInfo<Case>& info) {
  const auto& [framing, coding, kind, asked, series] = info.param;
  return nameOf(framing) + (coding == Coding::kGzip ? "Gzip" : "Plain") + nameOf(kind) +
         (asked == Asked::kGzip ? "ToGzip" : "ToPlain") + std::to_string(series);
}

TEST_P(EveryFraming, ReachesTheClientWhole) {
  const auto& [framing, coding, kind, asked, series] = GetParam();
  const std::string body = vectorBody(series);
  const ShardAnswer answered{.body = body, .framing = framing, .coding = coding, .chunk = 777};
  MemoryShard shard(say(answered));
  Router router(shard, kind == Kind::kStored ? "stored: true" : "");
  const std::string_view target = kind == Kind::kAnyShard ? "/api/v1/query?query=vector(1)&time=1" : kQueryA;
  TestClient client(router.port());
  for (int round = 0; round < 2; ++round) {
    client.send(get(target, asked == Asked::kGzip ? "Accept-Encoding: gzip\r\n" : ""));
    const Answer answer = client.answer();
    ASSERT_TRUE(answer.whole());
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.field("Content-Type"), "application/json");
    if (kind == Kind::kStored) {
      EXPECT_EQ(answer.body, codedBody(answered)) << "not byte for byte";
      EXPECT_EQ(answer.field("Content-Encoding"), coding == Coding::kGzip ? "gzip" : "<none>");
      continue;
    }
    const bool zipped = answer.field("Content-Encoding") == "gzip";
    EXPECT_EQ(zipped ? answer.unzipped() : answer.body, kind == Kind::kSpliced ? withCluster(body) : body);
    if (asked == Asked::kIdentity) {
      EXPECT_FALSE(zipped);
    }
    if (asked == Asked::kGzip && series > 20) {
      EXPECT_TRUE(zipped);
    }
  }
  EXPECT_EQ(shard.connections(), framing == Framing::kClose ? 2u : 1u);
}

INSTANTIATE_TEST_SUITE_P(All, EveryFraming,
                         testing::Combine(testing::Values(Framing::kLength, Framing::kChunked,
                                                          Framing::kClose),
                                          testing::Values(Coding::kIdentity, Coding::kGzip),
                                          testing::Values(Kind::kSpliced, Kind::kStored, Kind::kAnyShard),
                                          testing::Values(Asked::kIdentity, Asked::kGzip),
                                          testing::Values(std::size_t{0}, std::size_t{1}, std::size_t{5000})),
                         caseName);

TEST(Framing, ByteByByteWithEveryChunkSize) {
  const std::string body = vectorBody(3);
  MemoryShard shard(sayBody(body));
  Router router(shard);
  for (const std::size_t chunk : {1u, 2u, 3u, 13u, 100u}) {
    shard.setScript([&](const SeenRequest&, Peer& peer) {
      for (const char c : render({.body = body, .framing = Framing::kChunked, .chunk = chunk}))
        peer.send({&c, 1});
    });
    const Answer answer = router.get(kQueryA);
    EXPECT_TRUE(answer.whole()) << answer.head;
    EXPECT_EQ(answer.body, withCluster(body));
  }
  EXPECT_EQ(shard.connections(), 1u);
}

TEST(Framing, FieldsSurviveABodyThatComesLater) {
  // The body is read into the memory that the head was read into.
  const std::string bytes = render({.body = vectorBody(3), .fields = "X-One: 1\r\nX-Two: 2\r\n"});
  const auto body_at = bytes.find("\r\n\r\n") + 4;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    peer.send(std::string_view(bytes).substr(0, body_at));
    EXPECT_FALSE(peer.awaitHangUp(Milliseconds(50)));
    peer.send(std::string_view(bytes).substr(body_at));
  });
  Router router(shard);
  const Answer answer = router.get(kQueryA);
  EXPECT_EQ(answer.field("X-One"), "1") << answer.head;
  EXPECT_EQ(answer.field("X-Two"), "2");
  EXPECT_EQ(answer.field("Content-Type"), "application/json");
  EXPECT_EQ(answer.body, withCluster(vectorBody(3)));
}

TEST(Framing, SmallAnswersLeaveWithTheirLength) {
  MemoryShard shard(say({.body = vectorBody(2), .framing = Framing::kChunked}));
  Router router(shard);
  const Answer answer = router.get(kQueryA);
  EXPECT_EQ(answer.framing, Answer::Framing::kLength);
  EXPECT_EQ(answer.body, withCluster(vectorBody(2)));
}

TEST(Framing, ChunkExtensionsAndTrailersAreTakenOff) {
  const std::string body = vectorBody(1);
  std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: "
      "X-Sum\r\n\r\n";
  char size[16];
  std::snprintf(size, sizeof size, "%zx", body.size());
  bytes.append(size).append(";name=\"value\"\r\n").append(body).append("\r\n0;last\r\nX-Sum: 1\r\n\r\n");
  MemoryShard shard(sayRaw(bytes));
  Router router(shard);
  for (int round = 0; round < 2; ++round) {
    const Answer answer = router.get(kQueryA);
    EXPECT_TRUE(answer.whole());
    EXPECT_EQ(answer.body, withCluster(body));
    EXPECT_EQ(answer.field("X-Sum"), "<none>");
    EXPECT_EQ(answer.field("Trailer"), "<none>");
  }
  EXPECT_EQ(shard.connections(), 1u);
}

TEST(Framing, InterimAnswersAreSkipped) {
  const std::string answer_text = render({.body = vectorBody(1)});
  MemoryShard shard(
      sayRaw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer_text));
  Router router(shard);
  const Answer answer = router.get(kQueryA);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.interim, 0u);
  EXPECT_EQ(answer.field("Link"), "<none>");
  EXPECT_EQ(answer.body, withCluster(vectorBody(1)));
}

TEST(Framing, BytesBehindTheAnswerEndTheConnectionOnly) {
  MemoryShard shard(
      sayRaw(render({.body = vectorBody(1)}) + "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"));
  Router router(shard);
  TestClient client(router.port());
  for (int round = 0; round < 3; ++round)
    EXPECT_EQ(client.ask(get(kQueryA)).body, withCluster(vectorBody(1)));
  EXPECT_EQ(shard.connections(), 3u);
}

TEST(Framing, CompressedBothWaysIsPassedUntouchedWhereNothingIsSpliced) {
  // The shard's own coding of the bytes, not one made here: the gzip bytes are the same.
  const ShardAnswer answered{.body = vectorBody(500), .coding = Coding::kGzip};
  MemoryShard shard(say(answered));
  Router router(shard);
  const Answer answer = router.get("/api/v1/query?query=vector(1)&time=1", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(answer.body, codedBody(answered));
}

TEST(Framing, GzipIsAskedOfAShardOnlyWhereItPays) {
  MemoryShard plain(sayBody(vectorBody(1)));
  MemoryShard always(sayBody(vectorBody(1)));
  MemoryShard never(sayBody(vectorBody(1)));
  MemoryShard stored(sayBody(vectorBody(1)));
  Router router({.shards = {{"a", plain},
                            {"b", always, "compression: on"},
                            {"c", never, "compression: off"},
                            {"d", stored, "stored: true"}}});
  const auto accepted = [&](MemoryShard& shard, std::string_view name, std::string_view fields) {
    const Answer answer =
        router.get("/api/v1/query?query=up%7Bcluster%3D%22" + std::string(name) + "%22%7D&time=1", fields);
    EXPECT_EQ(answer.status, 200);
    return onlyField(shard.lastRequest().fields, "accept-encoding").value_or("<none>");
  };
  const std::string_view gzip = "Accept-Encoding: gzip, deflate\r\n";
  EXPECT_EQ(accepted(plain, "a", gzip), "identity");  // over loopback
  EXPECT_EQ(accepted(always, "b", gzip), "gzip");
  EXPECT_EQ(accepted(always, "b", ""), "gzip");
  EXPECT_EQ(accepted(never, "c", gzip), "identity");
  EXPECT_EQ(accepted(stored, "d", gzip), "gzip, deflate");  // byte for byte: what the client takes
  EXPECT_EQ(accepted(stored, "d", ""), "identity");
}

TEST(Framing, ClientsThatRefuseGzipGetNone) {
  MemoryShard shard(sayBody(vectorBody(1000)));
  Router router(shard);
  EXPECT_EQ(router.get(kQueryA, "Accept-Encoding: gzip;q=0\r\n").field("Content-Encoding"), "<none>");
  EXPECT_EQ(router.get(kQueryA, "Accept-Encoding: br, gzip;q=0.5\r\n").field("Content-Encoding"), "gzip");
  EXPECT_EQ(router.get(kQueryA, "Accept-Encoding: gzip\r\n").field("Vary"), "Accept-Encoding, Origin");
}

TEST(Framing, CompressionCanBeTurnedOff) {
  MemoryShard shard(sayBody(vectorBody(1000)));
  Router router({.shards = {{"a", shard}}, .http = "compress: false"});
  EXPECT_EQ(router.get(kQueryA, "Accept-Encoding: gzip\r\n").body, withCluster(vectorBody(1000)));
}

TEST(Framing, HeadOfAnythingHasNoBody) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  TestClient client(router.port());
  for (const auto* target : {"/metrics", "/-/healthy", "/api/v1/query?query=up"}) {
    client.send("HEAD " + std::string(target) + " HTTP/1.1\r\nHost: r\r\nAccept-Encoding: gzip\r\n\r\n" +
                get("/-/healthy"));
    EXPECT_TRUE(client.answer(Answer::To::kHead).whole()) << target;
    EXPECT_EQ(client.answer().body, "prome-route is Healthy.\n") << target;
  }
}

TEST(Framing, SeriesAnswersAreSpliced) {
  MemoryShard shard(say({.body = R"({"status":"success","data":[{"__name__":"up","instance":"x"},{}]})",
                         .framing = Framing::kChunked,
                         .chunk = 5}));
  Router router(shard);
  EXPECT_EQ(
      router.get("/api/v1/series?match[]=up%7Bcluster%3D%22a%22%7D").body,
      R"({"status":"success","data":[{"__name__":"up","cluster":"a","instance":"x"},{"cluster":"a"}]})");
}

TEST(Framing, ASeriesOwnLabelWins) {
  const std::string body =
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"cluster":"own"},"value":[1,"1"]}]}})";
  MemoryShard shard(sayBody(body));
  Router router(shard);
  EXPECT_EQ(router.get(kQueryA).body, body);
  EXPECT_EQ(router.metric(R"(prome_route_shard_foreign_labels_total{shard="a"})"), 1);
}

// The order of series.

std::string matrixBody(const std::vector<std::string>& label_sets) {
  std::string out;
  for (const auto& set : label_sets)
    out += (out.empty() ? "" : ",") + (R"({"metric":{)" + set + R"(},"values":[[1,"1"]]})");
  return R"({"status":"success","data":{"resultType":"matrix","result":[)" + out + "]}}";
}

TEST(Order, OfRangesIsThatOfTheLabels) {
  const std::string asked = matrixBody({R"("a":"1")", R"("a":"1","b":"1")", R"("a":"1","z":"1")"});
  const std::string sorted = matrixBody(
      {R"("a":"1","b":"1","cluster":"a")", R"("a":"1","cluster":"a")", R"("a":"1","cluster":"a","z":"1")"});
  MemoryShard shard([&](const SeenRequest&, Peer& peer) { peer.send(render({.body = asked, .chunk = 17})); });
  Router router(shard);
  EXPECT_EQ(router.get("/api/v1/query_range?query=x%7Bcluster%3D%22a%22%7D&start=1&end=2&step=1").body,
            sorted);
  EXPECT_EQ(router.get("/api/v1/query?query=x%7Bcluster%3D%22a%22%7D%5B1m%5D&time=1").body, sorted);
  // The order of an instant vector is its own: that of sort(), or none.
  EXPECT_EQ(router.get("/api/v1/query?query=x%7Bcluster%3D%22a%22%7D&time=1").body,
            matrixBody({R"("a":"1","cluster":"a")", R"("a":"1","b":"1","cluster":"a")",
                        R"("a":"1","cluster":"a","z":"1")"}));
  EXPECT_EQ(router.metric(R"(prome_route_shard_misplaced_series_total{shard="a"})"), 0);
}

TEST(Order, OfSeriesIsThatOfTheLabels) {
  MemoryShard shard(sayBody(R"({"status":"success","data":[{"a":"1"},{"a":"1","b":"1"},{"b":"1"}]})"));
  Router router(shard);
  EXPECT_EQ(router.get("/api/v1/series?match[]=x%7Bcluster%3D%22a%22%7D").body,
            R"({"status":"success","data":[{"a":"1","b":"1","cluster":"a"},{"a":"1","cluster":"a"},)"
            R"({"b":"1","cluster":"a"}]})");
}

TEST(Order, IsLostWhereTooMuchWouldBeHeld) {
  std::string large = R"("a":"1"},"values":[)";
  while (large.size() < forward::kMaxHeldSeriesBytes) large += R"([1,"1"],)";
  large += R"([1,"1"]]},{"metric":{"a":"1","b":"1")";
  MemoryShard shard(sayBody(matrixBody({large})));
  Router router(shard);
  const Answer answer = router.get("/api/v1/query_range?query=x%7Bcluster%3D%22a%22%7D&start=1&end=2&step=1");
  EXPECT_TRUE(answer.whole());
  EXPECT_LT(answer.body.find(R"({"a":"1","cluster")"), answer.body.find(R"({"a":"1","b")"));
  EXPECT_EQ(router.metric(R"(prome_route_shard_misplaced_series_total{shard="a"})"), 1);
}

}  // namespace
}  // namespace prome::hermetic
