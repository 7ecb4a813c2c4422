// What a client sees of a shard that answers with an error, answers nonsense, or breaks off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::HasSubstr;

// The shard's own errors.

struct OwnError {
  std::string name;
  int status;
  std::string content_type;
  std::string body;
};

class OwnErrors : public testing::TestWithParam<OwnError> {};

TEST_P(OwnErrors, ReachTheClientAsTheyAre) {
  const auto& param = GetParam();
  MemoryShard shard(sayBody("{}"));
  Router router(shard);
  for (const auto framing :
       {ShardAnswer::Framing::kLength, ShardAnswer::Framing::kChunked, ShardAnswer::Framing::kClose}) {
    for (const auto coding : {ShardAnswer::Coding::kIdentity, ShardAnswer::Coding::kGzip}) {
      if (param.body.empty() && coding == ShardAnswer::Coding::kGzip) continue;
      shard.setScript(say({.status = param.status,
                           .body = param.body,
                           .framing = framing,
                           .coding = coding,
                           .chunk = 9,
                           .content_type = param.content_type,
                           .fields = "X-Why: this\r\n"}));
      const Answer answer = router.get(kQueryA);
      EXPECT_TRUE(answer.whole());
      EXPECT_EQ(answer.status, param.status);
      EXPECT_EQ(answer.body, param.body);
      EXPECT_EQ(answer.field("Content-Type"), param.content_type);
      EXPECT_EQ(answer.field("X-Why"), "this");
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, OwnErrors,
    testing::Values(OwnError{"BadData", 400, "application/json",
                             R"({"status":"error","errorType":"bad_data","error":"1:5: parse error"})"},
                    OwnError{"Execution", 422, "application/json",
                             R"({"status":"error","errorType":"execution","error":"many-to-many"})"},
                    OwnError{"Timeout", 503, "application/json",
                             R"({"status":"error","errorType":"timeout","error":"query timed out"})"},
                    OwnError{"Starting", 503, "text/plain", "Service Unavailable"},
                    OwnError{"Gateway", 502, "text/html", "<html>bad gateway</html>"},
                    OwnError{"Unauthorized", 401, "text/plain", "Unauthorized\n"},
                    OwnError{"Moved", 302, "text/html", "<a href=\"/login\">Found</a>"},
                    OwnError{"Silent", 500, "text/plain", ""}),
    ByName());

TEST(OwnErrors, WithoutABody) {
  MemoryShard shard(sayRaw("HTTP/1.1 204 No Content\r\n\r\n"));
  Router router(shard);
  TestClient client(router.port());
  for (int round = 0; round < 2; ++round) {
    const Answer answer = client.ask(get(kQueryA));
    EXPECT_TRUE(answer.whole());
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.field("Content-Length"), "<none>");
  }
  EXPECT_EQ(shard.connections(), 1u);
}

// Before the first byte.

struct Nonsense {
  std::string name;
  Script script;
  std::string why;  // part of the message
};

class BeforeTheFirstByte : public testing::TestWithParam<Nonsense> {};

TEST_P(BeforeTheFirstByte, IsUnavailableAndNamesTheShard) {
  MemoryShard shard(GetParam().script);
  Router router(shard);
  TestClient client(router.port());
  for (const auto& request : {get(kQueryA), post("/api/v1/query", "query=up%7Bcluster%3D%22a%22%7D")}) {
    client.send(request);
    const Answer answer = client.answer();
    ASSERT_TRUE(answer.whole());
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.field("Content-Type"), "application/json");
    const auto [type, message] = errorOf(answer);
    EXPECT_EQ(type, "unavailable");
    EXPECT_THAT(message, HasSubstr("shard \"a\" (" + shard.url() + ")"));
    EXPECT_THAT(message, HasSubstr(GetParam().why));
  }
  // The connection to the client is as good as before.
  EXPECT_EQ(client.ask(get("/-/healthy")).status, 200);
  EXPECT_GE(router.metric(R"(prome_route_shard_requests_total{outcome="failed",shard="a"})"), 2);
}

