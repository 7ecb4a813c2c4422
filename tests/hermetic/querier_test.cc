// Questions of an evaluated query over HTTP: what is sent, what comes back, what breaks, who waits for whom.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <snappy.h>

#include <atomic>
#include <protozero/pbf_writer.hpp>
#include <thread>

#include "querier_fixture.h"

namespace prome::hermetic {
namespace {

using engine::EvaluationStopped;
using remote::QuestionOutcome;
using testing::AllOf;
using testing::HasSubstr;
using testing::Lt;
using testing::StartsWith;

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
constexpr std::string_view kOneSeries = "{cluster=\"s0\", i=\"0\"} 1 2 3\n";

std::string errorBody(const std::string& type, const std::string& message) {
  return R"({"status":"error","errorType":")" + type + R"(","error":")" + message + R"("})";
}

// What is asked.

TEST(RemoteQuerier, AsksARangeByPostInMilliseconds) {
  MemoryShard shard(sayBody(matrixBody(2)));
  topology::RequestOptions request;
  request.forward_authorization = true;
  RemoteQuestions router({{{shard.url() + "/prom"}, request}},
                         {.extra_parameters = "lookback_delta=1m", .authorization = "Bearer x"});
  EXPECT_EQ(readAll(*router.ask(0, "rate(up[5m]) > 1")),
            "{cluster=\"s0\", i=\"0\"} 1 2 3\n{cluster=\"s0\", i=\"1\"} 1 2 3\n");
  const SeenRequest seen = shard.lastRequest();
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.target, "/prom/api/v1/query_range");
  EXPECT_EQ(seen.parameter("query"), "rate(up[5m]) > 1");
  EXPECT_EQ(seen.parameter("start"), "1000.500");
  EXPECT_EQ(seen.parameter("end"), "1030.500");
  EXPECT_EQ(seen.parameter("step"), "15.000");
  EXPECT_EQ(seen.parameter("lookback_delta"), "1m");
  const double timeout = std::stod(seen.parameter("timeout"));
  EXPECT_GT(timeout, 0);
  EXPECT_LE(timeout, std::chrono::duration<double>(kPatience).count());
  EXPECT_EQ(onlyField(seen.fields, "content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(onlyField(seen.fields, "authorization"), "Bearer x");
}

TEST(RemoteQuerier, AsksAnInstantAtItsTime) {
  MemoryShard shard(sayBody(
      R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1.5,"7"]}]}})"));
  RemoteQuestions router({shard}, {.authorization = "Bearer x"});
  router.grid = engine::StepGrid::at(1500);
  router.kind = querier::QuestionKind::kInstant;
  EXPECT_EQ(readAll(*router.ask()), "{cluster=\"s0\"} 7\n");
  const SeenRequest seen = shard.lastRequest();
  EXPECT_EQ(seen.target, "/api/v1/query");
  EXPECT_EQ(seen.parameter("time"), "1.500");
  EXPECT_EQ(onlyField(seen.fields, "authorization"), std::nullopt) << "not configured to get it";
}

TEST(RemoteQuerier, TellsWhatTheAnswerSaysBehindTheData) {
  MemoryShard shard(sayBody(matrixBody(1, R"x(,"warnings":["w (1:2)"],"infos":["i"])x")));
  RemoteQuestions router({shard});
  const auto stream = router.ask();
  EXPECT_EQ(readAll(*stream), kOneSeries);
  ASSERT_EQ(stream->annotations().size(), 2U);
  EXPECT_EQ(stream->annotations()[0].text, "w (1:2)");
  EXPECT_EQ(stream->annotations()[0].piece->text, "up");
  EXPECT_EQ(stream->annotations()[1].severity, model::Severity::kInfo);
  const auto reports = router.reports(1);
  EXPECT_EQ(reports[0].outcome, QuestionOutcome::kOk);
  EXPECT_EQ(reports[0].attempts, 1U);
  EXPECT_GT(reports[0].bytes, matrixBody(1).size());
}

TEST(RemoteQuerier, CountsSeriesWithALabelOfTheirOwn) {
  MemoryShard shard(sayBody(
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"cluster":"x"},"values":[[1000.5,"1"]]}]}})"));
  RemoteQuestions router({shard});
  EXPECT_EQ(readAll(*router.ask()), "{cluster=\"x\"} 1 - -\n");
  EXPECT_EQ(router.foreignLabels(), 1U);
}

