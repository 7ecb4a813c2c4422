// What a shard is asked: parameters of GET, urlencoded and multipart requests, and which of them wins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string withoutBlanks(std::string text) {
  std::erase(text, ' ');
  return text;
}

std::string multipart(const Fields& parts) {
  std::string out;
  for (const auto& [name, value] : parts) {
    out += "--limit\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
  }
  return out + "--limit--\r\n";
}

constexpr std::string_view kMultipart = "multipart/form-data; boundary=limit";
constexpr std::string_view kSeriesBody = R"({"status":"success","data":[]})";

class Parameters : public testing::Test {
 protected:
  SeenRequest seen(const std::string& bytes, std::size_t requests = 1) {
    const Answer answer = router_.raw(bytes);
    EXPECT_EQ(answer.status, 200) << answer.body;
    EXPECT_TRUE(shard_.awaitRequests(requests));
    return shard_.lastRequest();
  }

  MemoryShard shard_{sayBody(vectorBody(1))};
  Router router_{shard_};
};

TEST_F(Parameters, GetQueryGoesAsGetWithoutTheRoutingMatcher) {
  const auto request = seen(
      get("/api/v1/query?query=up%7Bcluster%3D%22a%22%2Cjob%3D%22x+y%22%7D&time=12.5&stats=all&limit=3"));
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path(), "/api/v1/query");
  EXPECT_EQ(withoutBlanks(request.parameter("query")), R"(up{job="xy"})");
  EXPECT_EQ(request.parameter("time"), "12.5");
  EXPECT_EQ(request.parameter("stats"), "all");
  EXPECT_EQ(request.parameter("limit"), "3");
  EXPECT_EQ(request.body, "");
}

TEST_F(Parameters, NowIsReadOnceAtTheRouter) {
  const auto seconds = [] {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  };
  const double before = seconds();
  const auto request = seen(get("/api/v1/query?query=up%7Bcluster%3D%22a%22%7D&time="));
  const double time = std::stod(request.parameter("time"));
  EXPECT_GE(time, before - 0.001);
  EXPECT_LE(time, seconds());
}

TEST_F(Parameters, PostGoesAsPost) {
  const auto request = seen(post("/api/v1/query", "query=up%7Bcluster%3D%22a%22%7D&time=7"));
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/api/v1/query");
  EXPECT_EQ(withoutBlanks(request.parameter("query")), "up{}");
  EXPECT_EQ(request.parameter("time"), "7");
  EXPECT_EQ(onlyField(request.fields, "content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(onlyField(request.fields, "content-length"), std::to_string(request.body.size()));
}

TEST_F(Parameters, QueryRangeKeepsItsGrid) {
  const auto request =
      seen(post("/api/v1/query_range", "query=up%7Bcluster%3D%22a%22%7D&start=10&end=20.5&step=5s"));
  EXPECT_EQ(request.path(), "/api/v1/query_range");
  EXPECT_EQ(request.parameter("start"), "10");
  EXPECT_EQ(request.parameter("end"), "20.5");
  EXPECT_EQ(request.parameter("step"), "5s");
  EXPECT_EQ(request.parameter("time"), "<none>");
}

TEST_F(Parameters, UrlencodedBodyBeatsTheUrl) {
  const auto request = seen(post("/api/v1/query?query=down%7Bcluster%3D%22a%22%7D&time=1&stats=url",
                                 "query=up%7Bcluster%3D%22a%22%7D&time=2"));
  EXPECT_EQ(withoutBlanks(request.parameter("query")), "up{}");
  EXPECT_EQ(request.parameters("time").front(), "2");
  EXPECT_EQ(request.parameter("stats"), "url");
}

TEST_F(Parameters, MultipartLosesToTheUrl) {
  const std::string body = multipart({{"query", R"(up{cluster="a"})"}, {"time", "2"}, {"stats", "all"}});
  const auto request = seen(post("/api/v1/query?time=1", body, {}, kMultipart));
  EXPECT_EQ(withoutBlanks(request.parameter("query")), "up{}");
  EXPECT_EQ(request.parameters("time").front(), "1");
  EXPECT_EQ(request.parameter("stats"), "all");
}

TEST_F(Parameters, FirstOfRepeatedQueriesCounts) {
  const auto request =
      seen(get("/api/v1/query?query=up%7Bcluster%3D%22a%22%7D&query=other%7Bcluster%3D%22b%22%7D&time=1"));
  EXPECT_EQ(withoutBlanks(request.parameter("query")), "up{}");
}

TEST_F(Parameters, EscapesSurviveTheTrip) {
  const auto request =
      seen(post("/api/v1/query", "query=up%0A%7Bcluster%3D%22a%22%2Cx%3D%22%26%3D%2B%25%C3%A9%22%7D&time=1"));
  EXPECT_EQ(withoutBlanks(request.parameter("query")), "up\n{x=\"&=+%\xC3\xA9\"}");
}

TEST_F(Parameters, SeriesUnitesMatchesOfUrlAndBody) {
  shard_.setScript(sayBody(std::string(kSeriesBody)));
  const auto request =
      seen(post("/api/v1/series?match[]=a%7Bcluster%3D%22a%22%7D&match[]=b%7Bcluster%3D%22a%22%7D",
                "match[]=c%7Bcluster%3D%22a%22%7D&start=1&end=2&limit=9"));
  std::vector<std::string> matches;
  for (const auto& match : request.parameters("match[]")) matches.push_back(withoutBlanks(match));
  EXPECT_THAT(matches, ElementsAre("c{}", "a{}", "b{}"));
  EXPECT_EQ(request.parameter("start"), "1");
  EXPECT_EQ(request.parameter("end"), "2");
  EXPECT_EQ(request.parameter("limit"), "9");
}

TEST_F(Parameters, SeriesOfALoneRoutingMatcherStaysAQuestion) {
  shard_.setScript(sayBody(std::string(kSeriesBody)));
  const auto request = seen(get("/api/v1/series?match[]=%7Bcluster%3D%22a%22%7D"));
  EXPECT_EQ(withoutBlanks(request.parameter("match[]")), R"({__name__!=""})");
}

TEST_F(Parameters, SeriesDoesNotSeeMultipart) {
  const Answer answer =
      router_.raw(post("/api/v1/series", multipart({{"match[]", R"(up{cluster="a"})"}}), {}, kMultipart));
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(errorOf(answer),
            std::pair(std::string("bad_data"), std::string("no match[] parameter provided")));
  EXPECT_EQ(shard_.requestCount(), 0u);
}

TEST_F(Parameters, ChunkedRequestBodies) {
  const std::string head =
      "POST /api/v1/query HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\n";
  const std::string body = "query=up%7Bcluster%3D%22a%22%7D&time=3";
  std::size_t count = 0;
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, body.size()}) {
    const auto request = seen(head + chunked(body, chunk), ++count);
    EXPECT_EQ(withoutBlanks(request.parameter("query")), "up{}");
    EXPECT_EQ(request.parameter("time"), "3");
    EXPECT_EQ(onlyField(request.fields, "transfer-encoding"), std::nullopt);
  }
}

