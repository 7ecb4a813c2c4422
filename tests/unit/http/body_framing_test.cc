#include "http/body_framing.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace prome::http {
namespace {

using Kind = BodyFraming::Kind;

BodyFraming framing(std::string_view head_text) {
  const auto head = std::make_unique<ResponseHead>();
  EXPECT_EQ(parseResponseHead(head_text, *head).state, ParseState::kDone) << head_text;
  return BodyFraming(*head);
}

struct Read {
  std::string payload;
  std::size_t rest = 0;
  bool done = false;
  bool broken = false;
  friend bool operator==(const Read&, const Read&) = default;
};

Read read(std::string_view head, std::string_view bytes, std::size_t piece) {
  BodyFraming body = framing(head);
  Read out;
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    std::string_view in = bytes.substr(at, piece);
    for (auto run = body.next(in); !run.empty(); run = body.next(in)) out.payload += run;
    out.rest += in.size();
  }
  out.done = body.done();
  out.broken = body.broken();
  return out;
}

constexpr std::string_view kLength = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
constexpr std::string_view kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kClose = "HTTP/1.1 200 OK\r\n\r\n";

TEST(BodyFraming, Kinds) {
  EXPECT_EQ(framing(kLength).kind(), Kind::kLength);
  EXPECT_EQ(framing(kLength).length(), 5U);
  EXPECT_EQ(framing(kChunked).kind(), Kind::kChunked);
  EXPECT_EQ(framing(kChunked).length(), std::nullopt);
  EXPECT_EQ(framing(kClose).kind(), Kind::kUntilClose);
  EXPECT_EQ(framing(kClose).length(), std::nullopt);
}

TEST(BodyFraming, AnswersWithoutABody) {
  for (const std::string_view head :
       {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    EXPECT_EQ(framing(head).length(), 0U) << head;
    EXPECT_EQ(read(head, "next", 4), (Read{"", 4, true, false})) << head;
    EXPECT_TRUE(framing(head).done()) << head;
  }
}

TEST(BodyFraming, EveryPieceSize) {
  for (std::size_t piece = 1; piece < 30; ++piece) {
    EXPECT_EQ(read(kLength, "hellonext", piece), (Read{"hello", 4, true, false})) << piece;
    EXPECT_EQ(read(kLength, "hell", piece), (Read{"hell", 0, false, false})) << piece;
    EXPECT_EQ(read(kClose, "hello", piece), (Read{"hello", 0, false, false})) << piece;
    EXPECT_EQ(read(kChunked, "2\r\nhe\r\n3;x\r\nllo\r\n0\r\n\r\nnext", piece),
              (Read{"hello", 4, true, false}))
        << piece;
    EXPECT_EQ(read(kChunked, "2\r\nhe\r\n", piece), (Read{"he", 0, false, false})) << piece;
  }
  const Read bad = read(kChunked, "2\r\nhex", 100);
  EXPECT_EQ(bad.payload, "he");
  EXPECT_TRUE(bad.broken);
  EXPECT_FALSE(bad.done);
}

}  // namespace
}  // namespace prome::http