TEST(RemoteQuerier, ReadsEveryFramingAndCoding) {
  using Framing = ShardAnswer::Framing;
  using Coding = ShardAnswer::Coding;
  topology::RequestOptions request;
  request.compression = topology::ShardCompression::kOn;
  for (const Framing framing : {Framing::kLength, Framing::kChunked, Framing::kClose}) {
    for (const Coding coding : {Coding::kIdentity, Coding::kGzip}) {
      MemoryShard shard(say({.body = matrixBody(5000), .framing = framing, .coding = coding, .chunk = 7000}));
      RemoteQuestions router({{{shard.url()}, request}});
      const std::string text = readAll(*router.ask());
      EXPECT_THAT(text, StartsWith(std::string(kOneSeries)));
      EXPECT_EQ(std::ranges::count(text, '\n'), 5000);
      EXPECT_EQ(onlyField(shard.lastRequest().fields, "accept-encoding"), "gzip");
      router.reports(1);
      EXPECT_EQ(router.idleConnections(), framing == Framing::kClose ? 0U : 1U);
    }
  }
}

TEST(RemoteQuerier, UsesAKeptConnectionAgainAndRetriesOneThatWasClosed) {
  MemoryShard shard(sayBody(matrixBody(1)));
  RemoteQuestions router({shard});
  EXPECT_EQ(readAll(*router.ask()), kOneSeries);
  router.reports(1);
  EXPECT_EQ(readAll(*router.ask()), kOneSeries);
  router.reports(2);
  EXPECT_EQ(shard.connections(), 1U);
  // Closed in the very moment of the next question: found out only by asking.
  std::atomic<int> asked{0};
  shard.setScript([&asked](const SeenRequest& seen, Peer& peer) {
    if (asked++ == 0) {
      peer.close();
    } else {
      sayBody(matrixBody(1))(seen, peer);
    }
  });
  EXPECT_EQ(readAll(*router.ask()), kOneSeries);
  EXPECT_EQ(shard.connections(), 2U);
  EXPECT_EQ(router.reports(3)[2].attempts, 2U);
}

/// What remote read answers: a series for each of `label_sets`, with `first` at 1 s and 2 at 2 s.
std::string remoteReadBody(const std::vector<Fields>& label_sets, double first = 1) {
  std::string text;
  protozero::pbf_writer response(text);
  {
    protozero::pbf_writer result(response, 1);
    for (const Fields& labels : label_sets) {
      protozero::pbf_writer series(result, 1);
      for (const auto& [name, value] : labels) {
        protozero::pbf_writer label(series, 1);
        label.add_string(1, name);
        label.add_string(2, value);
      }
      for (const int second : {1, 2}) {
        protozero::pbf_writer sample(series, 2);
        sample.add_double(1, second == 1 ? first : 2);
        sample.add_int64(2, second * 1000);
      }
    }
  }
  std::string packed;
  snappy::Compress(text.data(), text.size(), &packed);
  return packed;
}

/// Series and samples of a stream, a line each: `{labels} 1@1000 2@2000`.
std::string samplesOf(querier::SampleAnswerStream& stream) {
  std::string out;
  engine::SampleRun run;
  while (true) {
    const auto more = stream.next(run);
    if (!more) return out + more.error().message;
    if (!*more) return out;
    out += run.labels.toString();
    for (std::size_t i = 0; i < run.floats.size(); ++i) {
      out += " " + std::to_string(run.floats.values[i]) + "@" + std::to_string(run.floats.times[i]);
    }
    for (std::size_t i = 0; i < run.histograms.size(); ++i) {
      out += " histogram@" + std::to_string(run.histograms.times[i]);
    }
    out += "\n";
  }
}