constexpr const char* kOk = "HTTP/1.1 200 OK\r\n";

Script sayHead(const std::string& fields, const std::string& body = "{}") {
  return sayRawAndClose(kOk + fields + "\r\n" + body);
}

INSTANTIATE_TEST_SUITE_P(
    All, BeforeTheFirstByte,
    testing::Values(
        Nonsense{"Closed", sayRawAndClose(""), "closed"}, Nonsense{"Reset", sayRawAndReset(""), "closed"},
        Nonsense{"ClosedInStatusLine", sayRawAndClose("HTTP/1.1 20"), "within the head"},
        Nonsense{"ClosedInHead", sayRawAndClose("HTTP/1.1 200 OK\r\nContent-Ty"), "within the head"},
        Nonsense{"ResetInHead", sayRawAndReset("HTTP/1.1 200 OK\r\nContent-Ty"), "shard"},
        Nonsense{"ClosedAfterHead", sayRawAndClose("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"),
                 "within the answer"},
        Nonsense{"ClosedAfterInterim", sayRawAndClose("HTTP/1.1 100 Continue\r\n\r\n"), "closed"},
        Nonsense{"NotHttp", sayRawAndClose("SSH-2.0-OpenSSH_9.2\r\n"), "malformed answer"},
        Nonsense{"Http2", sayRawAndClose("HTTP/2 200\r\n\r\n"), "malformed answer"},
        Nonsense{"BadStatus", sayRawAndClose("HTTP/1.1 2x0 OK\r\n\r\n{}"), "malformed status line"},
        Nonsense{"Html", say({.body = "<html>log in</html>", .content_type = "text/html"}), "not JSON"},
        Nonsense{"HtmlClaimedJson", sayBody("<!doctype html>"), "not JSON"},
        Nonsense{"JsonArray", sayBody("[1,2]"), "not JSON"},
        Nonsense{"BrokenJson", sayBody(R"({"status":"success","data":{"result":[}]})"), "JSON"},
        Nonsense{"ShortJson", sayBody(vectorBody(2).substr(0, vectorBody(2).size() - 2)), "whole"},
        Nonsense{"TextClaimed", say({.body = vectorBody(1), .content_type = "text/plain"}), "not JSON"},
        Nonsense{"Empty", sayBody(""), "empty"},
        Nonsense{"EmptyChunked", say({.body = "", .framing = ShardAnswer::Framing::kChunked}), "empty"},
        Nonsense{"EmptyClose", say({.body = "", .framing = ShardAnswer::Framing::kClose}), "shard"},
        Nonsense{"BothLengths", sayHead("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
                 "malformed answer"},
        Nonsense{"TwoLengths", sayHead("Content-Length: 2\r\nContent-Length: 2\r\n"),
                 "repeated Content-Length"},
        Nonsense{"ListedLength", sayHead("Content-Length: 2, 2\r\n"), "bad Content-Length"},
        Nonsense{"NegativeLength", sayHead("Content-Length: -2\r\n"), "bad Content-Length"},
        Nonsense{"HugeLength", sayHead("Content-Length: 99999999999999999999\r\n"), "bad Content-Length"},
        Nonsense{"FoldedField", sayHead("X-A: 1\r\n 2\r\nContent-Length: 2\r\n"), "folded"},
        Nonsense{"BareLf", sayHead("X-A: 1\nContent-Length: 2\r\n"), "control character"},
        Nonsense{"SpaceInName", sayHead("Content-Length : 2\r\n"), "malformed header name"},
        Nonsense{"OtherTransferCoding", sayHead("Transfer-Encoding: gzip, chunked\r\n"), "Transfer-Encoding"},
        Nonsense{"BadChunkSize", sayHead("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n0\r\n\r\n"),
                 "malformed chunk"},
        Nonsense{"ChunkWithoutEnd", sayHead("Transfer-Encoding: chunked\r\n", "2\r\n{}5\r\n"),
                 "malformed chunk"},
        Nonsense{"HugeChunkSize", sayHead("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n{}"),
                 "malformed chunk"},
        Nonsense{"HugeHead", sayHead("X-Filler: " + std::string(70'000, 'x') + "\r\nContent-Length: 2\r\n"),
                 "too large"},
        Nonsense{"EndlessHead", sayRawAndStall(kOk + ("X-Filler: " + std::string(70'000, 'x'))), "too large"},
        Nonsense{"ManyFields", sayHead([] {
                   std::string fields;
                   for (int i = 0; i < 200; ++i) fields += "X-" + std::to_string(i) + ": 1\r\n";
                   return fields;
                 }()),
                 "too many header fields"},
        Nonsense{"ManyInterims", sayRawAndClose([] {
                   std::string heads;
                   for (int i = 0; i < 50; ++i) heads += "HTTP/1.1 100 Continue\r\n\r\n";
                   return heads + render({.body = "{}"});
                 }()),
                 "malformed answer"},
        Nonsense{"UnknownCoding", sayHead("Content-Encoding: br\r\nContent-Length: 2\r\n"),
                 "content encoding"},
        Nonsense{"NotGzip", sayHead("Content-Encoding: gzip\r\nContent-Length: 2\r\n"), "gzip"},
        Nonsense{"TruncatedGzip",
                 sayHead("Content-Encoding: gzip\r\nContent-Length: 10\r\n",
                         gzipped("{\"status\":1}").substr(0, 10)),
                 "whole"}),
    ByName());

TEST(BeforeTheFirstByteTest, HeadAtItsLimitPasses) {
  const std::string rest = "\r\nContent-Length: 2\r\n\r\n";
  const std::string start = std::string(kOk) + "X-Filler: ";
  const auto headOf = [&](std::size_t size) {
    return start + std::string(size - start.size() - rest.size(), 'x') + rest + "{}";
  };
  MemoryShard shard(sayRaw(headOf(2048)));
  Router router({.shards = {{"a", shard}}, .client = "max_head_bytes: 2KiB"});
  EXPECT_EQ(router.get(kQueryA).status, 200);
  shard.setScript(sayRaw(headOf(2049)));
  EXPECT_EQ(router.get(kQueryA).status, 503);
}

TEST(BeforeTheFirstByteTest, ARefusedConnection) {
  const ClosedPort closed;
  Router router({.shards = {{"a", {closed.address()}}}});
  const Answer answer = router.get(kQueryA);
  EXPECT_EQ(answer.status, 503);
  const auto [type, message] = errorOf(answer);
  EXPECT_EQ(type, "unavailable");
  EXPECT_THAT(message, HasSubstr("shard \"a\" (http://" + closed.address() + ")"));
  EXPECT_THAT(message, HasSubstr("refused"));
}

TEST(BeforeTheFirstByteTest, AnUnknownName) {
  Router router({.shards = {{"a", {"nowhere.invalid:9090"}}}});
  const auto [type, message] = errorOf(router.get(kQueryA));
  EXPECT_EQ(type, "unavailable");
  EXPECT_THAT(message, HasSubstr("nowhere.invalid"));
}

// After the first byte.

struct Break {
  std::string name;
  std::string fields;  // of the shard's head
  std::string first;   // seen by the client before the break
  std::string then;
  enum class End : std::uint8_t { kClose, kReset, kStall } end = End::kClose;
  std::string keys = {};  // of the shard's configuration
};

class AfterTheFirstByte : public testing::TestWithParam<Break> {
 protected:
  AfterTheFirstByte()
      : shard_([this](const SeenRequest&, Peer& peer) {
          const Break& param = GetParam();
          peer.send(kOk + param.fields + "\r\n" + param.first);
          EXPECT_TRUE(seen_.await());
          peer.send(param.then);
          if (param.end == Break::End::kReset) peer.reset();
          if (param.end == Break::End::kStall) peer.awaitHangUp();
          peer.close();
        }) {}

  /// Asks, lets the shard break once a part of the answer is here, and reads on.
  Answer askAndBreak(TestClient& client, const std::string& request) {
    client.send(request);
    Answer answer;
    client.read(answer, 500);
    EXPECT_GE(answer.body_size, 500u);
    EXPECT_EQ(answer.status, 200);
    seen_.set();
    client.finish(answer);
    return answer;
  }

  Event seen_;
  MemoryShard shard_;
  Router router_{{.shards = {{"a", shard_, GetParam().keys}}, .client = "idle_timeout: 200ms"}};
};

TEST_P(AfterTheFirstByte, TheClientIsCut) {
  TestClient client(router_.port());
  const Answer answer = askAndBreak(client, get(kQueryA));
  EXPECT_EQ(answer.ending, Answer::Ending::kCut);
  EXPECT_TRUE(client.awaitClose());
  EXPECT_EQ(router_.metric(R"(prome_route_shard_requests_total{outcome="failed",shard="a"})"), 1);
}

TEST_P(AfterTheFirstByte, AnHttp10ClientIsReset) {
  TestClient client(router_.port());
  const Answer answer = askAndBreak(client, "GET " + std::string(kQueryA) + " HTTP/1.0\r\n\r\n");
  EXPECT_EQ(answer.ending, Answer::Ending::kCut);
  if (answer.framing == Answer::Framing::kClose) {
    EXPECT_TRUE(answer.reset) << "a mere end would pass for the answer's";
  }
}

TEST_P(AfterTheFirstByte, AGzipClientIsCut) {
  TestClient client(router_.port());
  client.send(get(kQueryA, "Accept-Encoding: gzip\r\n"));
  Answer answer;
  client.read(answer, 50);
  seen_.set();
  client.finish(answer);
  EXPECT_EQ(answer.ending, Answer::Ending::kCut);
}

const std::string kSome = vectorBody(40);
const std::string kHalf = kSome.substr(0, kSome.size() / 2);
const std::string kOther = kSome.substr(kSome.size() / 2);
constexpr const char* kChunks = "Transfer-Encoding: chunked\r\n";

std::string lengthOf(std::size_t size) {
  return "Content-Length: " + std::to_string(size) + "\r\n";
}

std::string openChunks(const std::string& text) {
  const std::string whole = chunked(text, text.size());
  return whole.substr(0, whole.size() - 5);  // without the last chunk
}

/// Text that gzip cannot make small.
std::string noise(std::size_t size) {
  std::string out = R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"instance":")";
  std::uint32_t state = 1;
  while (out.size() < size) {
    state = state * 1664525 + 1013904223;
    out += static_cast<char>('a' + (state >> 24) % 26);
  }
  return out;
}

INSTANTIATE_TEST_SUITE_P(
    All, AfterTheFirstByte,
    testing::Values(
        Break{"LengthCutShort", lengthOf(kSome.size()), kHalf, kOther.substr(0, 5)},
        Break{"LengthReset", lengthOf(kSome.size()), kHalf, "", Break::End::kReset},
        Break{"LengthStalled", lengthOf(kSome.size()), kHalf, "", Break::End::kStall},
        Break{"LengthLiesLonger", lengthOf(kSome.size() + 1), kHalf, kOther},
        Break{"LengthCutShortStored", lengthOf(kSome.size()), kHalf, kOther.substr(0, 5), Break::End::kClose,
              "stored: true"},
        Break{"LengthStalledStored", lengthOf(kSome.size()), kHalf, "", Break::End::kStall, "stored: true"},
        Break{"ChunkCutShort", kChunks, openChunks(kHalf), "ff\r\nabc"},
        Break{"NoLastChunk", kChunks, openChunks(kHalf), openChunks(kOther)},
        Break{"NoLastChunkStored", kChunks, openChunks(kHalf), openChunks(kOther), Break::End::kClose,
              "stored: true"},
        Break{"NoEndAfterLastChunk", kChunks, openChunks(kHalf), openChunks(kOther) + "0\r\n"},
        Break{"ChunksReset", kChunks, openChunks(kHalf), "", Break::End::kReset},
        Break{"ChunksStalled", kChunks, openChunks(kHalf), openChunks(kOther), Break::End::kStall},
        Break{"BadChunkSize", kChunks, openChunks(kHalf), "xyz\r\n" + kOther},
        Break{"BadChunkEnd", kChunks, openChunks(kHalf), "1\r\nab\r\n"},
        Break{"UntilCloseCutShort", "", kHalf, kOther.substr(0, kOther.size() - 1)},
        Break{"UntilCloseReset", "", kHalf, kOther.substr(0, 9), Break::End::kReset},
        Break{"UntilCloseStalled", "", kHalf, "", Break::End::kStall},
        Break{"UntilCloseCutShortStored", "", kHalf, kOther.substr(0, kOther.size() - 1), Break::End::kClose,
              "stored: true"},
        Break{"ShortJsonOfFullLength", lengthOf(kSome.size() - 1), kHalf,
              kOther.substr(0, kOther.size() - 1)},
        Break{"ShortJsonInWholeChunks", kChunks, openChunks(kHalf),
              chunked(kOther.substr(0, kOther.rfind(",{")), 100)},
        Break{"JsonGoesBad", lengthOf(kSome.size()), kHalf, R"(},"metric":{5}}]]]]]]})"},
        Break{"GzipCutShort", lengthOf(30'000) + "Content-Encoding: gzip\r\n",
              gzipped(noise(60'000)).substr(0, 25'000), ""},
        Break{"GzipGoesBad", lengthOf(30'000) + "Content-Encoding: gzip\r\n",
              gzipped(noise(60'000)).substr(0, 25'000), std::string(5000, '\xFF')},
        Break{"GzipTrailedByMore", lengthOf(gzipped(kHalf).size() + 9) + "Content-Encoding: gzip\r\n",
              gzipped(kHalf), "more bytes"}),
    ByName());

TEST(AfterTheFirstByteTest, ALengthThatIsTooShortEndsTheAnswerThere) {
  MemoryShard shard(sayRaw(std::string(kOk) + "Content-Length: 2\r\n\r\n{}" + vectorBody(1)));
  Router router(shard);
  EXPECT_EQ(router.get(kQueryA).body, "{}");
  EXPECT_EQ(router.get(kQueryA).body, "{}");
  EXPECT_EQ(shard.connections(), 2u);
}

TEST(BeforeTheFirstByteTest, NoBeginningOfAnAnswerPassesForAWholeOne) {
  const std::string body = R"({"status":"success","data":{"resultType":"matrix","result":[)"
                           R"({"metric":{"a":"]}]}}","instance":"x"},"values":[[1,"1"],[2,"2"]]},)"
                           R"({"metric":{"instance":"y"},"values":[[1,"1"]]}]},"warnings":["}}"]})";
  MemoryShard shard(sayBody(body));
  Router router(shard);
  TestClient client(router.port());
  for (const std::string& target :
       {std::string(kQueryA), std::string("/api/v1/query?query=vector(1)&time=1")}) {
    shard.setScript(sayBody(body));
    EXPECT_EQ(client.ask(get(target)).status, 200);
    for (std::size_t size = 0; size < body.size(); ++size) {
      shard.setScript(sayBody(body.substr(0, size)));
      ASSERT_EQ(client.ask(get(target)).status, 503) << body.substr(0, size);
    }
  }
}

TEST(AfterTheFirstByteTest, ThePipelinedRequestBehindACutAnswerIsNotAnswered) {
  MemoryShard shard(sayRawAndClose(std::string(kOk) + "Content-Length: 5000\r\n\r\n" + kHalf));
  Router router(shard);
  TestClient client(router.port());
  client.send(get(kQueryA) + get("/-/healthy"));
  Answer answer = client.answer();
  EXPECT_EQ(answer.ending, Answer::Ending::kCut);
  EXPECT_TRUE(client.awaitClose());
}

}  // namespace
}  // namespace prome::hermetic
