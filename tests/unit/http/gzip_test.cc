#include "http/gzip.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <string_view>

namespace prome::http {
namespace {

using Flush = GzipEncoder::Flush;
using State = GzipDecoder::State;

std::string encode(std::string_view text, std::size_t piece) {
  GzipEncoder encoder;
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += piece)
    encoder.encode(text.substr(at, piece), Flush::kNone, out);
  encoder.encode("", Flush::kFinish, out);
  return out;
}

struct Decoded {
  std::string text;
  State state = State::kRunning;
};

Decoded decode(std::string_view bytes, std::size_t piece, std::size_t capacity) {
  GzipDecoder decoder;
  Decoded out;
  std::string buffer(capacity, '\0');
  for (std::size_t at = 0; at < bytes.size() && decoder.state() == State::kRunning; at += piece) {
    std::string_view in = bytes.substr(at, piece);
    std::size_t written = 0;
    do {
      written = decoder.decode(in, buffer.data(), capacity);
      EXPECT_LE(written, capacity);
      out.text.append(buffer, 0, written);
    } while ((written > 0 || !in.empty()) && decoder.state() == State::kRunning);
  }
  out.state = decoder.state();
  return out;
}

std::string sample() {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < 20'000) text += "{\"metric\":{\"job\":\"" + std::to_string(random() % 1000) + "\"}}";
  return text;
}

TEST(Gzip, RoundTripInAllPieceSizes) {
  const std::string text = sample();
  for (const std::size_t piece : {1U, 7U, 1000U, 100'000U}) {
    const std::string bytes = encode(text, piece);
    EXPECT_LT(bytes.size(), text.size() / 2);
    for (const std::size_t in : {1U, 13U, 100'000U}) {
      for (const std::size_t capacity : {1U, 64U, 100'000U}) {
        const Decoded out = decode(bytes, in, capacity);
        EXPECT_EQ(out.state, State::kDone) << piece << " " << in << " " << capacity;
        EXPECT_TRUE(out.text == text) << piece << " " << in << " " << capacity;
      }
    }
  }
  EXPECT_EQ(decode(encode("", 1), 1, 1).state, State::kDone);
}

TEST(Gzip, FlushMakesReadable) {
  GzipEncoder encoder;
  std::string out;
  encoder.encode("first piece", Flush::kFlush, out);
  const Decoded so_far = decode(out, 1000, 1000);
  EXPECT_EQ(so_far.text, "first piece");
  EXPECT_EQ(so_far.state, State::kRunning);
}

TEST(Gzip, ABombStaysBounded) {
  const std::string bytes = encode(std::string(50'000'000, 'x'), 50'000'000);
  ASSERT_LT(bytes.size(), 1'000'000U);
  GzipDecoder decoder;
  std::array<char, 4096> buffer;
  std::string_view in = bytes;
  std::size_t total = 0;
  while (decoder.state() == State::kRunning) total += decoder.decode(in, buffer.data(), buffer.size());
  EXPECT_EQ(total, 50'000'000U);
}

TEST(Gzip, TruncatedCorruptAndTrailing) {
  const std::string text = sample();
  const std::string bytes = encode(text, 1000);
  EXPECT_EQ(decode(std::string_view(bytes).substr(0, bytes.size() - 1), 100, 100).state, State::kRunning);
  std::string corrupt = bytes;
  corrupt[bytes.size() - 5] = static_cast<char>(~corrupt[bytes.size() - 5]);  // the checksum
  EXPECT_EQ(decode(corrupt, 100, 100).state, State::kBad);
  EXPECT_EQ(decode("not gzip at all", 100, 100).state, State::kBad);
  GzipDecoder decoder;
  std::string out(text.size() + 1, '\0');
  const std::string with_more = bytes + "more";
  std::string_view in = with_more;
  EXPECT_EQ(decoder.decode(in, out.data(), out.size()), text.size());
  EXPECT_EQ(in, "more");
  EXPECT_EQ(decoder.decode(in, out.data(), out.size()), 0U);
  EXPECT_EQ(in, "more");
}

TEST(AcceptsGzip, Qualities) {
  for (const std::string_view yes :
       {"gzip", "GZip", "deflate, gzip", " gzip ;q=0.5", "gzip;q=0.001", "*", "br,*;q=0.1", "gzip; q=1.0",
        "*;q=0, gzip", "gzip;level=1", "identity;q=0, gzip;q=0.3, br"}) {
    EXPECT_TRUE(acceptsGzip(yes)) << yes;
  }
  for (const std::string_view no : {"", "identity", "gzip;q=0", "gzip; q=0.000", "gzip;Q=0", "*;q=0",
                                    "gzip;q=0, *", "*, gzip;q=0", "xgzip", "gzipx", "deflate"}) {
    EXPECT_FALSE(acceptsGzip(no)) << no;
  }
}

}  // namespace
}  // namespace prome::http