TEST(RemoteQuerier, ReadsSamplesByAQueryForTheirRange) {
  MemoryShard shard(sayBody(R"({"status":"success","data":{"resultType":"matrix","result":[)"
                            R"({"metric":{"__name__":"x"},"values":[[0.999,"7"],[1,"-0"],[2,"NaN"]]},)"
                            R"({"metric":{"__name__":"x","cluster":"own"},"values":[[1.5,"3"]]}]}})"));
  RemoteQuestions router({shard});
  const auto stream = router.askSamples("x{job!=\"y\"}", 1000, 2000);
  EXPECT_EQ(samplesOf(*stream),
            "{__name__=\"x\", cluster=\"s0\"} -0.000000@1000 nan@2000\n"
            "{__name__=\"x\", cluster=\"own\"} 3.000000@1500\n");
  ASSERT_EQ(shard.requests().size(), 1U);
  EXPECT_EQ(shard.requests()[0].parameter("query"), "x{job!=\"y\"}[1001ms]");
  EXPECT_EQ(shard.requests()[0].parameter("time"), "2.000");
  EXPECT_EQ(router.foreignLabels(), 1U);
}

TEST(RemoteQuerier, ReadsSeriesWithHistogramsByRemoteReadWithTheLabelsThatQueriesShow) {
  MemoryShard shard([](const SeenRequest& seen, Peer& peer) {
    if (seen.path() == "/api/v1/read") {
      const std::string body =
          remoteReadBody({{{"__name__", "x"}, {"cluster", "s0"}, {"replica", "1"}},
                          {{"__name__", "x"}, {"cluster", "s0"}, {"job", "j"}, {"replica", "1"}}});
      return say(
          {.body = body, .content_type = "application/x-protobuf", .fields = "Content-Encoding: snappy\r\n"})(
          seen, peer);
    }
    sayBody(R"({"status":"success","data":{"resultType":"matrix","result":[)"
            R"({"metric":{"__name__":"x"},"values":[[1,"5"]]},)"
            R"({"metric":{"__name__":"x","job":"j"},)"
            R"("histograms":[[2,{"count":"2","sum":"3","buckets":[[0,"0.5","1","2"]]}]]}]}})")(seen, peer);
  });
  RemoteQuestions router({shard});
  const auto stream = router.askSamples("x", 1000, 2000);
  EXPECT_EQ(samplesOf(*stream),
            "{__name__=\"x\", cluster=\"s0\"} 5.000000@1000\n"
            "{__name__=\"x\", cluster=\"s0\", job=\"j\"} 1.000000@1000 2.000000@2000\n");
  ASSERT_EQ(shard.requests().size(), 2U);
  EXPECT_EQ(onlyField(shard.requests()[1].fields, "content-encoding"), "snappy");
}

TEST(RemoteQuerier, ReadsAllByRemoteReadWhereStaleMarkersCountAndKeepsMinusZero) {
  MemoryShard shard([](const SeenRequest& seen, Peer& peer) {
    if (seen.path() != "/api/v1/read") {
      return sayBody(R"({"status":"success","data":{"resultType":"matrix","result":[)"
                     R"({"metric":{"__name__":"x"},"values":[[1,"-0"],[2,"2"]]}]}})")(seen, peer);
    }
    const std::string body = remoteReadBody({{{"__name__", "x"}}, {{"__name__", "ended"}}}, 0);
    say({.body = body, .content_type = "application/x-protobuf", .fields = "Content-Encoding: snappy\r\n"})(
        seen, peer);
  });
  RemoteQuestions router({shard});
  const auto stream = router.askSamples("x", 1000, 2000, engine::SamplesUse::kLatest);
  EXPECT_EQ(samplesOf(*stream),
            "{__name__=\"x\", cluster=\"s0\"} -0.000000@1000 2.000000@2000\n"
            "{__name__=\"ended\", cluster=\"s0\"} 0.000000@1000 2.000000@2000\n");
}

// What goes wrong.

