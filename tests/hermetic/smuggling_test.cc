// Requests that two parsers could read in two ways, or that are none: refused, and the connection closed.
#include <gtest/gtest.h>

#include "router_fixture.h"

namespace prome::hermetic {
namespace {

struct Shape {
  std::string name;
  std::string bytes;
  int status = 400;
};

class Smuggling : public testing::TestWithParam<Shape> {
 protected:
  MemoryShard shard_{sayBody(vectorBody(1))};
  Router router_{shard_};
};

TEST_P(Smuggling, IsRefusedAndTheConnectionClosed) {
  TestClient client(router_.port());
  client.send(GetParam().bytes);
  const Answer answer = client.answer(Answer::To::kGet, Milliseconds(3000));
  ASSERT_TRUE(answer.whole());
  EXPECT_EQ(answer.status, GetParam().status);
  EXPECT_EQ(answer.field("Connection"), "close");
  EXPECT_TRUE(client.awaitClose());
  EXPECT_EQ(shard_.requestCount(), 0u);
  EXPECT_EQ(router_.metric("prome_route_http_requests_malformed"), 1);
}

TEST_P(Smuggling, IsRefusedBehindAGoodRequestToo) {
  TestClient client(router_.port());
  client.send(get("/-/healthy") + GetParam().bytes);
  EXPECT_EQ(client.answer().status, 200);
  EXPECT_EQ(client.answer().status, GetParam().status);
  EXPECT_TRUE(client.awaitClose());
}

/// A POST with `fields` and `body`, and another request behind it that must never be seen as one.
std::string withBody(const std::string& fields, const std::string& body) {
  return "POST /api/v1/query HTTP/1.1\r\nHost: r\r\nContent-Type: application/x-www-form-urlencoded\r\n" +
         fields + "\r\n" + body + get(kQueryA);
}

std::string withFields(const std::string& fields) {
  return "GET /-/healthy HTTP/1.1\r\nHost: r\r\n" + fields + "\r\n";
}

const std::string kZero("\0", 1);

INSTANTIATE_TEST_SUITE_P(
    Lengths, Smuggling,
    testing::Values(
        Shape{"BothLengths", withBody("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        Shape{"BothLengthsTurned",
              withBody("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")},
        Shape{"TwoLengths", withBody("Content-Length: 0\r\nContent-Length: 5\r\n", "12345")},
        Shape{"TwoEqualLengths", withBody("Content-Length: 5\r\ncontent-length: 5\r\n", "12345")},
        Shape{"ListedLength", withBody("Content-Length: 5, 5\r\n", "12345")},
        Shape{"SignedLength", withBody("Content-Length: +5\r\n", "12345")},
        Shape{"NegativeLength", withBody("Content-Length: -1\r\n", "")},
        Shape{"HexLength", withBody("Content-Length: 0x5\r\n", "12345")},
        Shape{"EmptyLength", withBody("Content-Length: \r\n", "")},
        Shape{"HugeLength", withBody("Content-Length: 18446744073709551621\r\n", "12345")},
        Shape{"TwoCodings",
              withBody("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")},
        Shape{"OtherCoding", withBody("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501},
        Shape{"ChunkedTwice", withBody("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"), 501},
        Shape{"ObscuredCoding", withBody("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 501},
        Shape{"CodingInHttp10",
              "POST /api/v1/query HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}),
    ByName());

INSTANTIATE_TEST_SUITE_P(
    Chunks, Smuggling,
    testing::Values(
        Shape{"NoDigits", withBody("Transfer-Encoding: chunked\r\n", "\r\n\r\n")},
        Shape{"NotHex", withBody("Transfer-Encoding: chunked\r\n", "g\r\n")},
        Shape{"Signed", withBody("Transfer-Encoding: chunked\r\n", "+1\r\nx\r\n0\r\n\r\n")},
        Shape{"Prefixed", withBody("Transfer-Encoding: chunked\r\n", "0x1\r\nx\r\n0\r\n\r\n")},
        Shape{"Huge", withBody("Transfer-Encoding: chunked\r\n", "10000000000000001\r\nx\r\n0\r\n\r\n")},
        Shape{"BareLfAfterSize", withBody("Transfer-Encoding: chunked\r\n", "1\nx\r\n0\r\n\r\n")},
        Shape{"BareLfAfterData", withBody("Transfer-Encoding: chunked\r\n", "1\r\nx\n0\r\n\r\n")},
        Shape{"LongerThanItsSize", withBody("Transfer-Encoding: chunked\r\n", "1\r\nxy\r\n0\r\n\r\n")},
        Shape{"LongExtension", withBody("Transfer-Encoding: chunked\r\n",
                                        "1;" + std::string(20'000, 'x') + "\r\nx\r\n0\r\n\r\n")},
        Shape{"LongTrailer", withBody("Transfer-Encoding: chunked\r\n",
                                      "0\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n")}),
    ByName());

INSTANTIATE_TEST_SUITE_P(
    Heads, Smuggling,
    testing::Values(Shape{"FoldedField", withFields("X-A: 1\r\n 2\r\n")},
                    Shape{"FoldedFirst", "GET / HTTP/1.1\r\n Host: r\r\n\r\n"},
                    Shape{"BareLfThroughout", "GET /-/healthy HTTP/1.1\nHost: r\n\n"},
                    Shape{"BareLfInField", withFields("X-A: 1\nX-B: 2\r\n")},
                    Shape{"BareLfAfterRequestLine", "GET /-/healthy HTTP/1.1\nHost: r\r\n\r\n"},
                    Shape{"BareLfBeforeTheEmptyLine", "GET /-/healthy HTTP/1.1\r\nHost: r\n\r\n"},
                    Shape{"BareLfAsTheEmptyLine", "GET /-/healthy HTTP/1.1\r\nHost: r\r\n\n"},
                    Shape{"BareCr", withFields("X-A: 1\rX-B: 2\r\n")},
                    Shape{"Zero", withFields("X-A: 1" + kZero + "2\r\n")},
                    Shape{"SpaceBeforeColon", withFields("Content-Length : 5\r\n")},
                    Shape{"NoColon", withFields("nonsense\r\n")}, Shape{"EmptyName", withFields(": x\r\n")},
                    Shape{"BadName", withFields("X(A): 1\r\n")},
                    Shape{"NoHost", "GET /-/healthy HTTP/1.1\r\n\r\n"},
                    Shape{"TwoHosts", "GET /-/healthy HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
                    Shape{"NoVersion", "GET /-/healthy\r\n\r\n"},
                    Shape{"TwoSpaces", "GET  /-/healthy HTTP/1.1\r\nHost: r\r\n\r\n"},
                    Shape{"SpaceInTarget", "GET /-/hea lthy HTTP/1.1\r\nHost: r\r\n\r\n"},
                    Shape{"Http2", "GET /-/healthy HTTP/2.0\r\nHost: r\r\n\r\n", 505},
                    Shape{"Http12", "GET /-/healthy HTTP/1.2\r\nHost: r\r\n\r\n", 505},
                    Shape{"NotHttp", "GET /-/healthy FTP/1.1\r\nHost: r\r\n\r\n"},
                    Shape{"Tls", "\x16\x03\x01\x02"},
                    Shape{"RelativeTarget", "GET healthy HTTP/1.1\r\nHost: r\r\n\r\n"},
                    Shape{"BadMethod", "G(T /-/healthy HTTP/1.1\r\nHost: r\r\n\r\n"},
                    Shape{"EmptyLineFirst", "\r\nGET /-/healthy HTTP/1.1\r\nHost: r\r\n\r\n"}),
    ByName());

TEST(Smuggled, BodiesAreNeverReadAsRequests) {
  MemoryShard shard(sayBody(vectorBody(1)));
  Router router(shard);
  TestClient client(router.port());
  const std::string inner = get("/nowhere");
  client.send(post("/-/healthy", inner) + get("/-/healthy"));
  EXPECT_EQ(client.answer().status, 405);
  EXPECT_EQ(client.answer().status, 200);
  client.send("GET /-/healthy HTTP/1.1\r\nHost: r\r\nContent-Length: " + std::to_string(inner.size()) +
              "\r\n\r\n" + inner + get("/-/ready"));
  EXPECT_EQ(client.answer().body, "prome-route is Healthy.\n");
  EXPECT_EQ(client.answer().body, "prome-route is Ready.\n");
}

}  // namespace
}  // namespace prome::hermetic