TEST_F(Parameters, ChunkedBodyByteByByteThenTheNextRequest) {
  const std::string first =
      "POST /api/v1/query HTTP/1.1\r\nHost: r\r\nTransfer-Encoding: chunked\r\n"
      "Content-Type: application/x-www-form-urlencoded\r\n\r\n" +
      chunked("query=up%7Bcluster%3D%22a%22%7D&time=3", 5);
  TestClient client(router_.port());
  for (const char c : first) client.send({&c, 1});
  client.send(get(kQueryA));
  EXPECT_EQ(client.answer().body, withCluster(vectorBody(1)));
  EXPECT_EQ(client.answer().body, withCluster(vectorBody(1)));
  EXPECT_EQ(shard_.requests().front().parameter("time"), "3");
}

TEST_F(Parameters, ConstantsGoToAnyShardUntouched) {
  shard_.setScript(sayBody(R"({"status":"success","data":{"resultType":"scalar","result":[1,"2"]}})"));
  const Answer answer = router_.get("/api/v1/query?query=1%2B1&time=1");
  EXPECT_EQ(answer.body, R"({"status":"success","data":{"resultType":"scalar","result":[1,"2"]}})");
  EXPECT_EQ(shard_.lastRequest().parameter("query"), "1+1");
}

TEST_F(Parameters, NoShardIsAskedWhereNoneMatches) {
  const Answer answer = router_.get("/api/v1/query?query=up%7Bcluster%3D%22nope%22%7D");
  EXPECT_EQ(answer.body, R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  EXPECT_THAT(shard_.requests(), IsEmpty());
}

TEST_F(Parameters, MistakesAreAnsweredHere) {
  for (const auto* target : {"/api/v1/query?query=up%7B", "/api/v1/query?query=up&time=x", "/api/v1/query",
                             "/api/v1/query_range?query=up&start=1&end=2&step=0",
                             "/api/v1/query_range?query=up&start=0&end=11001&step=1", "/api/v1/series"}) {
    const Answer answer = router_.get(target);
    EXPECT_EQ(answer.status, 400) << target;
    EXPECT_EQ(errorOf(answer).first, "bad_data") << target;
  }
  EXPECT_THAT(shard_.requests(), IsEmpty());
}

}  // namespace
}  // namespace prome::hermetic