TEST(RemoteQuerier, FailsOverBeforeTheFirstByteOfTheBody) {
  const ClosedPort closed;
  const std::string cut = std::string(kHead) + "Content-Length: 100\r\n\r\n";
  for (const Script& bad :
       {sayRawAndClose(""), sayRawAndReset(""), sayRawAndClose("HTTP/1.1 2"), sayRawAndClose(cut),
        sayRaw("nonsense\r\n\r\n"), say({.status = 503, .body = "starting", .content_type = "text/plain"}),
        say({.status = 422, .body = errorBody("execution", "expanding series: block is closing")}),
        say({.body = "<html>", .content_type = "text/html"}), say({.body = "<html>"}), say({.body = ""}),
        sayRaw(std::string(kHead) + "Content-Encoding: br\r\nContent-Length: 2\r\n\r\n{}"),
        sayRaw(std::string(kHead) + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")}) {
    MemoryShard first(bad);
    MemoryShard second(sayBody(matrixBody(1)));
    RemoteQuestions router({{{"http://" + closed.address(), first.url(), second.url()}}});
    EXPECT_EQ(readAll(*router.ask()), kOneSeries);
    EXPECT_EQ(readAll(*router.ask()), kOneSeries);
    EXPECT_EQ(first.requestCount(), 1U) << "it is asked last for a while";
    EXPECT_EQ(router.reports(1)[0].outcome, QuestionOutcome::kOk);
  }
}

TEST(RemoteQuerier, GivesAShardsErrorAsItIs) {
  MemoryShard shard(say({.status = 422, .body = errorBody("execution", "multiple matches (1:2)")}));
  MemoryShard other(sayBody(matrixBody(1)));
  RemoteQuestions router({{{shard.url(), other.url()}}});
  EXPECT_EQ(readAll(*router.ask()), "execution: multiple matches (1:2)");
  EXPECT_EQ(router.reports(1)[0].outcome, QuestionOutcome::kShardError);
  shard.setScript(say({.status = 400, .body = errorBody("bad_data", "no")}));
  EXPECT_EQ(readAll(*router.ask()), "bad_data: no");
  shard.setScript(say({.status = 503, .body = errorBody("timeout", "late")}));
  EXPECT_EQ(readAll(*router.ask()), "timeout: late");
  EXPECT_EQ(other.requestCount(), 0U);
}

TEST(RemoteQuerier, NamesTheShardWhoseErrorIsNoPrometheuss) {
  for (const std::string& body : {std::string("no"), errorBody("strange", "x"), std::string("{\"error\":"),
                                  std::string(2 * remote::kMaxErrorBytes, 'x')}) {
    MemoryShard shard(say({.status = 500, .body = body}));
    RemoteQuestions router({shard});
    EXPECT_EQ(readAll(*router.ask()),
              "unavailable: shard \"s0\" (" + shard.url() + "): answered with status 500");
    EXPECT_EQ(router.reports(1)[0].outcome, QuestionOutcome::kFailed);
  }
}

TEST(RemoteQuerier, FailsWhereAnAnswerBreaksBehindItsBeginning) {
  const std::string body = matrixBody(20'000);
  const std::string half = body.substr(0, body.size() / 2);
  struct Case {
    Script script;
    std::string why;
  };
  const std::string length =
      std::string(kHead) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n";
  const std::string chunks = std::string(kHead) + "Transfer-Encoding: chunked\r\n\r\n";
  for (const Case& bad : {
           Case{sayRawAndClose(length + half), "connection closed within the answer"},
           Case{sayRawAndReset(length + half), "connection closed within the answer"},
           Case{sayRawAndClose(chunks + chunked(half, 1000) + "x"), ""},
           Case{sayRaw(chunks + "5\r\n{\"sta\r\nzz"), "malformed chunk"},
           Case{sayBody(half), ""},
           Case{sayRawAndClose(std::string(kHead) + "\r\n" + half), ""},
       }) {
    MemoryShard shard(bad.script);
    RemoteQuestions router({shard});
    EXPECT_THAT(readAll(*router.ask()), AllOf(StartsWith("unavailable: shard \"s0\""), HasSubstr(bad.why)));
  }
}

// Waiting.

TEST(RemoteQuerier, NamesTheShardThatLetsTheTimeRunOut) {
  MemoryShard shard(sayRawAndStall(""));
  RemoteQuestions router({shard}, {.timeout = Milliseconds(200)});
  EXPECT_EQ(readAll(*router.ask()),
            "timeout: query timed out after 200ms waiting for shard \"s0\" (" + shard.url() + ")");
}

TEST(RemoteQuerier, KeepsTheClientsLimits) {
  const FullPort full;
  MemoryShard silent(sayRawAndStall(""));
  MemoryShard stalls(sayRawAndStall(std::string(kHead) + "Content-Length: 100\r\n\r\n{\"status\""));
  RemoteQuestions router({{{"http://" + full.address()}}, silent, stalls},
                         {.client = {.connect_timeout = Milliseconds(100),
                                     .first_byte_timeout = Milliseconds(150),
                                     .idle_timeout = Milliseconds(200)}});
  EXPECT_THAT(readAll(*router.ask(0)),
              AllOf(StartsWith("timeout: "), HasSubstr("no connection within 100ms")));
  EXPECT_THAT(readAll(*router.ask(1)), AllOf(StartsWith("timeout: "), HasSubstr("no answer within 150ms")));
  EXPECT_THAT(readAll(*router.ask(2)), AllOf(StartsWith("timeout: "), HasSubstr("stalled for 200ms")));
}

TEST(RemoteQuerier, ACancellationWakesTheThreadThatWaits) {
  Event hung_up;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    if (peer.awaitHangUp()) hung_up.set();
    peer.close();
  });
  RemoteQuestions router({shard}, {.timeout = std::chrono::hours(1)});
  auto stream = router.ask();
  std::thread canceling([&] {
    EXPECT_TRUE(shard.awaitRequests(1));
    router.cancel();
  });
  engine::Series series;
  try {
    static_cast<void>(stream->next(series));
    ADD_FAILURE() << "not stopped";
  } catch (const EvaluationStopped& stopped) {
    EXPECT_EQ(stopped.error().kind, ErrorKind::kCanceled);
  }
  canceling.join();
  stream.reset();
  EXPECT_TRUE(hung_up.await());
  EXPECT_EQ(router.reports(1)[0].outcome, QuestionOutcome::kCanceled);
}

TEST(RemoteQuerier, AStreamThatIsGivenUpEndsItsQuestion) {
  Event hung_up;
  MemoryShard shard([&](const SeenRequest&, Peer& peer) {
    const std::string body = matrixBody(1000);
    peer.send(std::string(kHead) + "Content-Length: 1000000\r\n\r\n" + body.substr(0, body.size() - 100));
    if (peer.awaitHangUp()) hung_up.set();
    peer.close();
  });
  RemoteQuestions router({shard, shard, shard});
  auto read = router.ask(0);
  auto unread = router.ask(1);
  EXPECT_TRUE(shard.awaitRequests(2));
  router.ask(2).reset();  // maybe before it was asked at all
  unread.reset();
  EXPECT_TRUE(hung_up.await());
}

/// A shard that sends `size` bytes of series and counts what the router's side has taken.
class Flood {
 public:
  explicit Flood(std::size_t series) : body_(matrixBody(series)) {}

  Script script() {
    return [this](const SeenRequest&, Peer& peer) {
      peer.send(std::string(kHead) + "Content-Length: " + std::to_string(body_.size()) + "\r\n\r\n");
      for (std::size_t at = 0; at < body_.size(); at += kPiece) {
        if (!peer.send(std::string_view(body_).substr(at, kPiece))) return;
        sent += std::min(kPiece, body_.size() - at);
      }
    };
  }
  std::size_t size() const { return body_.size(); }
  /// Waits until nothing goes out any more.
  std::size_t settled() const {
    std::size_t seen = 0;
    do {
      seen = sent;
      EXPECT_FALSE(awaitEvents(-1, 0, Milliseconds(300)));
    } while (seen != sent);
    return seen;
  }

  std::atomic<std::size_t> sent{0};

 private:
  static constexpr std::size_t kPiece = 64u << 10;
  const std::string body_;
};

/// What sockets on 127.0.0.1 hold at most on the way, both ends.
constexpr std::size_t kInSockets = 12u << 20;

TEST(RemoteQuerier, AThreadThatDoesNotReadHoldsTheShardBack) {
  Flood flood(700'000);  // 50 MB
  MemoryShard shard(flood.script());
  RemoteQuestions router({shard}, {.client = {.idle_timeout = Milliseconds(250)}});
  const auto stream = router.ask();
  const std::size_t sent = flood.settled();
  EXPECT_THAT(sent, Lt(remote::kMaxQueuedAnswerBytes + kInSockets));
  EXPECT_LT(router.evaluation().budget().used(), remote::kMaxQueuedAnswerBytes + (512u << 10));
  EXPECT_GE(router.evaluation().budget().used(), remote::kMaxQueuedAnswerBytes);
  // Held back for longer than a shard may be idle, which was none of its fault.
  engine::Series series;
  std::size_t count = 0;
  while (true) {
    const auto more = stream->next(series);
    ASSERT_TRUE(more) << more.error().message;
    if (!*more) break;
    ++count;
  }
  EXPECT_EQ(count, 700'000U);
}

TEST(RemoteQuerier, AnswersOfAQueryShareABound) {
  Flood first(300'000);
  Flood second(300'000);
  MemoryShard one(first.script());
  MemoryShard two(second.script());
  RemoteQuestions router({one, two}, {.max_queued_query = 1u << 20});
  const auto a = router.ask(0);
  const auto b = router.ask(1);
  first.settled();
  second.settled();
  EXPECT_LT(router.evaluation().budget().used(), (1u << 20) + 3 * http::BufferPool::kBlockSize);
  // Each goes on when its own is read, whatever the other holds.
  EXPECT_EQ(std::ranges::count(readAll(*b), '\n'), 300'000);
  EXPECT_EQ(std::ranges::count(readAll(*a), '\n'), 300'000);
}

TEST(RemoteQuerier, WhatWaitsCountsAgainstTheQuerysMemory) {
  Flood flood(100'000);
  MemoryShard shard(flood.script());
  RemoteQuestions router({shard}, {.max_query_bytes = 1u << 20});
  const auto stream = router.ask();
  EXPECT_EQ(router.reports(1)[0].error,
            (Error{ErrorKind::kExecution, "query needs more memory than it may use"}));
}

TEST(RemoteQuerier, AQuestionOverTheShardsLimitGoesWhenOneIsOverOrWhenItIsWaitedFor) {
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  Event go;
  MemoryShard shard([&](const SeenRequest& seen, Peer& peer) {
    const int now = ++inside;
    int before = most;
    while (before < now && !most.compare_exchange_weak(before, now)) {
    }
    if (seen.parameter("query") == "last") {
      EXPECT_TRUE(go.await());
    }
    --inside;
    sayBody(matrixBody(1))(seen, peer);
  });
  RemoteQuestions router({shard}, {.questions_per_shard = 2});
  std::vector<std::unique_ptr<querier::AnswerStream>> streams;
  for (int i = 0; i < 20; ++i) streams.push_back(router.ask(0, "x"));
  router.reports(20);
  EXPECT_LE(most, 2);
  auto first = router.ask(0, "last");
  auto second = router.ask(0, "last");
  auto third = router.ask(0, "x");
  EXPECT_TRUE(shard.awaitRequests(22));
  EXPECT_EQ(readAll(*third), kOneSeries) << "nobody reads the others";
  go.set();
  EXPECT_EQ(readAll(*first), kOneSeries);
}

TEST(RemoteQuerier, AsksAThousandShardsInOneRound) {
  // A descriptor a connection and end, and a thread of the shard's.
  const std::size_t count = kSanitized ? 200 : 1000;
  std::atomic<std::size_t> waiting{0};
  Event all;
  MemoryShard shard([&](const SeenRequest& seen, Peer& peer) {
    if (++waiting == count) all.set();
    EXPECT_TRUE(all.await()) << "only " << waiting << " were asked at once";
    sayBody(matrixBody(1))(seen, peer);
  });
  RemoteQuestions router(std::vector<QuerierShard>(count, shard));
  for (std::size_t round = 1; round <= 2; ++round) {
    waiting = 0;
    std::vector<std::unique_ptr<querier::AnswerStream>> streams;
    for (topology::ShardId id = 0; id < count; ++id) streams.push_back(router.ask(id));
    for (topology::ShardId id = 0; id < count; ++id) {
      EXPECT_EQ(readAll(*streams[id]), "{cluster=\"s" + std::to_string(id) + "\", i=\"0\"} 1 2 3\n");
    }
    router.reports(count * round);
    EXPECT_EQ(shard.connections(), count) << "kept for the next round";
  }
}

}  // namespace
}  // namespace prome::hermetic
